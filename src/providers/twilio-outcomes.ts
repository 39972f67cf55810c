import type { Outcome, OutcomeKind } from "../define/outcome.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { reasonText } from "./reason.ts";

type Failure = Exclude<OutcomeKind, "sent">;

/**
 * What Twilio's own error codes mean; they say more than the HTTP status, and win over it. Those from 30001 on are how a message ended
 * that was accepted: they stand in the message itself.
 * Source: Twilio's pages on its error codes, test credentials and rate limits.
 */
export const twilioCodes: Readonly<Record<number, Failure>> = {
  20003: "pause", // credentials
  20005: "pause", // the account is not active
  20404: "pause", // no such account: our configuration, not this message
  20429: "retry", // too many requests; never processed
  21211: "suppress", // To is no phone number
  21212: "pause", // From is no phone number
  21214: "suppress", // To cannot be reached
  21217: "suppress", // To is no phone number
  21408: "reject", // the account may not send to this country
  21602: "reject", // no body
  21603: "pause", // no From
  21604: "reject", // no To
  21606: "pause", // From is not ours, or cannot send SMS
  21608: "reject", // a trial account sends to verified numbers alone
  21610: "suppress", // opted out: STOP
  21611: "retry", // the queue of the sender is full
  21612: "suppress", // To cannot be reached from this sender
  21614: "suppress", // To is no mobile number
  21617: "reject", // longer than 1,600 characters
  21619: "reject", // neither body nor media
  21659: "pause", // From is no number of Twilio's
  21660: "pause", // From is not of this account
  21661: "pause", // From cannot send SMS
  21703: "pause", // the messaging service has no number
  21704: "pause", // the messaging service has no number
  21705: "pause", // no such messaging service
  21730: "retry", // maintenance
  30001: "retry", // the queue overflowed
  30002: "pause", // the account is suspended
  30003: "retry", // the phone is off or away
  30004: "suppress", // blocked, by the person or the carrier
  30005: "suppress", // nobody has this number
  30006: "suppress", // a landline
  30007: "reject", // filtered for its content
  30008: "retry", // unknown
  30034: "pause", // the sender is not registered with the carriers of the USA
};

/** What an HTTP status means where no code of {@link twilioCodes} comes with it. */
export const twilioStatuses: Readonly<Record<number, Failure>> = {
  400: "reject",
  401: "pause",
  403: "pause",
  404: "pause", // a wrong base URL: our configuration, not this message
  405: "pause",
  408: "retry",
  413: "reject",
  415: "reject",
  429: "retry",
  500: "unknown",
  502: "unknown",
  503: "retry",
  504: "unknown",
};

/** A full queue of ten hours is not empty a moment later; to ask again burns no attempt. Milliseconds. */
const slow: Readonly<Record<number, number>> = { 21611: 300_000 };

/** How a message stands that nobody will send. */
const ended = new Set(["failed", "undelivered", "canceled"]);

/**
 * The outcome of an answer to `POST /2010-04-01/Accounts/{sid}/Messages.json`.
 * @param now milliseconds since 1970, to turn a date into a wait
 */
export function twilioOutcome({ status, headers, body }: HttpAnswer, now: number): Outcome {
  const said = readable(body);
  const created = status >= 200 && status < 300;
  const code = number(created ? said["error_code"] : said["code"]);
  const message = text(created ? said["error_message"] : said["message"]);
  if (created && !isLost(said, code)) {
    const messageId = text(said["sid"]);
    if (messageId !== "") return { kind: "sent", messageId };
    // A gateway may answer 200 with a page of its own.
    return { kind: "unknown", reason: reasonText(status, "without the message's sid (it may have been accepted)") };
  }
  const kind = twilioCodes[code] ?? (created ? "retry" : (twilioStatuses[status] ?? kindOfOthers(status)));
  const words = message || (created ? text(said["status"]) : Object.keys(said).length === 0 ? body.slice(0, 200) : "");
  const reason = reasonText(status, Number.isNaN(code) ? undefined : code, words);
  const after = kind === "retry" ? (askedWait(headers["retry-after"], now) ?? slow[code]) : undefined;
  return kind === "retry" && after !== undefined ? { kind, reason, after } : { kind, reason };
}

/** Created, and already known to go nowhere. */
function isLost(said: Readonly<Record<string, unknown>>, code: number): boolean {
  return ended.has(text(said["status"])) || code in twilioCodes;
}

function kindOfOthers(status: number): Failure {
  if (status >= 400 && status < 500) return "reject";
  // A redirect is not followed, for it would carry the credentials to another host: the base URL is wrong.
  if (status >= 300 && status < 400) return "pause";
  return "unknown";
}

/** Twilio answers with a JSON object; a gateway before it may answer anything. */
function readable(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function number(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
