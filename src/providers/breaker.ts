import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Outcome } from "../define/outcome.ts";
import {
  type Admission,
  admission,
  afterOutcome,
  afterProbeLeft,
  type CircuitRules,
  type CircuitState,
  defaultCircuitRules,
  type OpenCircuit,
  waitOutside,
} from "./circuit.ts";
import type { CircuitStore, StoredCircuit } from "./circuit-store.ts";

/** One provider's circuit, as a process uses it. Where the store is away, what was known last holds. Nothing here throws. */
export interface Breaker {
  /** Asked right before a send. */
  admit(): Promise<Admission>;
  /** Told what the send came to; where the circuit is open then, for how many milliseconds a message waits that nobody could take. */
  report(outcome: Outcome, admitted: { readonly probe: boolean }): Promise<number | undefined>;
  /** Whether it was open when it was last looked at. */
  isOpen(): boolean;
}

/** A provider's circuit has opened, or closed again. Told by the process that did it, and by no other. */
export type CircuitChange =
  | { readonly kind: "degraded"; readonly provider: string; readonly open: OpenCircuit }
  | { readonly kind: "recovered"; readonly provider: string; readonly open: OpenCircuit; readonly at: number };

export interface BreakerOptions {
  /** The provider. */
  readonly provider: string;
  /** What the store calls the circuit. */
  readonly name: string;
  readonly store: CircuitStore;
  readonly rules?: CircuitRules;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: (change: CircuitChange) => void;
}

/** A state that was read so long ago is read again before the next send, milliseconds. */
const freshFor = 1_000;
/** So many others may write in between before this process gives up to tell. */
const mostTries = 20;

export function breaker({ provider, name, store, rules = defaultCircuitRules, clock, logger, onChange }: BreakerOptions): Breaker {
  let known: StoredCircuit | undefined;
  let readAt = 0;

  const read = async (): Promise<StoredCircuit> => {
    known = await store.read(name);
    readAt = clock.now();
    return known;
  };
  /** Applies a step to the shared state, however many others do the same. */
  const step = async (
    next: (state: CircuitState) => CircuitState,
  ): Promise<{ readonly before: CircuitState; readonly after: CircuitState }> => {
    let before = known ?? (await read());
    for (let tries = 0; tries < mostTries; tries += 1) {
      const after = next(before.state);
      if (after === before.state) return { before: after, after };
      if (await store.swap(name, before, after)) {
        known = { state: after, version: JSON.stringify(after) };
        readAt = clock.now();
        return { before: before.state, after };
      }
      before = await read();
    }
    return { before: before.state, after: before.state };
  };
  const unlessAway = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      logger.warn({ provider, error: messageOf(error) }, "the state of a provider's circuit could not be shared");
      return otherwise;
    }
  };

  const random = (): number => clock.random?.() ?? Math.random();
  const spread = (told: Admission, state: CircuitState, now: number): Admission =>
    told.kind === "go" ? told : { ...told, after: waitOutside(state, { now, after: told.after, random: random() }) };

  return {
    admit: () =>
      unlessAway<Admission>(
        async () => {
          const stale = known === undefined || Math.abs(clock.now() - readAt) > freshFor;
          const { state } = stale ? await read() : known!;
          const now = clock.now();
          const told = admission(state, now);
          if (told.kind !== "go" || !told.probe) return spread(told, state, now);
          // Of all who see that a probe is due, the one that says so first is it.
          let mine = false;
          const { after } = await step((current) => {
            const asked = admission(current, now);
            mine = asked.kind === "go" && asked.probe;
            return mine ? afterProbeLeft(current, now, rules) : current;
          });
          return mine ? told : spread(admission(after, now), after, now);
        },
        { kind: "go", probe: false },
      ),

    report: (outcome, { probe }) =>
      unlessAway(async () => {
        const now = clock.now();
        const { before, after } = await step((state) => afterOutcome(state, { outcome, probe, now }, rules));
        if (before.open === undefined && after.open !== undefined) onChange({ kind: "degraded", provider, open: after.open });
        if (before.open !== undefined && after.open === undefined) onChange({ kind: "recovered", provider, open: before.open, at: now });
        if (after.open === undefined) return undefined;
        return waitOutside(after, { now, after: Math.max(0, after.open.probeAt - now), random: random() });
      }, undefined),

    isOpen: () => known?.state.open !== undefined,
  };
}

/** For providers whose failures are their recipients' (webhooks): it lets everything pass. */
export const noBreaker: Breaker = {
  admit: async () => ({ kind: "go", probe: false }),
  report: async () => undefined,
  isOpen: () => false,
};
