import { type Duration, milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";

/** How urgent a delivery is. A waiting delivery of a higher priority always leaves its queue first. */
export const priorities = ["critical", "high", "normal", "low"] as const;
export type Priority = (typeof priorities)[number];

/** When a failed attempt is made again. */
export interface Retry {
  /** Tries in all, the first one included. Default 4; 1 means no retry. */
  readonly attempts?: number;
  /** Wait before the second try. Default 2 s. */
  readonly delay?: Duration;
  /** Each later wait is this many times the one before. Default 2. */
  readonly factor?: number;
  /** No wait is longer than this. Default 1 h. */
  readonly maxDelay?: Duration;
  /** Up to this share of the wait is added at random, so that many failures do not come back at once. Default 0.2; 0 means none. */
  readonly jitter?: number;
}

/** The option words that mean the same at every level: channel < subscriber < route < publish. The nearest wins. */
export interface PolicyOptions {
  /** Default `normal`. */
  readonly priority?: Priority;
  readonly retry?: Retry;
  /** A delivery is not sent before this long after its event. Default: at once. */
  readonly delay?: Duration;
  /** A delivery that was not sent this long after it was due is dropped, with that reason. Default: never. */
  readonly expiresIn?: Duration;
  /**
   * What follows when nobody knows whether a provider accepted a message (its answer was lost, or its worker died).
   * - `resend`, the default: it is sent again, and counted as a possible duplicate.
   * - `hold`: it is not sent again. It waits 24 h, or `{ hold: "2h" }`, for word of it, and is a dead letter then: a person decides.
   */
  readonly onUnknown?: OnUnknown;
}

export type OnUnknown = "resend" | "hold" | { readonly hold: Duration };

const defaultHold = "24h";

/** A policy with nothing left open, as it travels in a job. Times in milliseconds. */
export interface Policy {
  readonly priority: Priority;
  readonly attempts: number;
  readonly delay: number;
  readonly factor: number;
  readonly maxDelay: number;
  readonly jitter: number;
  /** What may have been sent waits so long for word of it; undefined: it is sent again. */
  readonly hold?: number;
}

/** The policy that holds when the given levels are laid over one another, the farthest first. */
export function resolvePolicy(...levels: readonly (PolicyOptions | undefined)[]): Policy {
  const retry: Retry = Object.assign({}, ...levels.map((level) => defined(level?.retry)));
  const onUnknown = nearest("onUnknown", levels) ?? "resend";
  return {
    priority: nearest("priority", levels) ?? "normal",
    attempts: retry.attempts ?? 4,
    delay: milliseconds(retry.delay ?? "2s", "retry.delay"),
    factor: retry.factor ?? 2,
    maxDelay: milliseconds(retry.maxDelay ?? "1h", "retry.maxDelay"),
    jitter: retry.jitter ?? 0.2,
    ...(onUnknown === "resend" ? {} : { hold: milliseconds(onUnknown === "hold" ? defaultHold : onUnknown.hold, "onUnknown.hold") }),
  };
}

/** What the nearest level that says anything says of one word. */
export function nearest<Word extends keyof PolicyOptions>(
  word: Word,
  levels: readonly (PolicyOptions | undefined)[],
): PolicyOptions[Word] | undefined {
  return levels.findLast((level) => level?.[word] !== undefined)?.[word];
}

/** Everything wrong with the option words of one level, one sentence each. */
export function policyProblems({ priority, retry, delay, expiresIn, onUnknown }: PolicyOptions): string[] {
  const problems: string[] = [];
  if (priority !== undefined && !priorities.includes(priority))
    problems.push(`priority ${JSON.stringify(priority)} is none of ${priorities.join(", ")}`);
  problems.push(...onUnknownProblems(onUnknown));
  if (retry !== undefined && (typeof retry !== "object" || retry === null || Array.isArray(retry)))
    return [...problems, `retry must be an object such as { attempts: 4, delay: "2s" }, not ${JSON.stringify(retry)}`];
  const { attempts, factor, jitter, delay: firstWait, maxDelay, ...unknown } = retry ?? {};
  for (const word of Object.keys(unknown)) problems.push(`retry knows no "${word}": it takes attempts, delay, factor, maxDelay and jitter`);
  if (attempts !== undefined && !(Number.isInteger(attempts) && attempts >= 1))
    problems.push(`retry.attempts must be a whole number from 1, not ${attempts}`);
  if (factor !== undefined && !(factor >= 1)) problems.push(`retry.factor must be 1 or more, not ${factor}`);
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1)) problems.push(`retry.jitter must be from 0 to 1, not ${jitter}`);
  const durations = { delay, expiresIn, "retry.delay": firstWait, "retry.maxDelay": maxDelay };
  for (const [name, value] of Object.entries(durations)) problems.push(...durationProblems(name, value));
  if (expiresIn === 0) problems.push("expiresIn must be more than 0: nothing would ever be sent");
  return problems;
}

function onUnknownProblems(onUnknown: OnUnknown | undefined): string[] {
  if (onUnknown === undefined || onUnknown === "resend" || onUnknown === "hold") return [];
  if (typeof onUnknown !== "object" || onUnknown === null || Object.keys(onUnknown).join() !== "hold")
    return [`onUnknown ${JSON.stringify(onUnknown)} is none of "resend", "hold" and { hold: "2h" }`];
  return durationProblems("onUnknown.hold", onUnknown.hold);
}

export function durationProblems(name: string, value: Duration | undefined): string[] {
  if (value === undefined) return [];
  try {
    milliseconds(value, name);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/**
 * Milliseconds to wait after a failed try.
 * @param failed how many tries have failed, from 1
 * @param random a number in [0, 1), from outside so that this stays pure
 */
export function backoff(policy: Policy, failed: number, random: number): number {
  const wait = Math.min(policy.delay * policy.factor ** (failed - 1), policy.maxDelay);
  return Math.round(wait * (1 + policy.jitter * random));
}

function defined<T extends object>(level: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(level ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}
