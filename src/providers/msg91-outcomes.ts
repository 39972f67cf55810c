import type { Outcome } from "../define/outcome.ts";
import { isGood, rowOfStatus } from "./api-statuses.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { jsonObject, outcomeRow, textOf, type Judging } from "./outcome-row.ts";
import { type OutcomeRow, outcomeOf, type OutcomeTable } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";
import { withoutNumber } from "./without-number.ts";

/**
 * What MSG91's codes mean. It documents no codes for its present API; these are those of the older one, which still come.
 * Source: MSG91's page on error codes, as the package tesark/msg91-php repeats it.
 */
export const msg91Codes: OutcomeTable = {
  "001": "retry", // could not connect
  "002": "retry", // could not process
  101: "reject", // no mobile number
  102: "reject", // no message
  103: "pause", // no sender
  104: "pause", // no user name
  105: "pause", // no password
  106: "pause", // no auth key
  107: "pause", // no route
  202: "suppress", // no mobile number
  203: "pause", // the sender
  207: "pause", // the auth key
  208: "pause", // the IP address is blocked
  301: "pause", // no balance
  302: "pause", // the account has expired
  303: "pause", // the account is banned
  306: { kind: "retry", after: "30m" }, // the route works from 9 to 21 o'clock only
  310: "reject", // too long
  311: "unknown", // the same request within 10 s is dropped: the one before it may have been accepted
  418: "pause", // the IP address is not on the list
  505: "pause", // a demo account
  506: "pause", // the small limit of a campaign
  601: "retry", // internal
};

/**
 * What refusals without a code say, by what they begin with or hold.
 * Source: what MSG91's present API was seen to answer, in public reports.
 */
export const msg91Words: readonly (readonly [pattern: RegExp, row: OutcomeRow])[] = [
  [/\bauth(entication)? ?key\b|\bauthentication failure\b/i, "pause"],
  [/\b(balance|expired|banned|blocked|blacklisted|whitelisted)\b/i, "pause"],
  [/\b(template|flow)\b/i, "reject"],
  [/\binvalid mobile\b|\bmobile\b.*\binvalid\b/i, "suppress"],
  [/\bsame request\b/i, "unknown"],
  [/\btoo many\b|\blimit\b/i, "retry"],
];

export interface Msg91Judging extends Judging {
  /** The number in E.164, which MSG91 may repeat in what it says; a reason does not. */
  readonly to: string;
}

/** The outcome of an answer of the flow or the OTP API: `type` says how it went, whatever the HTTP status. Pure. */
export function msg91Outcome({ status, headers, body }: HttpAnswer, { to, now, outcomes }: Msg91Judging): Outcome {
  const said = jsonObject(body);
  const type = (textOf(said["type"]) ?? textOf(said["msg_type"]) ?? textOf(said["status"]))?.toLowerCase();
  const words = textOf(said["message"]) ?? textOf(said["msg"]) ?? textOf(said["errors"]) ?? "";
  const accepted = isGood(status);
  if (accepted && type === "success") {
    const messageId = [textOf(said["request_id"]), words].find((id) => id !== undefined && /^[\w-]{8,100}$/.test(id));
    return messageId === undefined ? { kind: "sent" } : { kind: "sent", messageId };
  }
  // A gateway may answer 200 with a page of its own.
  if (accepted && type === undefined) return { kind: "unknown", reason: reasonText(status, "without a type (it may have been accepted)") };
  const codes = codesIn(said, words);
  const row =
    outcomeRow([outcomes, msg91Codes], codes) ??
    (accepted ? undefined : outcomeRow([outcomes], [String(status)])) ??
    // What is refused without a word that is known is about the message: clients of MSG91 take it for a 422.
    rowOfWords(words) ??
    (accepted ? "reject" : rowOfStatus(status));
  const told = Object.keys(said).length === 0 ? body.slice(0, 200) : words;
  const shown = codes.find((code) => !told.startsWith(code));
  return outcomeOf(row, { reason: reasonText(status, shown, withoutNumber(told, to)), asked: askedWait(headers["retry-after"], now) });
}

/** A gateway's own code may be an HTTP status, and the code of MSG91 beside it. */
function codesIn({ apiError, code }: Readonly<Record<string, unknown>>, words: string): string[] {
  return [apiError, code, /^(\d{3})\b/.exec(words)?.[1]].flatMap((value) => codeOf(value) ?? []);
}

function codeOf(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value).padStart(3, "0") : value;
  return typeof text === "string" && /^\d{3}$/.test(text) ? text : undefined;
}

function rowOfWords(words: string): OutcomeRow | undefined {
  return msg91Words.find(([pattern]) => pattern.test(words))?.[1];
}
