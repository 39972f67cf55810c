import type { Outcome } from "../define/outcome.ts";
import { isGood, rowOfStatus } from "./api-statuses.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { jsonObject, objectOf, outcomeRow, textOf, type Judging } from "./outcome-row.ts";
import { type OutcomeTable, outcomeOf } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/**
 * What the codes of Meta's Cloud API mean; Meta says to go by them, not by the HTTP status. A code with a subcode is written `100/33`.
 * Source: Meta's page on the error codes of the Cloud API, and the error tables of its SDKs. Whom a code is about is our reading.
 */
export const metaCodes: OutcomeTable = {
  0: "pause", // credentials
  1: "retry", // unknown
  2: "retry", // Meta is busy
  3: "pause", // the app may not
  4: "retry", // too many calls of the app
  10: "pause", // the permission is missing or was taken back
  33: "pause", // no such phone number
  100: "reject", // a parameter
  "100/33": "pause", // our phone number's id is none, or not of this token
  190: "pause", // the access token has ended
  368: "pause", // the account is blocked for its conduct
  80007: "retry", // too many calls of the account
  130429: "retry", // too many messages a second
  130497: "reject", // the account may not send to this country
  131000: "retry", // unknown
  131005: "pause", // the permission is missing or was taken back
  131008: "reject", // a parameter is missing
  131009: "reject", // a parameter's value
  131016: "retry", // Meta is busy
  131021: "suppress", // to ourselves
  // No WhatsApp there, an old one, or its terms not accepted: Meta does not say which, and it can change.
  131026: { kind: "suppress", keep: "7d" },
  131030: "suppress", // not on the list of a number for tests
  131031: "pause", // the account is locked
  131042: "pause", // payment
  131045: "pause", // the phone number is not registered as it should be
  131047: "reject", // only a template may be sent, a day after the person's last word
  131048: "pause", // people have reported the number: more would make it worse
  131049: { kind: "retry", after: "24h", scope: "recipient" }, // Meta spares this person another marketing message
  131050: { kind: "suppress", category: "marketing" }, // the person has stopped marketing messages of ours
  131051: "reject", // a type that is none
  131052: "reject", // media
  131053: "reject", // media
  131056: { kind: "retry", after: "6s", scope: "recipient" }, // one message in six seconds to the same person
  131057: "retry", // the account is under maintenance
  132000: "reject", // the number of parameters
  132001: "reject", // no such template in this language
  132005: "reject", // too long once it is filled
  132007: "reject", // the text breaks a rule
  132012: "reject", // a parameter's form
  132015: "reject", // the template is paused for its low quality
  132016: "reject", // the template was disabled for its low quality
  133004: "retry", // Meta's server
  133010: "pause", // the phone number is not registered
  // 200 to 299: permissions.
  ...Object.fromEntries(Array.from({ length: 100 }, (_, index) => [200 + index, "pause" as const])),
};

export interface MetaJudging extends Judging {
  /** The number in E.164, which Meta may repeat in what it says; a reason does not. */
  readonly to: string;
}

/** The outcome of an answer to `POST /{version}/{phone number id}/messages`. Pure. */
export function metaOutcome({ status, headers, body }: HttpAnswer, { to, now, outcomes }: MetaJudging): Outcome {
  const said = jsonObject(body);
  const { code: given, error_subcode: subcode, message, error_data: data } = objectOf(said["error"]);
  const code = codeText(given);
  if (isGood(status) && code === undefined) {
    const [first] = Array.isArray(said["messages"]) ? (said["messages"] as unknown[]) : [];
    const messageId = textOf(objectOf(first)["id"]);
    if (messageId !== undefined) return { kind: "sent", messageId };
    // A gateway may answer 200 with a page of its own.
    return { kind: "unknown", reason: reasonText(status, "without the message's id (it may have been accepted)") };
  }
  const exact = code === undefined || codeText(subcode) === undefined ? undefined : `${code}/${codeText(subcode)}`;
  // Codes of Meta's are as short as an HTTP status, which must not be taken for one.
  const byCode = outcomeRow([outcomes, metaCodes], [exact, code]);
  const byStatus = byCode ?? outcomeRow([outcomes], [String(status)]);
  const row = byStatus ?? (isGood(status) ? "retry" : rowOfStatus(status));
  const words = [textOf(message), textOf(objectOf(data)["details"])].filter((part) => part !== undefined);
  const told = words.length > 0 ? [...new Set(words)].join(": ") : Object.keys(said).length === 0 ? body.slice(0, 200) : "";
  const reason = reasonText(status, exact ?? code, told.replaceAll(to.slice(1), "the number").replaceAll("+the", "the"));
  return outcomeOf(row, { reason, asked: askedWait(headers["retry-after"], now) });
}

function codeText(value: unknown): string | undefined {
  return typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value)) ? String(value) : undefined;
}
