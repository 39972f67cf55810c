import type { Outcome } from "../define/outcome.ts";
import { outcomeRow } from "./outcome-row.ts";
import { type OutcomeRow, type OutcomeTable, kindOfRow, outcomeOf } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/** What nodemailer says of a send that failed. */
export interface SmtpFailure {
  readonly message: string;
  /** nodemailer's own code, such as `EAUTH`. */
  readonly code?: string | undefined;
  /** The server's answer: the three digits, and the whole line. */
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  /** The command that was answered; `CONN` for the connection itself. */
  readonly command?: string | undefined;
  /** The content had begun to leave after DATA: without an answer, it may have been accepted. */
  readonly contentLeft: boolean;
}

/** What a failure without an answer of the server means, by nodemailer's code. Source: nodemailer's error codes. */
export const smtpCodes: OutcomeTable = {
  EAUTH: "pause",
  ENOAUTH: "pause",
  EOAUTH2: "pause",
  ECONFIG: "pause",
  EREQUIRETLS: "pause",
  EENVELOPE: "reject", // nodemailer itself refused the addresses
  EMESSAGE: "reject", // empty, or larger than the server announced
  EMAXRECIPIENTS: "reject",
  EFILEACCESS: "reject",
  EURLACCESS: "reject",
  ESTREAM: "reject",
  ETLS: "retry",
  EDNS: "retry",
  EPROXY: "retry",
  // Every other code is a lost connection or a time-out: `retry` before the content left, `unknown` after.
};

const forRecipient = { kind: "retry", scope: "recipient" } as const;

/** What an answer means, the first row that fits. Source: RFC 5321, section 4.2, and the enhanced codes of RFC 3463 and RFC 4954. */
export const smtpAnswers: readonly {
  readonly when: (failure: SmtpFailure & { responseCode: number }) => boolean;
  readonly row: OutcomeRow;
}[] = [
  { when: ({ responseCode }) => responseCode === 421, row: "retry" }, // the server closes
  { when: ({ responseCode }) => responseCode === 503, row: "retry" }, // the session was in the wrong state, not the message
  // A full mailbox, greylisting: the recipient's affair, and the server is well.
  { when: ({ responseCode, command }) => responseCode >= 400 && responseCode < 500 && command === "RCPT TO", row: forRecipient },
  { when: ({ responseCode, response }) => responseCode < 500 && /^4\.[12]\./.test(enhancedCode(response) ?? ""), row: forRecipient },
  { when: ({ responseCode }) => responseCode >= 400 && responseCode < 500, row: "retry" },
  { when: ({ responseCode }) => [530, 534, 535, 538].includes(responseCode), row: "pause" }, // who we are was not accepted
  { when: ({ code }) => code === "EAUTH", row: "pause" },
  { when: ({ responseCode, command }) => responseCode >= 500 && isOfSession(command), row: "pause" },
  // At MAIL FROM it is our sender that is refused, unless the message is too large.
  { when: ({ responseCode, command }) => responseCode >= 500 && responseCode !== 552 && command === "MAIL FROM", row: "pause" },
  { when: ({ responseCode, response }) => responseCode === 550 && enhancedCode(response)?.startsWith("5.1.") === true, row: "suppress" },
  { when: ({ responseCode }) => responseCode >= 500 && responseCode < 600, row: "reject" },
];

/**
 * What became of a send that failed. Pure.
 * @param outcomes a team's own rows, by enhanced code (`5.1.1`), reply code (`550`) or nodemailer's code. They win
 */
export function smtpOutcome(failure: SmtpFailure, outcomes?: OutcomeTable): Outcome {
  const { code, response, responseCode, message } = failure;
  const reply = responseCode === undefined ? undefined : String(responseCode);
  const row = outcomeRow([outcomes], [enhancedCode(response), reply, code]) ?? rowOf(failure);
  const doubt = kindOfRow(row) === "unknown" ? "(it may have been accepted)" : undefined;
  return outcomeOf(row, { reason: reasonText(code, response ?? message, doubt) });
}

function rowOf(failure: SmtpFailure): OutcomeRow {
  const { responseCode, code, contentLeft } = failure;
  if (responseCode === undefined) return outcomeRow([smtpCodes], [code]) ?? (contentLeft ? "unknown" : "retry");
  return smtpAnswers.find(({ when }) => when({ ...failure, responseCode }))?.row ?? (contentLeft ? "unknown" : "retry");
}

function isOfSession(command: string | undefined): boolean {
  return command !== undefined && /^(CONN|EHLO|HELO|LHLO|STARTTLS|AUTH)\b/.test(command);
}

function enhancedCode(response: string | undefined): string | undefined {
  return response === undefined ? undefined : /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
}
