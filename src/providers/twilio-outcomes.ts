import type { Outcome } from "../define/outcome.ts";
import { isGood, rowOfStatus } from "./api-statuses.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { jsonObject, outcomeRow, textOf, type Judging } from "./outcome-row.ts";
import { type OutcomeTable, outcomeOf } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/**
 * What Twilio's own error codes mean; they say more than the HTTP status, and win over it. Those from 30001 on are how a message ended
 * that was accepted: they stand in the message itself. Those from 63001 on are of WhatsApp.
 * Source: Twilio's pages on its error codes, test credentials and rate limits.
 */
export const twilioCodes: OutcomeTable = {
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
  // The queue of the sender is full, up to ten hours of it: it is not empty a moment later.
  21611: { kind: "retry", after: "5m" },
  21612: "suppress", // To cannot be reached from this sender
  21614: "suppress", // To is no mobile number
  21617: "reject", // longer than 1,600 characters
  21619: "reject", // neither body nor media
  21655: "reject", // no such content
  21656: "reject", // the variables of the content
  21659: "pause", // From is no number of Twilio's
  21660: "pause", // From is not of this account
  21661: "pause", // From cannot send SMS
  21703: "pause", // the messaging service has no number
  21704: "pause", // the messaging service has no number
  21705: "pause", // no such messaging service
  21730: "retry", // maintenance
  21910: "pause", // From is no sender of the channel of To
  30001: "retry", // the queue overflowed
  30002: "pause", // the account is suspended
  30003: "retry", // the phone is off or away
  30004: "suppress", // blocked, by the person or the carrier
  30005: "suppress", // nobody has this number
  30006: "suppress", // a landline
  30007: "reject", // filtered for its content
  30008: "retry", // unknown
  30034: "pause", // the sender is not registered with the carriers of the USA
  63003: "suppress", // no such person at WhatsApp
  63007: "pause", // From is no sender of WhatsApp
  63014: "suppress", // blocked by the person
  63016: "reject", // only a template may be sent, a day after the person's last word
  63017: { kind: "retry", after: "10s" }, // more than 2,000 messages a second of the account
  // The limits of 24 hours move on all the time; Twilio says to wait for up to a day.
  63018: { kind: "retry", after: "1h" },
  63024: "suppress", // no such person at WhatsApp
  63038: { kind: "retry", after: "1h" }, // the account's limit of a day
  63049: { kind: "retry", after: "24h", scope: "recipient" }, // Meta spares this person another marketing message
};

/** How a message stands that nobody will send. */
const ended = new Set(["failed", "undelivered", "canceled"]);

/** The outcome of an answer to `POST /2010-04-01/Accounts/{sid}/Messages.json`. Pure. */
export function twilioOutcome({ status, headers, body }: HttpAnswer, { now, outcomes }: Judging): Outcome {
  const said = jsonObject(body);
  const created = isGood(status);
  const code = codeText(created ? said["error_code"] : said["code"]);
  const byCode = outcomeRow([outcomes, twilioCodes], [code]);
  // Some are created, and already known to go nowhere.
  if (created && byCode === undefined && !ended.has(textOf(said["status"]) ?? "")) {
    const messageId = textOf(said["sid"]);
    if (messageId !== undefined) return { kind: "sent", messageId };
    // A gateway may answer 200 with a page of its own.
    return { kind: "unknown", reason: reasonText(status, "without the message's sid (it may have been accepted)") };
  }
  const row = byCode ?? (created ? "retry" : (outcomeRow([outcomes], [String(status)]) ?? rowOfStatus(status)));
  const words = textOf(created ? said["error_message"] : said["message"]) ?? (created ? textOf(said["status"]) : undefined);
  const told = words ?? (Object.keys(said).length === 0 ? body.slice(0, 200) : "");
  return outcomeOf(row, { reason: reasonText(status, code, told), asked: askedWait(headers["retry-after"], now) });
}

function codeText(value: unknown): string | undefined {
  return typeof value === "number" ? String(value) : undefined;
}
