import { createHmac } from "node:crypto";
import { shortHash } from "../base/ids.ts";
import { checkPhoneNumber } from "../define/address.ts";
import type { ConsentNotice, Notice, StatusNotice } from "../define/notice.ts";
import { type CallbackReader, type CallbackRequest, type CallbackVerdict, refused, UnreadableCallback } from "./callback.ts";
import { idOf, jsonOfCallback, listOf, timeOf } from "./callback-body.ts";
import { metaStatuses } from "./meta-statuses.ts";
import { objectOf, outcomeRow, textOf } from "./outcome-row.ts";
import type { OutcomeTable } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";
import { sameText } from "./same-text.ts";
import { type StatusTable, statusesOf, toldBy } from "./status-table.ts";
import { wishIn } from "./stop-words.ts";
import { withoutNumber } from "./without-number.ts";

export interface MetaCallbackOptions {
  /** Of the app that the webhook belongs to. */
  readonly appSecret: string;
  /** The text that is entered beside the webhook's address, and comes back when Meta asks whether the address is ours. */
  readonly verifyToken: string;
  /** A team's own outcomes of error codes, which hold for messages that failed later too. */
  readonly outcomes?: OutcomeTable | undefined;
  /** Statuses in place of those of `metaStatuses`. */
  readonly statuses?: StatusTable | undefined;
}

/** The webhook of Meta's Cloud API: how a message stands, and what readers answer. */
export function metaCallbacks({ appSecret, verifyToken, outcomes = {}, statuses }: MetaCallbackOptions): CallbackReader {
  const tables = [statuses, statusesOf(outcomes), metaStatuses];
  return {
    name: "meta",
    verify: (request) => (request.method === "GET" ? challenge(request, verifyToken) : verdictOn(request, appSecret)),
    read({ body }) {
      const said = objectOf(jsonOfCallback(body));
      if (!Array.isArray(said["entry"])) throw new UnreadableCallback("the body has no entry");
      const changes = listOf(said["entry"]).flatMap((entry) => listOf(objectOf(entry)["changes"]));
      return changes.map((change) => objectOf(objectOf(change)["value"])).flatMap((value) => noticesOf(value, tables));
    },
  };
}

/** The answer is what the caller wrote, so that it is taken only where it is harmless wherever it is shown. */
function challenge({ url }: CallbackRequest, verifyToken: string): CallbackVerdict {
  const query = URL.parse(url, "http://localhost")?.searchParams;
  const answer = query?.get("hub.challenge") ?? "";
  return query?.get("hub.mode") === "subscribe" &&
    sameText(query.get("hub.verify_token") ?? "", verifyToken) &&
    /^[\w-]{1,200}$/.test(answer)
    ? { kind: "challenge", answer }
    : refused("it asks for the address, and not with META_VERIFY_TOKEN");
}

function verdictOn({ method, headers, body }: CallbackRequest, appSecret: string): CallbackVerdict {
  const signature = /^sha256=([0-9a-f]{64})$/.exec(headers["x-hub-signature-256"] ?? "")?.[1];
  if (method !== "POST") return refused("it is neither GET nor POST");
  if (signature === undefined) return refused("it is not signed");
  return sameText(signature, createHmac("sha256", appSecret).update(body).digest("hex"))
    ? { kind: "genuine" }
    : refused("its signature is wrong");
}

type Value = Readonly<Record<string, unknown>>;
type Tables = readonly (StatusTable | undefined)[];

function noticesOf(value: Value, tables: Tables): Notice[] {
  return [
    ...listOf(value["statuses"]).map((status) => statusOf(objectOf(status), tables)),
    ...listOf(value["messages"]).map((message) => wishOf(objectOf(message))),
    ...listOf(value["user_preferences"]).map((preference) => preferenceOf(objectOf(preference))),
  ].filter((notice) => notice !== undefined);
}

function statusOf(said: Value, tables: Tables): StatusNotice | undefined {
  const messageId = idOf(said["id"]);
  const status = textOf(said["status"]);
  if (messageId === undefined || status === undefined) return undefined;
  const failure = status === "failed" ? objectOf(listOf(said["errors"])[0]) : {};
  const code = codeOf(failure["code"]);
  const address = numberOf(said["recipient_id"]);
  const words = textOf(objectOf(failure["error_data"])["details"]) ?? textOf(failure["message"]) ?? textOf(failure["title"]);
  const reason = status === "failed" ? reasonText(status, code, withoutNumber(words ?? "", address ?? " ")) : "";
  const told = toldBy(outcomeRow(tables, [code, status]), reason);
  if (told === undefined) return undefined;
  const reference = textOf(said["biz_opaque_callback_data"]);
  const at = timeOf(said["timestamp"]);
  return {
    kind: "status",
    channel: "whatsapp",
    provider: "meta",
    ...(reference === undefined ? {} : { reference }),
    messageId,
    ...told,
    ...(at === undefined ? {} : { at }),
    ...(address === undefined ? {} : { address }),
  };
}

/** A reader's answer: typed, or a button of a template. */
function wishOf(message: Value): ConsentNotice | undefined {
  const eventId = idOf(message["id"]);
  const address = numberOf(message["from"]);
  const said = textOf(objectOf(message["text"])["body"]) ?? textOf(objectOf(message["button"])["text"]);
  if (eventId === undefined || address === undefined || said === undefined) return undefined;
  const wished = wishIn(said);
  // The button that Meta offers for templates of marketing.
  const marketing = wished === undefined && said.trim().toLowerCase() === "stop promotions";
  if (wished === undefined && !marketing) return undefined;
  return {
    ...consent({ eventId, address, at: timeOf(message["timestamp"]) }),
    wish: wished?.wish ?? "out",
    ...(marketing ? { category: "marketing" } : {}),
    said: `${wished?.word ?? "Stop promotions"} by WhatsApp`,
  };
}

const metaPreferences: Readonly<Record<string, "out" | "in">> = { stop: "out", resume: "in" };

/** What a reader has set in WhatsApp itself, for the marketing messages of one business. */
function preferenceOf(preference: Value): ConsentNotice | undefined {
  const address = numberOf(preference["wa_id"]);
  const wish = outcomeRow([metaPreferences], [textOf(preference["value"])]);
  if (address === undefined || wish === undefined || preference["category"] !== "marketing_messages") return undefined;
  return {
    ...consent({ eventId: shortHash(JSON.stringify(preference)), address, at: timeOf(preference["timestamp"]) }),
    wish,
    category: "marketing",
    said: "set in WhatsApp",
  };
}

interface Who {
  readonly eventId: string;
  readonly address: string;
  readonly at: number | undefined;
}

function consent({ eventId, address, at }: Who): Omit<ConsentNotice, "wish" | "said"> {
  return { kind: "consent", eventId, channel: "whatsapp", provider: "meta", address, ...(at === undefined ? {} : { at }) };
}

function codeOf(value: unknown): string | undefined {
  return typeof value === "number" || (typeof value === "string" && /^\d{1,9}$/.test(value)) ? String(value) : undefined;
}

/** Meta writes numbers without their plus. */
function numberOf(value: unknown): string | undefined {
  const checked = checkPhoneNumber(typeof value === "string" ? `+${value.replace(/^\+/, "")}` : value);
  return "address" in checked ? checked.address : undefined;
}
