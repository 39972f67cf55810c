import { BusbarError, messageOf } from "../base/errors.ts";
import type { Outcome } from "../define/outcome.ts";
import { type Breaker, noBreaker } from "./breaker.ts";
import type { Provider, SendAttempt } from "./provider.ts";
import { reasonText } from "./reason.ts";

/** An outcome, and the name of the provider that gave it. */
export interface ProviderResult {
  readonly outcome: Outcome;
  readonly provider: string;
  /** What those before it came to, where it took over. */
  readonly before?: string;
}

/** Several providers as one: the next takes over where the one before it could not send. */
export interface ProviderChain<Message> {
  /** The names, in the order in which they are tried. */
  readonly names: readonly string[];
  send(message: Message, attempt: SendAttempt): Promise<ProviderResult>;
  close(): Promise<void>;
}

/** A provider that asks for a longer wait than this, in milliseconds, is passed over. */
export const longestWorthwhileWait = 30_000;

/** Where one provider asked for a wait and another failed without, the wait is at most this long, so that the other gets its chance. */
const longestMixedWait = 300_000;

/** Whether the next provider may be tried after this outcome. */
export function nextStep(outcome: Outcome): "stop" | "next" {
  if (outcome.kind === "pause") return "next";
  if (outcome.kind !== "retry") return "stop";
  return outcome.after === undefined || outcome.after > longestWorthwhileWait ? "next" : "stop";
}

/**
 * What a try came to when its last provider failed too. A provider that may work later counts more than one that is paused.
 *
 * | who may work later              | wait                                                                        |
 * |---------------------------------|-----------------------------------------------------------------------------|
 * | nobody: all are paused          | none: `pause`                                                                |
 * | some, and none asked for a wait | none: the route's own backoff                                                |
 * | some, and all asked for a wait  | the shortest, when the first of them can work again                          |
 * | some, and only a part asked     | the longest, at most five minutes: no attempt is burned while one recovers   |
 */
export function combined(results: readonly ProviderResult[]): ProviderResult {
  const last = results.at(-1)!;
  if (results.length === 1) return last;
  if (last.outcome.kind !== "retry" && last.outcome.kind !== "pause") return { ...last, before: said(results.slice(0, -1)) };
  const reason = said(results);
  const retries = results.flatMap(({ provider, outcome }) => (outcome.kind === "retry" ? [{ provider, after: outcome.after }] : []));
  if (retries.length === 0) return { provider: last.provider, outcome: { kind: "pause", reason } };
  const waits = retries.flatMap(({ after }) => (after === undefined ? [] : [after]));
  const { provider } = retries.at(-1)!;
  if (waits.length === 0) return { provider, outcome: { kind: "retry", reason } };
  const after = waits.length === retries.length ? Math.min(...waits) : Math.min(Math.max(...waits), longestMixedWait);
  return { provider, outcome: { kind: "retry", reason, after } };
}

/** What each of them came to, in one line. */
function said(results: readonly ProviderResult[]): string {
  return reasonText(
    results.map(({ provider, outcome }) => `${provider}: ${"reason" in outcome ? outcome.reason : outcome.kind}`).join("; "),
  );
}

/** The circuits of a chain's providers, in the order of their names. */
export type ChainBreakers = (names: readonly string[]) => readonly Breaker[];

/**
 * Tries the providers in their order until one outcome ends the try. One whose circuit is open is passed over; one that asked for a
 * short wait is waited for.
 * @param breakers default: none, every provider is asked each time
 * @throws BusbarError `INVALID_CONFIGURATION` when there is no provider, or two have one name
 */
export function providerChain<Message>(providers: readonly Provider<Message>[], breakers?: ChainBreakers): ProviderChain<Message> {
  const names = providers.map(({ name }) => name);
  if (names.length === 0) throw new BusbarError("INVALID_CONFIGURATION", "A chain of providers needs at least one provider.");
  if (new Set(names).size < names.length)
    throw new BusbarError(
      "INVALID_CONFIGURATION",
      `Two providers of one chain are called alike (${names.join(", ")}): give each a name of its own.`,
    );
  const circuits = breakers?.(names) ?? names.map(() => noBreaker);
  return {
    names,
    async send(message, attempt) {
      const results: ProviderResult[] = [];
      for (const [index, provider] of providers.entries()) {
        if (results.length > 0 && attempt.signal.aborted) break;
        const { outcome, step } = await tried(provider, circuits[index]!, { message, attempt });
        results.push({ provider: provider.name, outcome });
        if (step === "stop") break;
      }
      return combined(results);
    },
    async close() {
      await Promise.all(providers.map((provider) => provider.close()));
    },
  };
}

/** What one provider came to, sent to or not, and whether the next one may be tried. */
async function tried<Message>(
  provider: Provider<Message>,
  circuit: Breaker,
  { message, attempt }: { readonly message: Message; readonly attempt: SendAttempt },
): Promise<{ readonly outcome: Outcome; readonly step: "stop" | "next" }> {
  const admitted = await circuit.admit();
  if (admitted.kind !== "go") {
    const { kind, after, reason } = admitted;
    const outcome: Outcome = { kind: "retry", reason, after };
    return { outcome, step: kind === "open" ? "next" : nextStep(outcome) };
  }
  const outcome = await provider.send(message, attempt).catch(brokenContract);
  const wait = await circuit.report(outcome, admitted);
  const step = nextStep(outcome);
  // It failed with all the others, and not for what it is: to wait until the provider is looked at again burns no attempt.
  if (wait !== undefined && (outcome.kind === "retry" || outcome.kind === "pause") && !isForRecipient(outcome))
    return {
      outcome: { kind: "retry", reason: outcome.reason, after: Math.max(wait, outcome.kind === "retry" ? (outcome.after ?? 0) : 0) },
      step: "next",
    };
  return { outcome, step };
}

function isForRecipient(outcome: Outcome): boolean {
  return outcome.kind === "retry" && outcome.scope === "recipient";
}

/** A provider must not throw; of one that does, nobody knows what had left. */
function brokenContract(error: unknown): Outcome {
  return { kind: "unknown", reason: reasonText("the provider threw:", messageOf(error)) };
}
