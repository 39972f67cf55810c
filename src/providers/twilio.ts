import { type Clock, systemClock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { SmsMessage } from "../define/message.ts";
import type { Outcome } from "../define/outcome.ts";
import { type HttpAnswer, type HttpClient, httpClient } from "./http-client.ts";
import { baseUrlProblem } from "./base-url.ts";
import { isLoopback } from "./loopback.ts";
import { networkOutcome } from "./network-outcomes.ts";
import type { Provider, SendAttempt } from "./provider.ts";
import { reasonText } from "./reason.ts";
import { type TwilioAccount, twilioAccountProblems } from "./twilio-account.ts";
import { twilioOutcome } from "./twilio-outcomes.ts";
import { type TwilioRequest, type TwilioResponse, type TwilioSdk, twilioSdk } from "./twilio-sdk.ts";
import { watchedAgent } from "./watched-agent.ts";

export interface TwilioOptions extends TwilioAccount {
  /** Default `https://api.twilio.com`; the address of a region for accounts there. */
  readonly baseUrl?: string | undefined;
  /** One try may take this long in all. Default 10 s. */
  readonly timeout?: Duration | undefined;
  /** Default `twilio`. */
  readonly name?: string | undefined;
  readonly clock?: Clock;
}

/** What one try works with. */
interface Try extends SendAttempt, Pick<TwilioSdk, "Twilio"> {
  readonly request: HttpClient;
}

/**
 * Twilio, through its own SDK.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the account or the base URL
 */
export function twilioProvider(options: TwilioOptions): Provider<SmsMessage> {
  const { accountSid, authToken, apiKey, apiSecret, baseUrl = "https://api.twilio.com", name = "twilio", clock = systemClock } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const base = checkedBase({ ...options, baseUrl, name });
  const [user, secret] = apiKey === undefined ? [accountSid, authToken!] : [apiKey, apiSecret!];
  const sender = options.messagingServiceSid === undefined ? { from: options.from! } : { messagingServiceSid: options.messagingServiceSid };
  const connections = watchedAgent(base.protocol === "https:");
  const here = isLoopback(base.hostname);

  const post = async (message: SmsMessage, { deliveryId, Twilio, request, signal }: Try): Promise<Outcome> => {
    let answer: HttpAnswer | undefined;
    const send = async ({ uri, username, password, headers, data }: TwilioRequest): Promise<TwilioResponse> => {
      answer = await request({
        method: "POST",
        // The SDK takes host names apart, and not every one is whole again afterwards.
        url: Object.assign(new URL(uri), { host: base.host }).href,
        headers: {
          ...headers,
          authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
          // Twilio has no place for an id of ours; the mailroom looks for it here.
          ...(here ? { "x-busbar-delivery": deliveryId } : {}),
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
      await client.messages.create({ to: message.to, body: message.text, ...sender });
    } catch (error) {
      // Where there is an answer, it says more than what the SDK makes of it.
      if (answer === undefined) throw error;
    }
    return answer === undefined ? { kind: "unknown", reason: "the SDK did not send" } : twilioOutcome(answer, clock.now());
  };

  return {
    name,
    async send(message, { deliveryId, signal }) {
      // Before the time of the try begins: what fails or takes long here has sent nothing.
      const tools = await Promise.all([twilioSdk(), httpClient()]).catch(messageOf);
      if (typeof tools === "string") return { kind: "retry", reason: reasonText("Twilio's SDK cannot be loaded:", tools) };
      if (signal.aborted) return { kind: "retry", reason: "the try was stopped before it was sent" };
      const limit = deadline(signal, timeout);
      const [{ Twilio }, request] = tools;
      try {
        return await post(message, { deliveryId, Twilio, request, signal: limit.signal });
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

function checkedBase({ baseUrl, name, ...account }: TwilioOptions & { readonly baseUrl: string; readonly name: string }): URL {
  const problems = twilioAccountProblems(account);
  const wrong = baseUrlProblem(baseUrl, "the credentials");
  if (wrong !== undefined) problems.push(wrong);
  if (problems.length === 0) return new URL(baseUrl);
  throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, {
    problems: problems.map((problem) => `${name}: ${problem}`),
  });
}
