import type { CircuitState } from "../providers/index.ts";

/** A provider that gets no messages at the moment, or only now and then one to look. */
export interface ProviderTrouble {
  readonly provider: string;
  /** `open`: it failed too often. `held`: it asked for a wait. */
  readonly state: "open" | "held";
  /** What its last failure was; only of one that is open. */
  readonly reason?: string;
  /** Since when it is open, RFC 3339. */
  readonly since?: string;
  /** When it is looked at again, or the wait is over, RFC 3339. */
  readonly until: string;
}

/** The troubles of a channel's providers. Pure. */
export function providerTroubles(circuits: ReadonlyMap<string, CircuitState>, channel: string, now: number): ProviderTrouble[] {
  return [...circuits].flatMap(([name, { open, heldUntil = 0 }]): ProviderTrouble[] => {
    if (!name.startsWith(`${channel}:`)) return [];
    const provider = name.slice(channel.length + 1);
    if (open !== undefined) return [{ provider, state: "open", reason: open.reason, since: time(open.since), until: time(open.probeAt) }];
    return heldUntil > now ? [{ provider, state: "held", until: time(heldUntil) }] : [];
  });
}

function time(at: number): string {
  return new Date(at).toISOString();
}
