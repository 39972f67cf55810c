import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { type Breaker, breaker } from "./breaker.ts";
import type { CircuitRules } from "./circuit.ts";
import type { CircuitStore } from "./circuit-store.ts";
import type { ChainBreakers } from "./failover.ts";

/** A provider of a channel stopped working, or works again. */
export interface ProviderFact {
  readonly kind: "degraded" | "recovered";
  readonly channel: string;
  readonly provider: string;
  /** What its last failure was. */
  readonly reason: string;
  /** When its circuit opened, milliseconds since 1970. */
  readonly since: number;
  /** When it closed again. */
  readonly until?: number;
  /** Who carries the channel's messages meanwhile; undefined: nobody, they wait. */
  readonly backup: string | undefined;
}

export interface CircuitsOptions {
  readonly store: CircuitStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: (fact: ProviderFact) => void;
}

/** The circuits of an application's channels. */
export interface Circuits {
  /** @param rules default: {@link defaultCircuitRules} */
  of(channel: string, rules?: CircuitRules): ChainBreakers;
}

export function circuitsOf({ store, clock, logger, onChange }: CircuitsOptions): Circuits {
  return {
    of: (channel, rules) => (names) => {
      const breakers: Breaker[] = names.map((provider) =>
        breaker({
          provider,
          name: `${channel}:${provider}`,
          store,
          ...(rules === undefined ? {} : { rules }),
          clock,
          logger,
          onChange: (change) =>
            onChange({
              kind: change.kind,
              channel,
              provider,
              reason: change.open.reason,
              since: change.open.since,
              ...(change.kind === "recovered" ? { until: change.at } : {}),
              backup: names.find((name, index) => name !== provider && !breakers[index]!.isOpen()),
            }),
        }),
      );
      return breakers;
    },
  };
}
