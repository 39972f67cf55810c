import { checkPhoneNumber } from "../define/address.ts";
import type { ConsentNotice, StatusNotice } from "../define/notice.ts";
import {
  type CallbackReader,
  type CallbackRequest,
  type CallbackVerdict,
  type ReceivedCallback,
  refused,
  UnreadableCallback,
} from "./callback.ts";
import { bodyType, formOf, jsonOfCallback } from "./callback-body.ts";
import { objectOf, outcomeRow, textOf } from "./outcome-row.ts";
import type { OutcomeTable } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";
import { type StatusTable, statusesOf, toldBy } from "./status-table.ts";
import { wishIn } from "./stop-words.ts";
import { isSignedByTwilio } from "./twilio-signature.ts";
import { twilioStatuses } from "./twilio-statuses.ts";
import { withoutNumber } from "./without-number.ts";

export interface TwilioCallbackOptions {
  /** Those of the accounts that call back: Twilio signs with the auth token, never with an API key. */
  readonly authTokens: readonly string[];
  /** A team's own outcomes of error codes, which hold for messages that ended later too. */
  readonly outcomes?: OutcomeTable | undefined;
  /** Statuses in place of those of `twilioStatuses`. */
  readonly statuses?: StatusTable | undefined;
}

/** The parameter of the callbacks' address that holds the reference. */
export const twilioReference = "delivery";

/** Twilio's callbacks for SMS and WhatsApp: how a message stands, and what readers answer. */
export function twilioCallbacks({ authTokens, outcomes = {}, statuses }: TwilioCallbackOptions): CallbackReader {
  const tables = [statuses, statusesOf(outcomes), twilioStatuses];
  return {
    name: "twilio",
    verify: (request) => verdictOn(request, authTokens),
    read(callback) {
      const said = parametersOf(callback);
      const notice = isAnswer(said) ? wishOf(said) : statusOf(said, { url: callback.url, tables });
      return notice === undefined ? [] : [notice];
    },
  };
}

function verdictOn({ method, url, headers, body }: CallbackRequest, authTokens: readonly string[]): CallbackVerdict {
  const signature = headers["x-twilio-signature"] ?? "";
  if (method !== "POST") return refused("it is no POST");
  if (!/^[A-Za-z0-9+/]{27}=$/.test(signature)) return refused("it is not signed");
  return authTokens.some((token) => isSignedByTwilio(token, { url, signature, body }))
    ? { kind: "genuine" }
    : refused("its signature is wrong, or PUBLIC_URL is not the address that Twilio was given");
}

type Said = Readonly<Record<string, string>>;

/** A parameter that comes twice is none: the signature does not tell which came first. */
function parametersOf({ body, contentType }: ReceivedCallback): Said {
  if (bodyType(contentType) === "application/json") {
    const entries = Object.entries(objectOf(jsonOfCallback(body)));
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  }
  const form = formOf(body);
  if (form === undefined) throw new UnreadableCallback("the form has too many parameters");
  return Object.fromEntries([...form].filter(([name]) => form.getAll(name).length === 1));
}

/** A reader's own message to us has a text, and no status but that it was received. */
function isAnswer(said: Said): boolean {
  return said["MessageStatus"] === undefined && (said["SmsStatus"] === "received" || said["Body"] !== undefined);
}

function statusOf(
  said: Said,
  { url, tables }: { readonly url: string; readonly tables: readonly (StatusTable | undefined)[] },
): StatusNotice | undefined {
  const messageId = sidOf(said);
  const status = said["MessageStatus"] ?? said["SmsStatus"];
  if (messageId === undefined || status === undefined) return undefined;
  const ended = ["undelivered", "failed", "canceled"].includes(status);
  const code = ended && /^[1-9]\d{4}$/.test(said["ErrorCode"] ?? "") ? said["ErrorCode"] : undefined;
  const { channel, address } = partyOf(said["To"]);
  const words = ended ? reasonText(status, code, withoutNumber(said["ErrorMessage"] ?? "", address ?? " ")) : "";
  const told = toldBy(outcomeRow(tables, [code, status]), words);
  if (told === undefined) return undefined;
  const reference = textOf(URL.parse(url, "http://localhost")?.searchParams.get(twilioReference));
  return {
    kind: "status",
    channel,
    provider: "twilio",
    ...(reference === undefined ? {} : { reference }),
    messageId,
    ...told,
    ...(address === undefined ? {} : { address }),
  };
}

/** `OptOutType` is Twilio's own reading, where its Advanced Opt-Out is on: it knows words in other languages. */
function wishOf(said: Said): ConsentNotice | undefined {
  const eventId = sidOf(said);
  const { channel, address } = partyOf(said["From"]);
  const wished = said["OptOutType"] === undefined ? wishIn(said["Body"] ?? "") : wishIn(said["OptOutType"]);
  if (eventId === undefined || address === undefined || wished === undefined) return undefined;
  return {
    kind: "consent",
    eventId,
    channel,
    provider: "twilio",
    address,
    wish: wished.wish,
    said: `${wished.word} by ${channel === "sms" ? "SMS" : "WhatsApp"}`,
  };
}

function sidOf(said: Said): string | undefined {
  const sid = said["MessageSid"] ?? said["SmsSid"] ?? "";
  return /^(SM|MM)[0-9a-fA-F]{32}$/.test(sid) ? sid : undefined;
}

function partyOf(text = ""): { readonly channel: "sms" | "whatsapp"; readonly address: string | undefined } {
  const channel = text.startsWith("whatsapp:") ? "whatsapp" : "sms";
  const checked = checkPhoneNumber(text.replace(/^whatsapp:/, ""));
  return { channel, address: "address" in checked ? checked.address : undefined };
}
