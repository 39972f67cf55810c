import type { Intent } from "./load.ts";
import type { Send } from "./sends.ts";

/** Something that was done to the system under load. */
export interface Fault {
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Evidence {
  readonly intents: readonly Intent[];
  /** The keys that an event must arrive under. */
  readonly expected: (intent: Intent) => readonly string[];
  readonly sends: readonly Send[];
  readonly faults: readonly Fault[];
}

export interface Judgement {
  readonly acknowledged: number;
  readonly expected: number;
  readonly sent: number;
  /** Keys of acknowledged events that never arrived. */
  readonly lost: readonly string[];
  /** Arrivals beyond the first one of each key. */
  readonly duplicates: number;
  /** Arrivals that nobody intended. */
  readonly strange: readonly string[];
  /** For each fault, milliseconds until everything that was acknowledged before it had arrived, later faults included. */
  readonly recoveries: readonly number[];
  /** For each delivery that arrived, milliseconds since its event was acknowledged. */
  readonly delays: readonly number[];
}

/** Judges a run from what was intended and what the providers' own log says; nothing that the product counts is asked. Pure. */
export function judge({ intents, expected, sends, faults }: Evidence): Judgement {
  const firstArrival = new Map<string, number>();
  for (const { key, at } of sends) if (!firstArrival.has(key)) firstArrival.set(key, at);

  const intended = new Set(intents.flatMap((intent) => expected(intent)));
  const due = intents.flatMap((intent) =>
    intent.acknowledgedAt === undefined ? [] : expected(intent).map((key) => ({ key, since: intent.acknowledgedAt! })),
  );
  return {
    acknowledged: intents.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).length,
    expected: due.length,
    sent: sends.length,
    lost: due.filter(({ key }) => !firstArrival.has(key)).map(({ key }) => key),
    duplicates: sends.length - firstArrival.size,
    strange: [...firstArrival.keys()].filter((key) => !intended.has(key)),
    recoveries: faults.map((fault) =>
      due.reduce((longest, { key, since }) => (since > fault.at ? longest : Math.max(longest, (firstArrival.get(key) ?? 0) - fault.at)), 0),
    ),
    delays: due.flatMap(({ key, since }) => (firstArrival.has(key) ? [Math.max(0, firstArrival.get(key)! - since)] : [])),
  };
}
