import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Observe } from "../define/observation.ts";
import { newerVersionText } from "../define/upcast.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import type { NewerRecord } from "./newer-record.ts";
import type { RoutingRecord } from "./routing-record.ts";

/**
 * Events that a newer build wrote. Their life: a router of this build puts them aside on the queue `routing`, untouched → each look at
 * them by a build that does not know their version makes the next wait twice as long, and burns nothing → a process that knows it
 * takes them. One that starts wakes all that it knows, so that they need not wait for their next look.
 */
export interface NewerEvents {
  /** Says that one was put aside: in the log once for each topic and version, to those who watch each time. */
  tell(record: RoutingRecord, eventId: string): void;
  /** Counts one among those that wait. */
  waits(record: RoutingRecord, eventId: string): Promise<void>;
  /** It waits no longer. */
  taken(record: RoutingRecord): Promise<void>;
  /** Hands out at once what waits for a version that this build knows. */
  wakeKnown(): Promise<void>;
}

export interface NewerEventsOptions {
  readonly record: NewerRecord;
  readonly catalog: Catalog;
  readonly queue: DeliveryQueue<RoutingRecord>;
  readonly observe: Observe;
  readonly logger: Logger;
}

export function newerEvents({ record, catalog, queue, observe, logger }: NewerEventsOptions): NewerEvents {
  const told = new Set<string>();

  const tell = ({ subscriber, newer }: RoutingRecord, eventId: string): void => {
    if (newer === undefined) return;
    observe("newerVersion", { ...newer, eventId, subscriber: catalog.subscriber(subscriber)?.name ?? subscriber });
    const name = `${newer.topic}@${newer.version}`;
    if (told.has(name)) return;
    told.add(name);
    const { topic, version, known } = newer;
    logger.warn(
      { observation: "newerVersion", topic, version, known, event: eventId },
      `events of a newer version wait on the queue routing, untouched, for a process that knows it: ${newerVersionText(newer)}`,
    );
  };

  return {
    tell,
    async waits(waiting, eventId) {
      if (waiting.newer === undefined) return;
      await record.add(waiting.newer, waiting.id);
      // A lane has told of it already, unless another build put it aside.
      if (!told.has(`${waiting.newer.topic}@${waiting.newer.version}`)) tell(waiting, eventId);
    },
    async taken({ newer, id }) {
      if (newer !== undefined) await record.remove(newer, id);
    },
    async wakeKnown() {
      try {
        for (const of of await record.waiting()) {
          const topic = catalog.topic(of.topic);
          if (topic === undefined || topic.version < of.version) continue;
          logger.info({ ...of }, "events that waited for a newer process are routed now");
          for await (const ids of record.ids(of)) await queue.wake(ids);
        }
      } catch (error) {
        logger.debug({ error: messageOf(error) }, "what waits for this build could not be woken; it comes by itself");
      }
    },
  };
}
