import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { shortHash } from "../base/ids.ts";
import { checkEmailAddress } from "../define/address.ts";
import type { ConsentNotice, Notice, StatusNotice } from "../define/notice.ts";
import { type CallbackReader, type CallbackRequest, type CallbackVerdict, refused, UnreadableCallback } from "./callback.ts";
import { idOf, jsonOfCallback, timeOf } from "./callback-body.ts";
import { objectOf, outcomeRow, textOf } from "./outcome-row.ts";
import { reasonText } from "./reason.ts";
import { sendgridEvents, sendgridWishes } from "./sendgrid-statuses.ts";
import { type StatusTable, toldBy } from "./status-table.ts";

export interface SendgridCallbackOptions {
  /** The verification key of the signed event webhook: base64, as SendGrid's settings show it. */
  readonly publicKey: string;
  /** Statuses in place of those of `sendgridEvents`. */
  readonly statuses?: StatusTable | undefined;
}

/** A callback that was signed longer ago, or so far in the future, milliseconds, is refused. */
const toleranceMs = 300_000;

/** Of our own arguments that go along with a message, the one that holds the reference. */
export const sendgridReference = "busbar";

/**
 * SendGrid's signed event webhook: ECDSA over P-256 and SHA-256, of the timestamp and the raw body.
 * @throws Error where the key is none; see {@link sendgridKeyProblem}
 */
export function sendgridCallbacks({ publicKey, statuses }: SendgridCallbackOptions): CallbackReader {
  const key = keyOf(publicKey);
  if (key === undefined) throw new TypeError(sendgridKeyProblem(publicKey));
  return {
    name: "sendgrid",
    verify: (request) => verdictOn(request, key),
    read({ body }) {
      const events = jsonOfCallback(body);
      if (!Array.isArray(events)) throw new UnreadableCallback("the body is no list of events");
      return (events as unknown[]).flatMap((event) => noticesOf(objectOf(event), statuses));
    },
  };
}

/** What is wrong with a verification key; undefined: nothing. */
export function sendgridKeyProblem(publicKey: string): string | undefined {
  return keyOf(publicKey) === undefined
    ? "must be the verification key of the signed event webhook, base64 of an EC key of P-256, as SendGrid's settings show it"
    : undefined;
}

function keyOf(publicKey: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    return key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : undefined;
  } catch {
    return undefined;
  }
}

function verdictOn({ method, headers, body, now }: CallbackRequest, key: KeyObject): CallbackVerdict {
  const signature = headers["x-twilio-email-event-webhook-signature"] ?? "";
  const timestamp = headers["x-twilio-email-event-webhook-timestamp"] ?? "";
  if (method !== "POST") return refused("it is no POST");
  if (!/^\d{1,12}$/.test(timestamp) || !/^[A-Za-z0-9+/]{1,200}={0,2}$/.test(signature)) return refused("it is not signed");
  if (Math.abs(now - Number(timestamp) * 1_000) > toleranceMs) return refused("it was signed too long ago, or a clock is wrong");
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  return verify("sha256", signed, key, Buffer.from(signature, "base64")) ? { kind: "genuine" } : refused("its signature is wrong");
}

type Event = Readonly<Record<string, unknown>>;

function noticesOf(event: Event, statuses: StatusTable | undefined): Notice[] {
  return [statusOf(event, statuses), wishOf(event)].filter((notice) => notice !== undefined);
}

function statusOf(event: Event, statuses: StatusTable | undefined): StatusNotice | undefined {
  const kind = textOf(event["event"]);
  if (kind === undefined) return undefined;
  const machine = kind === "open" && event["sg_machine_open"] === true ? "open/machine" : undefined;
  const exact = [machine, ...[event["type"], event["reason"]].map((detail) => textOf(detail) && `${kind}/${textOf(detail)}`)];
  const words = [textOf(event["status"]), textOf(event["reason"]) ?? textOf(event["response"])];
  const address = addressOf(event);
  const reason = kind === "open" || kind === "click" ? "" : withoutAddress(reasonText(...words), event["email"]);
  const told = toldBy(outcomeRow([statuses, sendgridEvents], [...exact, kind]), reason === "" && isEnd(kind) ? kind : reason);
  if (told === undefined) return undefined;
  const reference = textOf(event[sendgridReference]);
  // What stands after the first point is where SendGrid keeps it.
  const messageId = idOf(textOf(event["sg_message_id"])?.split(".")[0]);
  const at = timeOf(event["timestamp"]);
  return {
    kind: "status",
    channel: "email",
    provider: "sendgrid",
    ...(reference === undefined ? {} : { reference }),
    ...(messageId === undefined ? {} : { messageId }),
    ...told,
    ...(at === undefined ? {} : { at }),
    ...(address === undefined ? {} : { address }),
  };
}

function wishOf(event: Event): ConsentNotice | undefined {
  const kind = textOf(event["event"]);
  const wish = kind === undefined ? undefined : outcomeRow([sendgridWishes], [kind]);
  const address = addressOf(event);
  if (wish === undefined || address === undefined) return undefined;
  const reference = textOf(event[sendgridReference]);
  const at = timeOf(event["timestamp"]);
  return {
    kind: "consent",
    // Without SendGrid's own id, the same event is still the same.
    eventId: idOf(event["sg_event_id"]) ?? shortHash(JSON.stringify(event)),
    channel: "email",
    provider: "sendgrid",
    address,
    ...(reference === undefined ? {} : { reference }),
    ...wish,
    ...(at === undefined ? {} : { at }),
  };
}

function isEnd(kind: string): boolean {
  return kind === "bounce" || kind === "dropped";
}

function addressOf({ email }: Event): string | undefined {
  const checked = checkEmailAddress(email);
  return "address" in checked ? checked.address : undefined;
}

/** Servers repeat the address in what they say; a reason stands in logs. */
function withoutAddress(text: string, email: unknown): string {
  return typeof email === "string" && email.length > 2 ? text.replaceAll(email, "the address") : text;
}
