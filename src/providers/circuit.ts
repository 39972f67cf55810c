import type { Outcome } from "../define/outcome.ts";
import { reasonText } from "./reason.ts";

/**
 * What all workers know together of one provider: whether messages go to it. Pure.
 *
 * The life of a circuit: closed, while the provider answers. Its failures are scored: each is one, and each message that goes well
 * takes half of one away, so that a provider opens its circuit that fails always or half of the time, and one that fails now and then
 * does not. Open, messages go to the next provider, or wait; now and then a single one goes along to look (a probe), and the first
 * that goes well closes it. A provider that asks for a wait is held: nothing goes to it until then, its circuit stays closed.
 */
export interface CircuitState {
  readonly score: number;
  /** When the last failure was, milliseconds since 1970. */
  readonly failedAt: number;
  /** The provider asked not to be sent to before this time. */
  readonly heldUntil?: number;
  readonly open?: OpenCircuit;
}

export interface OpenCircuit {
  readonly since: number;
  /** What the last failure was. */
  readonly reason: string;
  /** Probes that failed. */
  readonly failed: number;
  /** When the next probe may go. */
  readonly probeAt: number;
}

export interface CircuitRules {
  /** The score that opens it. */
  readonly failures: number;
  /** Milliseconds between two probes at first; with each that fails, twice as long, up to {@link longestProbeWait}. */
  readonly probeEvery: number;
}

/** Four: as many as a lone message has tries, so that where everything is down even that one waits and does not become a dead letter. */
export const defaultCircuitRules: CircuitRules = { failures: 4, probeEvery: 5_000 };

/** Between two probes there is never more than a minute, milliseconds. */
const longestProbeWait = 60_000;
/** A failure says nothing any more after so long, milliseconds: 2 m. */
const forgottenAfter = 120_000;

export const closedCircuit: CircuitState = { score: 0, failedAt: 0 };

/** What a circuit says to a message. */
export type Admission =
  | { readonly kind: "go"; /** it goes along to look whether the provider works again */ readonly probe: boolean }
  | { readonly kind: "held" | "open"; /** ask again after so many milliseconds */ readonly after: number; readonly reason: string };

export function admission({ heldUntil = 0, open }: CircuitState, now: number): Admission {
  if (open === undefined)
    return heldUntil > now
      ? { kind: "held", after: heldUntil - now, reason: `it asked for a wait until ${new Date(heldUntil).toISOString()}` }
      : { kind: "go", probe: false };
  if (open.probeAt <= now) return { kind: "go", probe: true };
  const reason = reasonText(`its circuit is open since ${new Date(open.since).toISOString()}:`, open.reason);
  return { kind: "open", after: open.probeAt - now, reason };
}

/**
 * How long a message waits that nobody could take, milliseconds. The longer it has been so, the more the waits differ, by up to a
 * minute: a backlog that came back as one would ask for nothing but the same answer.
 * @param random a number in [0, 1), from outside so that this stays pure
 */
export function waitOutside({ open }: CircuitState, { now, after, random }: { now: number; after: number; random: number }): number {
  return Math.round(after + random * Math.min(now - (open?.since ?? now), longestProbeWait));
}

/** The circuit with its next probe on the way: nobody else goes along for a while. */
export function afterProbeLeft(state: CircuitState, now: number, rules: CircuitRules): CircuitState {
  return state.open === undefined ? state : { ...state, open: { ...state.open, probeAt: now + probeWait(state.open.failed, rules) } };
}

export interface Reported {
  readonly outcome: Outcome;
  readonly probe: boolean;
  readonly now: number;
}

/** The circuit after a provider's answer; the same object where nothing changes. */
export function afterOutcome(state: CircuitState, { outcome, probe, now }: Reported, rules: CircuitRules): CircuitState {
  if (!isFailure(outcome)) return probe ? closedCircuit : afterSuccess(state);
  if (state.open !== undefined) return probe ? afterFailedProbe(state, { outcome, now }, rules) : state;
  if (outcome.kind === "pause") return opened(outcome.reason, now, rules);
  if (outcome.kind === "retry" && outcome.after !== undefined) {
    const heldUntil = Math.max(state.heldUntil ?? 0, now + outcome.after);
    // What was under way when it asked says nothing new.
    if ((state.heldUntil ?? 0) > now) return { ...state, heldUntil };
    return { ...afterFailure(state, { reason: outcome.reason, now }, rules), heldUntil };
  }
  return afterFailure(state, { reason: outcome.reason, now }, rules);
}

type Failure = Extract<Outcome, { readonly kind: "retry" | "pause" | "unknown" }>;

/** Whether an outcome says something against the provider: one that is about a message or its recipient shows that it works. */
function isFailure(outcome: Outcome): outcome is Failure {
  if (outcome.kind === "retry") return outcome.scope !== "recipient";
  return outcome.kind === "pause" || outcome.kind === "unknown";
}

function afterSuccess(state: CircuitState): CircuitState {
  return state.open !== undefined || state.score === 0 ? state : { ...state, score: Math.max(0, state.score - 0.5) };
}

function afterFailure(state: CircuitState, { reason, now }: { reason: string; now: number }, rules: CircuitRules): CircuitState {
  const score = (now - state.failedAt > forgottenAfter ? 0 : state.score) + 1;
  return score >= rules.failures ? opened(reason, now, rules) : { ...state, score, failedAt: now };
}

function opened(reason: string, now: number, rules: CircuitRules): CircuitState {
  return { score: 0, failedAt: now, open: { since: now, reason, failed: 0, probeAt: now + probeWait(0, rules) } };
}

function afterFailedProbe(state: CircuitState, { outcome, now }: { outcome: Failure; now: number }, rules: CircuitRules): CircuitState {
  const { since, failed } = state.open!;
  const asked = outcome.kind === "retry" ? (outcome.after ?? 0) : 0;
  const probeAt = now + Math.max(asked, probeWait(failed + 1, rules));
  return { ...state, failedAt: now, open: { since, reason: outcome.reason, failed: failed + 1, probeAt } };
}

function probeWait(failed: number, { probeEvery }: CircuitRules): number {
  return Math.max(probeEvery, Math.min(probeEvery * 2 ** failed, longestProbeWait));
}
