import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import { type MailProvider, mailProviders } from "./record.ts";

/**
 * A scripted fault. It says exactly one of `status` (HTTP), `smtpCode` (SMTP), `hang` and `resetAfterAccept`. It strikes only
 * requests that would have been accepted: a wrong request gets its own error and uses no fault up.
 */
export interface Fault {
  /** The answer has this HTTP status, 400–599. */
  readonly status?: number;
  /** SMTP answers with this code, 400–599. 421 also ends the connection, as servers do. */
  readonly smtpCode?: number;
  /** Never answers: the client has to give up (SMTP ends an idle connection after a minute). The message is not accepted. */
  readonly hang?: boolean;
  /** The lost reply: the message is accepted, then the connection is reset without an answer. */
  readonly resetAfterAccept?: boolean;
  /** How many requests it strikes. Default 1; `Infinity` strikes until it is lifted. */
  readonly times?: number;
  /** With `status`: when to come back. In whole seconds, rounded up: `X-RateLimit-Reset` with SendGrid's 429, else `Retry-After`. */
  readonly retryAfter?: Duration;
  /** The text beside the code, such as `"5.1.1 no such mailbox"`; of Twilio its own code may begin it, such as `"21610 opted out"`. */
  readonly message?: string;
  /**
   * SMTP: which command is struck. Default `data`, after the whole message has arrived, so that the journal knows the message.
   * `login` strikes only clients that log in; `recipient` refuses an address. `hang` and `resetAfterAccept` are of `data` alone.
   */
  readonly stage?: SmtpStage;
}

export type SmtpStage = "login" | "recipient" | "data";

export interface FaultScript {
  /** Adds a fault behind those that wait. Returns a function that lifts it. */
  add(provider: MailProvider, fault: Fault): () => void;
  /** The fault that strikes this request, if any; one of its times is used up. */
  take(provider: MailProvider, stage?: SmtpStage): Fault | undefined;
}

export function faultScript(): FaultScript {
  const waiting = Object.fromEntries(mailProviders.map((provider) => [provider, []])) as unknown as Record<
    MailProvider,
    { fault: Fault; left: number }[]
  >;
  return {
    add(provider, fault) {
      const problems = faultProblems(provider, fault);
      if (problems.length > 0)
        throw new BusbarError("INVALID_CONFIGURATION", `This fault of ${provider} cannot be scripted:`, { problems });
      const entry = { fault, left: fault.times ?? 1 };
      waiting[provider].push(entry);
      return () => void (waiting[provider] = waiting[provider].filter((other) => other !== entry));
    },
    take(provider, stage = "data") {
      const entry = waiting[provider].find(({ fault }) => (fault.stage ?? "data") === stage);
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left < 1) waiting[provider] = waiting[provider].filter((other) => other !== entry);
      return entry.fault;
    },
  };
}

/** Everything that keeps a fault from being scripted, one sentence each. */
export function faultProblems(provider: MailProvider, fault: Fault): string[] {
  const problems: string[] = [];
  const kinds = [fault.status !== undefined, fault.smtpCode !== undefined, fault.hang === true, fault.resetAfterAccept === true];
  if (kinds.filter(Boolean).length !== 1) problems.push("say exactly one of status, smtpCode, hang and resetAfterAccept");
  if (provider !== "smtp" && fault.smtpCode !== undefined) problems.push(`${provider} speaks HTTP: say status, not smtpCode`);
  if (provider === "smtp" && fault.status !== undefined) problems.push("smtp has no HTTP status: say smtpCode, not status");
  for (const [name, code] of [["status", fault.status] as const, ["smtpCode", fault.smtpCode] as const]) {
    if (code !== undefined && (!Number.isInteger(code) || code < 400 || code > 599))
      problems.push(`${name} must be a whole number from 400 to 599, not ${code}`);
  }
  const { times = 1, stage = "data" } = fault;
  if (times !== Infinity && (!Number.isInteger(times) || times < 1))
    problems.push(`times must be a whole number from 1, or Infinity, not ${times}`);
  if (stage !== "data" && provider !== "smtp") problems.push("only smtp has stages");
  if (stage !== "data" && fault.smtpCode === undefined) problems.push(`only smtpCode can strike at the stage "${stage}"`);
  if (fault.retryAfter !== undefined) {
    if (fault.status === undefined) problems.push("retryAfter goes with status");
    else milliseconds(fault.retryAfter, "retryAfter");
  }
  return problems;
}
