import { type Clock, systemClock } from "../base/clock.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { EmailMessage } from "../define/message.ts";
import type { Outcome } from "../define/outcome.ts";
import { deadline } from "../base/deadline.ts";
import { baseUrlProblem } from "./base-url.ts";
import { isLoopback } from "./loopback.ts";
import { networkOutcome } from "./network-outcomes.ts";
import { type OutcomeTable, outcomeTableProblems } from "./outcome-table.ts";
import type { Provider, SendAttempt } from "./provider.ts";
import { sendgridReference } from "./sendgrid-callbacks.ts";
import { sendgridOutcome } from "./sendgrid-outcomes.ts";
import { type SendgridMail, sendgridSdk } from "./sendgrid-sdk.ts";
import { watchedAgent } from "./watched-agent.ts";

export interface SendgridOptions {
  /** Begins with `SG.`; it is sent nowhere but to `baseUrl`. */
  readonly apiKey: string;
  /** Default `https://api.sendgrid.com`; `https://api.eu.sendgrid.com` for accounts in the EU region. */
  readonly baseUrl?: string;
  /** One try may take this long in all. Default 10 s. */
  readonly timeout?: Duration;
  /** Default `sendgrid`. */
  readonly name?: string;
  readonly clock?: Clock;
  /** Outcomes in place of those of `sendgridStatuses`, by HTTP status. */
  readonly outcomes?: OutcomeTable | undefined;
}

/** An answer longer than this, in bytes, is not read to its end: SendGrid's own have a few hundred. */
const longestAnswer = 64 * 1024;

/**
 * SendGrid, through its own SDK.
 * @throws BusbarError `INVALID_CONFIGURATION` when the key is empty, the base URL is none, or the outcomes cannot be used
 */
export function sendgridProvider(options: SendgridOptions): Provider<EmailMessage> {
  const { apiKey, baseUrl = "https://api.sendgrid.com", name = "sendgrid", clock = systemClock, outcomes } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const base = checkedBase({ apiKey, baseUrl, name, outcomes });
  const connections = watchedAgent(base.protocol === "https:");
  const request = {
    baseUrl: base.href,
    httpAgent: connections.agent,
    httpsAgent: connections.agent,
    maxRedirects: 0,
    maxContentLength: longestAnswer,
    // The SDK's own error class compiles the working directory as a pattern, which fails in some folders.
    validateStatus: () => true,
    // Loopback never goes through the proxy of HTTP_PROXY; where another address does is the environment's affair.
    ...(isLoopback(base.hostname) ? { proxy: false } : {}),
  };

  const post = async (message: EmailMessage, attempt: SendAttempt, signal: AbortSignal): Promise<Outcome> => {
    const { Client, MailService } = await sendgridSdk();
    // An instance for each try: the SDK has no other place for the signal of one request.
    const client = new Client();
    // Not setApiKey: it resets the base URL, and prints to the console.
    client.setDefaultHeader("Authorization", `Bearer ${apiKey}`);
    client.setDefaultRequest({ ...request, signal });
    const mail = new MailService();
    mail.setClient(client);
    const [{ statusCode, headers, body }] = await mail.send(mailOf(message, attempt));
    return sendgridOutcome({ status: statusCode, headers, body }, { now: clock.now(), outcomes });
  };

  return {
    name,
    async send(message, attempt) {
      if (attempt.signal.aborted) return { kind: "retry", reason: "the try was stopped before it was sent" };
      const limit = deadline(attempt.signal, timeout);
      try {
        return await post(message, attempt, limit.signal);
      } catch (error) {
        const { code, request: sent } = error as { code?: unknown; request?: unknown };
        return networkOutcome({
          code: limit.reason() === undefined && typeof code === "string" ? code : undefined,
          message: limit.reason() ?? messageOf(error),
          neverLeft: connections.neverLeft(sent),
        });
      } finally {
        limit.clear();
      }
    },
    async close() {
      connections.close();
    },
  };
}

function mailOf({ from, to, subject, text, html }: EmailMessage, { deliveryId, reference }: SendAttempt): SendgridMail {
  return {
    from: from.name === undefined ? { email: from.address } : { email: from.address, name: from.name },
    to,
    subject,
    // The plain text goes first: SendGrid asks for the parts in the order of RFC 2046, the richest last.
    content: [
      { type: "text/plain", value: text },
      { type: "text/html", value: html },
    ],
    customArgs: { delivery: deliveryId, ...(reference === undefined ? {} : { [sendgridReference]: reference }) },
  };
}

function checkedBase(options: Pick<SendgridOptions, "apiKey" | "outcomes"> & { readonly baseUrl: string; readonly name: string }): URL {
  const { apiKey, baseUrl, name, outcomes = {} } = options;
  const problems = outcomeTableProblems(outcomes);
  if (typeof apiKey !== "string" || !/^[\x21-\x7e]+$/.test(apiKey))
    problems.push("its API key is empty or holds a space or line break: copy it again");
  const wrong = baseUrlProblem(baseUrl, "the API key");
  if (wrong !== undefined) problems.push(wrong);
  if (problems.length === 0) return new URL(baseUrl);
  throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, { problems });
}
