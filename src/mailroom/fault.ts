import { type Duration, milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { type MailProvider, mailProviders } from "./record.ts";

/**
 * A scripted fault. It says exactly one of `status` (HTTP), `smtpCode` (SMTP), `bounce`, `hang` and `resetAfterAccept`, or `delay`
 * alone. It strikes only requests that would have been accepted: a wrong request gets its own error and uses no fault up.
 */
export interface Fault {
  /** The answer has this HTTP status, 400–599. */
  readonly status?: number;
  /** SMTP answers with this code, 400–599. 421 also ends the connection, as servers do. */
  readonly smtpCode?: number;
  /** The address is dead, in the vendor's own words. SendGrid has none: it takes such a message, and tells of the bounce later. */
  readonly bounce?: boolean;
  /** Never answers: the client has to give up (SMTP ends an idle connection after a minute). The message is not accepted. */
  readonly hang?: boolean;
  /** The lost reply: the message is accepted, then the connection is reset without an answer. */
  readonly resetAfterAccept?: boolean;
  /** Answers so late; alone, or with anything but `hang`. At most 10 minutes. The message counts as accepted or not when it arrives. */
  readonly delay?: Duration;
  /** How many requests it strikes. Default 1, with `share` `Infinity`; `Infinity` strikes until it is lifted. */
  readonly times?: number;
  /** Strikes this share of the requests, more than 0 and at most 1, evenly: with 0.05 every 20th. Default 1. */
  readonly share?: number;
  /** Strikes only requests to this address, or to any mailbox of `@example.in`. Default: to all. */
  readonly to?: string;
  /** With `status`: when to come back. In whole seconds, rounded up: `X-RateLimit-Reset` with SendGrid's 429, else `Retry-After`. */
  readonly retryAfter?: Duration;
  /**
   * The text beside the code, such as `"5.1.1 no such mailbox"`. The vendor's own code may begin it: `"21610 opted out"` (Twilio),
   * `"301 no balance"` (MSG91), `"131056 pair limit"` (Meta), `"UNREGISTERED"` (FCM), `"MessageRateExceeded slow down"` (Expo).
   */
  readonly message?: string;
  /**
   * SMTP: which command is struck. Default `data`, after the whole message has arrived, so that the journal knows the message.
   * `login` strikes only clients that log in; `recipient` refuses an address. `hang` and `resetAfterAccept` are of `data` alone.
   * Expo: `receipts` strikes the requests that ask for receipts, and no message; with `status`, `hang` or `delay`.
   */
  readonly stage?: FaultStage;
}

export type FaultStage = "login" | "recipient" | "data" | "receipts";

const longestDelay = 10 * 60_000;
const longestText = 4_096;

/** Everything that keeps a fault from being scripted, one sentence each. Pure. */
export function faultProblems(provider: MailProvider, fault: Fault): string[] {
  if (!mailProviders.includes(provider))
    return [`there is no provider ${JSON.stringify(provider)}: it is one of ${mailProviders.join(", ")}`];
  return [...kindProblems(provider, fault), ...reachProblems(fault), ...stageProblems(provider, fault), ...timeProblems(fault)];
}

/** What the answer is to be. */
function kindProblems(provider: MailProvider, fault: Fault): string[] {
  const { status, smtpCode, bounce, hang, resetAfterAccept, delay, message } = fault;
  const problems: string[] = [];
  const kinds = [status !== undefined, smtpCode !== undefined, bounce === true, hang === true, resetAfterAccept === true];
  const said = kinds.filter(Boolean).length;
  if (said > 1 || (said === 0 && delay === undefined))
    problems.push("say exactly one of status, smtpCode, bounce, hang and resetAfterAccept, or delay alone");
  if (provider !== "smtp" && smtpCode !== undefined) problems.push(`${provider} speaks HTTP: say status, not smtpCode`);
  if (provider === "smtp" && status !== undefined) problems.push("smtp has no HTTP status: say smtpCode, not status");
  if (provider === "sendgrid" && bounce === true)
    problems.push("sendgrid takes what will bounce (202) and tells of it later by its event webhook: it cannot refuse an address");
  for (const [name, code] of [["status", status] as const, ["smtpCode", smtpCode] as const]) {
    if (code !== undefined && (!Number.isInteger(code) || code < 400 || code > 599))
      problems.push(`${name} must be a whole number from 400 to 599, not ${code}`);
  }
  for (const [name, flag] of Object.entries({ bounce, hang, resetAfterAccept })) {
    if (flag !== undefined && typeof flag !== "boolean") problems.push(`${name} must be true or false`);
  }
  if (message !== undefined && !isLine(message)) problems.push(`message must be one line of text of at most ${longestText} characters`);
  return problems;
}

/** Which requests it is to strike. */
function reachProblems({ times = 1, share, to }: Fault): string[] {
  const problems: string[] = [];
  if (times !== Infinity && (!Number.isInteger(times) || times < 1))
    problems.push(`times must be a whole number from 1, or Infinity, not ${times}`);
  if (share !== undefined && (typeof share !== "number" || !(share > 0 && share <= 1)))
    problems.push(`share must be more than 0 and at most 1, not ${share}`);
  if (to !== undefined && (!isLine(to) || to.trim().length < 2)) problems.push("to must be an address, or @ and the domain of mailboxes");
  return problems;
}

function stageProblems(provider: MailProvider, fault: Fault): string[] {
  const { stage = "data", smtpCode, bounce, to } = fault;
  const problems: string[] = [];
  if (!["login", "recipient", "data", "receipts"].includes(stage))
    return [`stage must be login, recipient, data or receipts, not ${JSON.stringify(stage)}`];
  if (stage === "receipts") return receiptProblems(provider, fault);
  if (stage !== "data" && provider !== "smtp") problems.push("only smtp has stages");
  if (stage !== "data" && smtpCode === undefined && !(bounce === true && stage === "recipient"))
    problems.push(`only smtpCode can strike at the stage "${stage}"`);
  if (stage === "login" && to !== undefined) problems.push('at the stage "login" no recipient is known: leave out to');
  return problems;
}

function receiptProblems(provider: MailProvider, { bounce, resetAfterAccept, to }: Fault): string[] {
  if (provider !== "expo") return ["only expo has receipts that are asked for"];
  const problems: string[] = [];
  if (bounce === true || resetAfterAccept === true) problems.push('at the stage "receipts" there is only status, hang and delay');
  if (to !== undefined) problems.push('at the stage "receipts" no recipient is known: leave out to');
  return problems;
}

function timeProblems({ status, hang, delay, retryAfter }: Fault): string[] {
  const problems = [...lengthProblems("retryAfter", retryAfter), ...lengthProblems("delay", delay)];
  if (retryAfter !== undefined && status === undefined) problems.push("retryAfter goes with status");
  if (delay !== undefined && hang === true) problems.push("delay and hang: what never answers cannot be late");
  if (problems.length === 0 && delay !== undefined && milliseconds(delay) > longestDelay) problems.push("delay may be 10 minutes at most");
  return problems;
}

function lengthProblems(name: string, duration: Duration | undefined): string[] {
  if (duration === undefined) return [];
  try {
    milliseconds(duration, name);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function isLine(text: unknown): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return typeof text === "string" && text.length <= longestText && !/[\0-\x1f\x7f]/.test(text);
}
