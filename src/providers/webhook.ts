import { type Clock, systemClock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { busbarVersion } from "../base/version.ts";
import type { WebhookMessage } from "../define/message.ts";
import type { Outcome } from "../define/outcome.ts";
import { httpClient } from "./http-client.ts";
import { networkOutcome } from "./network-outcomes.ts";
import { allowListProblems } from "./outgoing/allow-list.ts";
import { type GuardOptions, outgoingGuard } from "./outgoing/guard.ts";
import { guardedAgent } from "./outgoing/guarded-agent.ts";
import { unlessAborted } from "./outgoing/unless-aborted.ts";
import { type OutcomeTable, outcomeTableProblems } from "./outcome-table.ts";
import type { Provider } from "./provider.ts";
import { reasonText } from "./reason.ts";
import type { WatchedAgent } from "./watched-agent.ts";
import { allowAdvice, allowPlace } from "./webhook-address.ts";
import { webhookOutcome } from "./webhook-outcomes.ts";
import { mailroomSecret, webhookSecretProblems } from "./webhook-secrets.ts";
import { signatureHeaders } from "./webhook-signature.ts";

export interface WebhookProviderOptions {
  /**
   * What messages are signed with: each `whsec_` and 24 to 64 random bytes in base64. While one is rotated there are two, the new one
   * first: a message carries a signature by each.
   */
  readonly secrets?: readonly string[];
  /** Other secrets for the addresses of an origin, such as `https://ops.example.com`, in place of `secrets`. */
  readonly secretsFor?: Readonly<Record<string, readonly string[]>>;
  /**
   * Hosts (`ops.internal`) and networks (`10.20.0.0/16`) that may be reached although they are private; the hosts, and addresses that
   * are written as numbers, by `http://` too. Default: none.
   */
  readonly allow?: readonly string[];
  /** One try may take this long in all, from the look-up of the host to the answer. Default 15 s. */
  readonly timeout?: Duration;
  /** Default `webhook`. */
  readonly name?: string;
  readonly clock?: Clock;
  /** Outcomes in place of those of `webhookStatuses`, by HTTP status. */
  readonly outcomes?: OutcomeTable | undefined;
  /** Everything goes to this address instead, signed with {@link mailroomSecret}, and the message's own goes along in `x-busbar-address`. */
  readonly mailroom?: string;
  /** Certificates of authorities to trust in place of the system's, PEM. */
  readonly ca?: string;
  /** Default: the system's. */
  readonly lookup?: GuardOptions["lookup"];
}

/** One try. */
interface Posting {
  readonly id: string;
  readonly url: URL;
  readonly agent: WatchedAgent;
  readonly signal: AbortSignal;
}

/**
 * Posts JSON to addresses, signed as Standard Webhooks 1.0 says. A receiver tells repeats by `webhook-id`, which is the delivery's id.
 * @throws BusbarError `INVALID_CONFIGURATION` when a secret, an origin, an entry of the allow-list or an outcome cannot be used
 */
export function webhookProvider(options: WebhookProviderOptions): Provider<WebhookMessage> {
  const { secrets = [], secretsFor = {}, allow = [], name = "webhook", clock = systemClock, mailroom, ca, lookup, outcomes = {} } = options;
  const timeout = milliseconds(options.timeout ?? "15s", `timeout of ${name}`);
  checkOptions({ secrets, secretsFor, allow, name, outcomes });
  const guard = outgoingGuard({
    allow: mailroom === undefined ? allow : [new URL(mailroom).hostname],
    advice: allowAdvice,
    ...(lookup === undefined ? {} : { lookup }),
  });

  const post = async (message: WebhookMessage, { id, url, agent, signal }: Posting): Promise<Outcome> => {
    const keys = mailroom === undefined ? (secretsFor[url.origin] ?? secrets) : [mailroomSecret];
    if (keys.length === 0) return { kind: "reject", reason: `no secret signs messages to ${url.origin}: set WEBHOOK_SECRETS` };
    const { body, contentType } = message;
    const request = await httpClient();
    const answer = await request({
      method: "POST",
      url: url.href,
      headers: {
        "content-type": contentType,
        "user-agent": `busbar/${busbarVersion()}`,
        ...(mailroom === undefined ? {} : { "x-busbar-address": message.to }),
        ...(await signatureHeaders({ id, at: clock.now(), body, secrets: keys })),
      },
      body: Buffer.from(body),
      signal,
      agent: agent.agent,
    });
    return webhookOutcome(answer, { now: clock.now(), outcomes });
  };

  return {
    name,
    async send(message, attempt) {
      if (attempt.signal.aborted) return { kind: "retry", reason: "the try was stopped before it was sent" };
      const limit = deadline(attempt.signal, timeout);
      const url = new URL(mailroom ?? message.to);
      let agent: WatchedAgent | undefined;
      try {
        const found = await unlessAborted(guard.destination(url), limit.signal);
        if ("problem" in found) return { kind: "reject", reason: reasonText(found.problem) };
        agent = await guardedAgent(url, found, ca);
        return await post(message, { id: attempt.deliveryId, url, agent, signal: limit.signal });
      } catch (error) {
        const { code, request } = error as { code?: unknown; request?: unknown };
        return networkOutcome({
          code: limit.reason() === undefined && typeof code === "string" ? code : undefined,
          message: limit.reason() ?? messageOf(error),
          neverLeft: agent === undefined || agent.neverLeft(request),
        });
      } finally {
        limit.clear();
        agent?.close();
      }
    },
    close: async () => undefined,
  };
}

function checkOptions({
  secrets,
  secretsFor,
  allow,
  name,
  outcomes,
}: Required<Pick<WebhookProviderOptions, "secrets" | "secretsFor" | "allow" | "name">> & { readonly outcomes: OutcomeTable }): void {
  const problems = [
    ...webhookSecretProblems(secrets, "channels.webhook.secrets (WEBHOOK_SECRETS)"),
    ...Object.entries(secretsFor).flatMap(([origin, own]) => [
      ...(URL.parse(origin)?.origin === origin
        ? []
        : [`channels.webhook.secretsFor: ${JSON.stringify(origin)} is no origin such as https://ops.example.com`]),
      ...(own.length === 0
        ? [`channels.webhook.secretsFor: ${JSON.stringify(origin)} has no secret`]
        : webhookSecretProblems(own, `channels.webhook.secretsFor ${origin}`)),
    ]),
    ...allowListProblems(allow, allowPlace),
    ...outcomeTableProblems(outcomes, "channels.webhook.outcomes"),
  ];
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", `Provider ${name} cannot be used:`, { problems });
}
