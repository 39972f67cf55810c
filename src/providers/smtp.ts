import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { EmailMessage } from "../define/message.ts";
import { deadline } from "../base/deadline.ts";
import { isLoopback } from "./loopback.ts";
import { type OutcomeTable, outcomeTableProblems } from "./outcome-table.ts";
import type { Provider } from "./provider.ts";
import { type SmtpFailure, smtpOutcome } from "./smtp-outcomes.ts";
import { type SmtpMail, smtpPool, type SmtpPool } from "./smtp-pool.ts";

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. Default: only on port 465; elsewhere STARTTLS where the server offers it. */
  readonly secure?: boolean;
  readonly user?: string;
  /** It leaves this machine only over TLS. */
  readonly password?: string;
  /** One try may take this long in all. Default 10 s. */
  readonly timeout?: Duration;
  /** Connections kept open at once in this process. Default 5. */
  readonly connections?: number;
  /** Default `smtp`. */
  readonly name?: string;
  /** Outcomes in place of our own, by enhanced code (`5.1.1`), reply code (`550`) or nodemailer's code (`EAUTH`). */
  readonly outcomes?: OutcomeTable | undefined;
}

/**
 * Any SMTP server, through nodemailer. The Message-ID is made of the delivery's id, so a mail that is sent again is recognised by its readers.
 * @throws BusbarError `INVALID_CONFIGURATION` when host, port or outcomes cannot be used
 */
export function smtpProvider(options: SmtpOptions): Provider<EmailMessage> {
  const { host, port, user, password, name = "smtp", secure = port === 465, connections = 5, outcomes } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  checkOptions(options, name);
  let pool: Promise<SmtpPool> | undefined;
  const open = (): Promise<SmtpPool> =>
    (pool ??= smtpPool({ host, port, secure, user, password, timeout, connections, local: isLoopback(host) }));

  return {
    name,
    async send(message, { deliveryId, signal }) {
      if (signal.aborted) return { kind: "retry", reason: "the try was stopped before it was sent" };
      const limit = deadline(signal, timeout);
      let sending: ReturnType<SmtpPool["send"]> | undefined;
      try {
        sending = (await open()).send(mailOf(message, deliveryId), limit.signal);
        return { kind: "sent", messageId: await sending.messageId };
      } catch (error) {
        return smtpOutcome({ ...failureOf(error, limit.reason()), contentLeft: sending?.contentLeft() ?? false }, outcomes);
      } finally {
        limit.clear();
      }
    },
    async close() {
      const opened = pool;
      pool = undefined;
      (await opened)?.close();
    },
  };
}

function mailOf({ from, to, subject, text, html, headers }: EmailMessage, deliveryId: string): SmtpMail {
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  return {
    from: { name: from.name ?? "", address: from.address },
    // As an object, so that nothing in the address is read as a list or a display name.
    to: { name: "", address: to },
    subject,
    text,
    html,
    messageId: `<${deliveryId}@${domain}>`,
    headers: { ...headers, "X-Busbar-Delivery": deliveryId },
  };
}

/** Where our own deadline ended the try without an answer, it is the reason, not the error that nodemailer made of it. */
function failureOf(error: unknown, ended: string | undefined): Omit<SmtpFailure, "contentLeft"> {
  const { code, responseCode, response, command } = error as Partial<SmtpFailure>;
  if (ended !== undefined && responseCode === undefined) return { message: ended };
  return { message: messageOf(error), code, responseCode, response, command };
}

function checkOptions({ host, port, user, password, connections, outcomes = {} }: SmtpOptions, name: string): void {
  const problems = outcomeTableProblems(outcomes);
  if (typeof host !== "string" || !/^[A-Za-z0-9._:[\]-]+$/.test(host))
    problems.push(`its host ${JSON.stringify(host)} is no host name or address`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) problems.push(`its port must be a whole number from 1 to 65535, not ${port}`);
  if ((user === undefined) !== (password === undefined))
    problems.push("it has a user without a password, or a password without a user: give both or none");
  if (connections !== undefined && !(Number.isInteger(connections) && connections >= 1))
    problems.push(`connections must be a whole number from 1, not ${connections}`);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, { problems });
}
