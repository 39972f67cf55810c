import { type Clock, systemClock } from "../base/clock.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { PushMessage } from "../define/message.ts";
import { subscriptionOf } from "../define/push-address.ts";
import { mailroomHeaders } from "./mailroom-headers.ts";
import { type OutcomeTable, outcomeTableProblems } from "./outcome-table.ts";
import { allowListProblems } from "./outgoing/allow-list.ts";
import { type GuardOptions, outgoingGuard } from "./outgoing/guard.ts";
import { guardedAgent } from "./outgoing/guarded-agent.ts";
import { unlessAborted } from "./outgoing/unless-aborted.ts";
import type { Provider, SendAttempt } from "./provider.ts";
import { pushPayload, pushTopic } from "./push-payload.ts";
import { reasonText } from "./reason.ts";
import { timedTry } from "./timed-try.ts";
import { type VapidKeys, webPushProblems } from "./vapid-keys.ts";
import type { WatchedAgent } from "./watched-agent.ts";
import { isPushService, webPushOutcome } from "./web-push-outcomes.ts";
import { type EncryptedPush, type WebPushSdk, webPushSdk } from "./web-push-sdk.ts";

export interface WebPushOptions extends VapidKeys {
  /**
   * Hosts (`push.internal`) and networks (`10.20.0.0/16`) of push services of your own that may be reached although they are private;
   * the hosts, and addresses that are written as numbers, by `http://` too. Default: none.
   */
  readonly allow?: readonly string[];
  /** A push service keeps a message so long for a browser that is not there. Default 28 d; 0: it is not kept. */
  readonly ttl?: Duration;
  /** One try may take this long in all, from the look-up of the host to the answer. Default 10 s. */
  readonly timeout?: Duration;
  /** Default `webpush`. */
  readonly name?: string;
  readonly clock?: Clock;
  /** Everything goes to this address instead, and the subscription's own goes along in `x-busbar-address`. */
  readonly mailroom?: string;
  /** Default: the system's. */
  readonly lookup?: GuardOptions["lookup"];
  /** Certificates of authorities to trust in place of the system's, PEM. */
  readonly ca?: string;
  /** Outcomes in place of those of `webPushStatuses`, by the HTTP status. */
  readonly outcomes?: OutcomeTable;
}

/** Where the allow-list is written down. */
const allowPlace = "channels.push.webpush.allow";

/**
 * Posts encrypted messages to the push services of browsers. The endpoints are chosen by whoever subscribes: they are kept out of our
 * own network as those of webhooks are.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the keys, the allow-list or the outcomes
 */
export function webPushProvider(options: WebPushOptions): Provider<PushMessage> {
  const { name = "webpush", clock = systemClock, mailroom, ca, outcomes } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const ttl = Math.floor(milliseconds(options.ttl ?? "28d", `ttl of ${name}`) / 1_000);
  const vapidDetails = checkedKeys(options, name);
  const guard = outgoingGuard({
    allow: mailroom === undefined ? (options.allow ?? []) : [new URL(mailroom).hostname],
    advice: `name the host or its network in ${allowPlace}`,
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
  });

  const encrypted = ({ generateRequestDetails }: WebPushSdk, message: PushMessage, topic: string): EncryptedPush | string => {
    const { endpoint, keys } = subscriptionOf(message.to);
    try {
      // To the package, an endpoint is whom it signs for, and some of them are an old service of Google's that wants another key.
      const subscription = { endpoint: new URL(endpoint).origin, keys };
      return generateRequestDetails(subscription, pushPayload(message), { vapidDetails, TTL: ttl, urgency: "normal", topic });
    } catch (error) {
      return messageOf(error);
    }
  };

  const addressed = (message: PushMessage, attempt: SendAttempt): Record<string, string> => {
    if (mailroom === undefined) return {};
    const preview = [message.title, message.body, message.link].filter((part) => part !== undefined).join("\n");
    return { "x-busbar-address": subscriptionOf(message.to).endpoint, ...mailroomHeaders(new URL(mailroom), attempt, preview) };
  };

  return {
    name,
    async send(message, attempt) {
      const url = new URL(mailroom ?? subscriptionOf(message.to).endpoint);
      const sdk = await webPushSdk().catch(messageOf);
      if (typeof sdk === "string") return { kind: "retry", reason: reasonText("the package web-push cannot be loaded:", sdk) };
      const push = encrypted(sdk, message, pushTopic(attempt.deliveryId));
      if (typeof push === "string") return { kind: "reject", reason: reasonText("the message cannot be encrypted:", push) };
      let agent: WatchedAgent | undefined;
      const neverLeft = (sent: unknown): boolean => agent === undefined || agent.neverLeft(sent);
      const outcome = await timedTry({ signal: attempt.signal, timeout, neverLeft }, async ({ request, signal }) => {
        const found = await unlessAborted(guard.destination(url), signal);
        if ("problem" in found) return { kind: "reject", reason: reasonText(found.problem) };
        agent = await guardedAgent(url, found, ca);
        const headers = { ...lowerCase(push.headers), ...addressed(message, attempt) };
        const answer = await request({ method: "POST", url: url.href, headers, body: push.body, signal, agent: agent.agent });
        return webPushOutcome(answer, { now: clock.now(), trusted: found.allowed || isPushService(url), outcomes });
      });
      agent?.close();
      return outcome;
    },
    close: async () => undefined,
  };
}

function lowerCase(headers: EncryptedPush["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function checkedKeys({ allow = [], outcomes = {}, ...keys }: WebPushOptions, name: string): VapidKeys {
  const problems = [
    ...webPushProblems(keys).map((problem) => `${name}: ${problem}`),
    ...allowListProblems(allow, allowPlace),
    ...outcomeTableProblems(outcomes).map((problem) => `${name}: ${problem}`),
  ];
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, { problems });
  const { subject, publicKey, privateKey } = keys;
  return { subject, publicKey, privateKey };
}
