import { systemClock } from "../base/clock.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Outcome } from "../define/outcome.ts";
import type { ApiOptions } from "./api-options.ts";
import { baseUrlProblem } from "./base-url.ts";
import type { HttpAnswer } from "./http-client.ts";
import { mailroomHeaders } from "./mailroom-headers.ts";
import { outcomeTableProblems } from "./outcome-table.ts";
import type { SendAttempt } from "./provider.ts";
import { reasonText } from "./reason.ts";
import { twilioReference } from "./twilio-callbacks.ts";
import { type TimedTry, timedTry } from "./timed-try.ts";
import type { TwilioAccount } from "./twilio-account.ts";
import { twilioOutcome } from "./twilio-outcomes.ts";
import { type TwilioMessage, type TwilioRequest, type TwilioResponse, type TwilioSdk, twilioSdk } from "./twilio-sdk.ts";
import { watchedAgent } from "./watched-agent.ts";

/** An account of Twilio's, and how it is asked. */
export interface TwilioOptions extends TwilioAccount, ApiOptions {
  /** Where Twilio tells how a message stands: the public address of `/callbacks/twilio`. Default: it tells nothing, or what its console says. */
  readonly statusCallback?: string | undefined;
}

export interface TwilioAttempt extends SendAttempt {
  /** What the reader will see, where the message itself does not say it. */
  readonly preview?: string;
}

/** What an account's messages are created with, whatever channel they are of. */
export interface TwilioMessages {
  /** One try. Does not throw. */
  create(message: TwilioMessage, attempt: TwilioAttempt): Promise<Outcome>;
  /** Closes the connections that are kept open. */
  close(): void;
}

/**
 * @param problems what is wrong with the account
 * @throws BusbarError `INVALID_CONFIGURATION` with these problems, and everything wrong with the base URL or the outcomes
 */
export function twilioMessages(options: TwilioOptions, problems: readonly string[]): TwilioMessages {
  const { accountSid, authToken, apiKey, apiSecret, name = "twilio", clock = systemClock, outcomes } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const base = checkedBase({ ...options, name }, problems);
  const [user, secret] = apiKey === undefined ? [accountSid, authToken!] : [apiKey, apiSecret!];
  const connections = watchedAgent(base.protocol === "https:");

  const post = async (message: TwilioMessage, attempt: TwilioAttempt & TimedTry & Pick<TwilioSdk, "Twilio">): Promise<Outcome> => {
    const { Twilio, request, signal, preview } = attempt;
    let answer: HttpAnswer | undefined;
    const send = async ({ uri, username, password, headers, data }: TwilioRequest): Promise<TwilioResponse> => {
      answer = await request({
        method: "POST",
        // The SDK takes host names apart, and not every one is whole again afterwards.
        url: Object.assign(new URL(uri), { host: base.host }).href,
        headers: {
          ...headers,
          authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
          ...mailroomHeaders(base, attempt, preview),
        },
        body: Buffer.from(new URLSearchParams(data).toString()),
        signal,
        agent: connections.agent,
      });
      return { statusCode: answer.status, headers: answer.headers, body: answer.body };
    };
    // A client for each try: the SDK has no other place for the signal and the answer of one request.
    const client = new Twilio(user, secret, { accountSid, edge: "", region: "", httpClient: { request: send } });
    client.api.baseUrl = base.href.replace(/\/$/, "");
    try {
      await client.messages.create({ ...message, ...statusCallbackOf(options, attempt) });
    } catch (error) {
      // Where there is an answer, it says more than what the SDK makes of it.
      if (answer === undefined) throw error;
    }
    return answer === undefined
      ? { kind: "unknown", reason: "the SDK did not send" }
      : twilioOutcome(answer, { now: clock.now(), outcomes });
  };

  return {
    async create(message, attempt) {
      // Before the time of the try begins: what fails or takes long here has sent nothing.
      const sdk = await twilioSdk().catch(messageOf);
      if (typeof sdk === "string") return { kind: "retry", reason: reasonText("Twilio's SDK cannot be loaded:", sdk) };
      const { signal } = attempt;
      return timedTry({ signal, timeout, neverLeft: connections.neverLeft }, (tools) =>
        post(message, { ...attempt, ...tools, Twilio: sdk.Twilio }),
      );
    },
    close: () => connections.close(),
  };
}

function statusCallbackOf(
  { statusCallback }: Pick<TwilioOptions, "statusCallback">,
  { reference }: Pick<SendAttempt, "reference">,
): Pick<TwilioMessage, "statusCallback"> {
  if (statusCallback === undefined || reference === undefined) return {};
  return { statusCallback: `${statusCallback}?${twilioReference}=${encodeURIComponent(reference)}` };
}

function checkedBase(
  { baseUrl = "https://api.twilio.com", name, outcomes = {} }: TwilioOptions & { readonly name: string },
  ofAccount: readonly string[],
): URL {
  const problems = [
    ...ofAccount,
    ...[baseUrlProblem(baseUrl, "the credentials")].filter((problem) => problem !== undefined),
    ...outcomeTableProblems(outcomes),
  ];
  if (problems.length === 0) return new URL(baseUrl);
  throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, {
    problems: problems.map((problem) => `${name}: ${problem}`),
  });
}
