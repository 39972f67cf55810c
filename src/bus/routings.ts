import type { Progress } from "../define/handler.ts";
import type { RoutedRecord, TopicLog } from "../log/topic-log.ts";
import type { DeliveryReference } from "../define/reference.ts";
import type { TimelineEntry } from "../workers/ledger.ts";
import type { DeliveryStatuses } from "../workers/statuses.ts";
import type { LazyParts } from "./parts.ts";
import { type RoutingTries, triesReader } from "./routing-tries.ts";

export interface InspectedRouting {
  /** By its oldest name. */
  readonly subscriber: string;
  /** Why the event is on the queue `routing`. */
  readonly problem: string | undefined;
  /** How its tries stand there; absent without a problem, and where that queue holds nothing of it any more. */
  readonly tries?: RoutingTries;
  /** Routes that were not taken, with the reason; what a filter turned away is not told. */
  readonly skipped: readonly { readonly route: string; readonly reason: string }[];
  /** Deliveries beyond those that are listed here. */
  readonly more: number;
  readonly deliveries: readonly {
    readonly id: string;
    readonly route: string;
    readonly channel: string;
    /** Of a later step of a `firstOf`: the route before it. */
    readonly after?: string;
    readonly timeline: readonly TimelineEntry[];
    /** What its provider said later; absent where it said nothing. */
    readonly reported?: DeliveryStatuses;
    /** How far a handler says it is. */
    readonly progress?: Progress;
  }[];
}

/** The time lines of so many deliveries of one subscriber are read; of an audience of thousands, the rest is only counted. */
const mostTimelines = 100;

export interface RoutingsOptions {
  readonly application: string;
  /** All topics. */
  readonly names: readonly string[];
  readonly log: TopicLog;
  readonly parts: LazyParts;
}

interface EventOfRoutings {
  readonly id: string;
  readonly time: string;
}

export type ReadRoutings = (event: EventOfRoutings) => Promise<readonly InspectedRouting[]>;

/** Reads what each subscriber planned for an event, and the time line of each delivery. */
export function routingsReader({ application, names, log, parts: { ledger, queues } }: RoutingsOptions): ReadRoutings {
  const triesOf = triesReader({ application, names, log, routing: () => queues().routing });
  const mostPartitions = async (): Promise<number> => Math.max(1, ...(await Promise.all(names.map((name) => log.partitions(name)))));

  const progressOf = async (id: string): Promise<{ readonly progress?: Progress }> => {
    const progress = await queues().of("handler").progress(id);
    return progress === undefined ? {} : { progress };
  };

  const triesIn = async (event: EventOfRoutings, subscriber: string): Promise<{ readonly tries?: RoutingTries }> => {
    const tries = await triesOf(event, subscriber);
    return tries === undefined ? {} : { tries };
  };

  const ledgerOf = async (delivery: DeliveryReference) => {
    const [timeline, [reported]] = await Promise.all([ledger().timeline(delivery), ledger().statuses([delivery])]);
    return { timeline, ...(reported?.status === undefined ? {} : { reported }) };
  };

  return async (event) => {
    const records = await log.routed(event.id, event.time, await mostPartitions());
    return Promise.all(
      [...bySubscriber(records)].map(async ([subscriber, { problem, deliveries, skipped = [] }]) => ({
        subscriber,
        problem,
        ...(problem === undefined ? {} : await triesIn(event, subscriber)),
        skipped,
        more: Math.max(0, deliveries.length - mostTimelines),
        deliveries: await Promise.all(
          deliveries.slice(0, mostTimelines).map(async (delivery) => ({
            ...delivery,
            ...(await ledgerOf({ id: delivery.id, event })),
            ...(delivery.channel === "handler" ? await progressOf(delivery.id) : {}),
          })),
        ),
      })),
    );
  };
}

type Merged = Pick<RoutedRecord, "problem" | "deliveries" | "skipped">;

/** The batches of an audience are records of their own, and so is what a replay added, which may be in another already. */
function bySubscriber(records: readonly RoutedRecord[]): Map<string, Merged> {
  const merged = new Map<string, Merged>();
  for (const { subscriber, problem, deliveries, skipped } of records) {
    const before = merged.get(subscriber);
    const reason = problem ?? before?.problem;
    const notTaken = skipped ?? before?.skipped;
    merged.set(subscriber, {
      deliveries:
        before === undefined ? deliveries : [...new Map([...before.deliveries, ...deliveries].map((one) => [one.id, one])).values()],
      ...(reason === undefined ? {} : { problem: reason }),
      ...(notTaken === undefined ? {} : { skipped: notTaken }),
    });
  }
  return merged;
}
