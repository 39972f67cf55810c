import { setImmediate as nextTurn } from "node:timers/promises";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Observe } from "../define/observation.ts";
import type { Subscriber } from "../define/subscriber.ts";
import type { LogEntry, Position, TopicLog } from "../log/topic-log.ts";
import type { Plan } from "./plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import type { Admission } from "./queue-gate.ts";
import { audienceRecord } from "./audience-record.ts";
import type { Gates } from "./gates.ts";
import type { NewerEvents } from "./newer-events.ts";
import { readEvents } from "./read-events.ts";
import { routeEntry, type RoutedEntry } from "./route-entry.ts";

/** One subscriber's way through the log of one topic and partition: read → plan → enqueue → acknowledge. */
export interface Lane {
  readonly position: Position;
  /** There may be something to read. */
  wake(): void;
  /** False while it has as much in hand as it may. */
  hasRoom(): boolean;
  /**
   * Routes entries that another reader left behind, and resolves when they are acknowledged, or held because a queue refuses. Only then may
   * the next be taken: an innocent entry must not be handed out once more because the one after it killed the process.
   */
  take(entries: readonly LogEntry[]): Promise<void>;
  /** Says that everything read and not yet acknowledged is still being worked on. */
  keep(): Promise<void>;
  /** Reads no more and waits until what was read is acknowledged, as far as the queues take it. */
  stop(): Promise<void>;
}

export interface LaneOptions {
  readonly position: Position;
  readonly subscriber: Subscriber;
  readonly log: TopicLog;
  readonly gates: Gates;
  readonly planning: PlanOptions;
  readonly newer: NewerEvents;
  readonly reader: () => string;
  readonly observe: Observe;
  readonly logger: Logger;
}

const budget = { events: 500, bytes: 4 * 1024 * 1024 };
const pagesInFlight = 2;
/** Entries held for a queue that refuses; beyond this the lane reads no more. */
const mostInHand = 10_000;
/** While a page is older than this, nothing is read ahead of it. */
const slowPageMs = 5_000;
/** Planning gives the event loop back after so many milliseconds. */
const planSliceMs = 20;

export function createLane(options: LaneOptions): Lane {
  const { position, subscriber, log, gates, planning, newer, reader, observe, logger } = options;
  const topic = subscriber.topics.find(({ name }) => name === position.topic);
  const marked = topic?.marks === undefined ? undefined : true;
  const inHand = new Set<string>();
  const pages = new Map<Promise<void>, number>();
  let wanted = false;
  /** A person has paused it, or drains it. */
  let waiting = false;
  let pumping = false;
  let stopped = false;

  const mayRead = (): boolean =>
    !stopped &&
    pages.size < pagesInFlight &&
    inHand.size < mostInHand &&
    [...pages.values()].every((started) => performance.now() - started < slowPageMs);

  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    try {
      while (wanted && mayRead()) {
        wanted = false;
        const { entries, gap, more, held: heldUp } = await log.read(position, reader(), budget);
        wanted ||= more;
        if (heldUp !== waiting) logger.info({ ...position }, heldUp ? "a subscriber is held up: it reads no more" : "a subscriber goes on");
        waiting = heldUp;
        if (gap > 0) observe("gap", { topic: position.topic, group: position.group, entries: gap });
        if (entries.length > 0) void follow(planPage(entries), false);
      }
    } catch (error) {
      // The next bell or sweep tries again.
      logger.warn({ ...position, error: messageOf(error) }, "a log could not be read");
    } finally {
      pumping = false;
    }
  };

  const planPage = async (entries: readonly LogEntry[]): Promise<RoutedEntry[]> => {
    for (const { id } of entries) inHand.add(id);
    const routed: RoutedEntry[] = [];
    const events =
      marked &&
      (await readEvents(
        entries.map(({ json }) => json),
        topic,
        planning,
      ));
    let sliceStart = performance.now();
    for (const [index, entry] of entries.entries()) {
      routed.push(routeEntry(entry, position, { subscriber, options: planning, read: events?.[index] }));
      if (performance.now() - sliceStart < planSliceMs) continue;
      await nextTurn();
      sliceStart = performance.now();
    }
    return routed;
  };

  // A page is in flight until each of its entries is acknowledged, or held because a queue refuses.
  const follow = (planned: Promise<RoutedEntry[]>, verify: boolean): Promise<void> => {
    const page = planned
      .then((routed) => Promise.all(byQueues(routed).map((group) => enqueue(group, verify))))
      .then(() => undefined)
      .catch((error: unknown) =>
        logger.warn({ ...position, error: messageOf(error) }, "a page could not be routed; a sweep takes it again"),
      )
      .finally(() => {
        pages.delete(page);
        void pump();
      });
    pages.set(page, performance.now());
    return page;
  };

  const enqueue = async (group: readonly RoutedEntry[], verify: boolean): Promise<void> => {
    const admissions = await Promise.all(addToQueues(group, verify));
    const held = admissions.flatMap(({ later }) => (later === undefined ? [] : [later]));
    if (held.length === 0) return acknowledge(group);
    void Promise.all(held)
      .then(() => acknowledge(group))
      .then(() => pump());
  };

  const addToQueues = (group: readonly RoutedEntry[], verify: boolean): Promise<Admission>[] => {
    const added: Promise<Admission>[] = [];
    const records = group.flatMap((item) => (item.kind === "unroutable" ? [item.routing] : []));
    if (records.length > 0) added.push(gates.routing.add(records, { verify }));
    const tasks = group.flatMap((item) => (item.kind === "planned" ? item.plan.audiences : []));
    if (tasks.length > 0)
      added.push(
        gates.audiences.add(
          tasks.map((task) => audienceRecord(task, position.partition)),
          { verify },
        ),
      );
    const deliveries = group.flatMap((item) => (item.kind === "planned" ? item.plan.deliveries : []));
    for (const channel of new Set(deliveries.map((delivery) => delivery.channel))) {
      const contents = deliveries.filter((delivery) => delivery.channel === channel);
      added.push(gates.of(channel).add(contents, { verify }));
    }
    return added;
  };

  const acknowledge = async (group: readonly RoutedEntry[]): Promise<void> => {
    try {
      await log.acknowledge(
        position,
        group.map(({ entry, record }) => ({ entryId: entry.id, ...(record === undefined ? {} : { record }) })),
      );
      for (const item of group) report(item);
    } catch (error) {
      logger.warn(
        { ...position, error: messageOf(error) },
        "entries are not acknowledged yet; a sweep takes them again, and their ids make that harmless",
      );
    } finally {
      for (const { entry } of group) inHand.delete(entry.id);
    }
  };

  const report = (item: RoutedEntry): void => {
    if (item.kind === "planned") {
      const { event, plan } = item;
      observe("routed", {
        event,
        subscriber: subscriber.name,
        deliveries: plan.deliveries.length,
        planned: plan.deliveries,
        audiences: plan.audiences.length,
        skipped: plan.skipped,
      });
    } else if (item.routing.newer !== undefined) {
      newer.tell(item.routing, item.record?.eventId ?? item.entry.id);
    } else {
      const { reason } = item.routing;
      logger.warn(
        { observation: "unroutable", ...position, entry: item.entry.id, reason },
        "an event could not be routed; it waits on the queue routing",
      );
      observe("unroutable", { eventId: item.record?.eventId ?? item.entry.id, subscriber: subscriber.name, reason });
    }
  };

  return {
    position,
    wake() {
      wanted = true;
      void pump();
    },
    hasRoom: () => inHand.size < mostInHand,
    async take(entries) {
      const fresh = entries.filter(({ id }) => !inHand.has(id));
      if (fresh.length === 0 || stopped) return;
      await follow(planPage(fresh), true);
    },
    async keep() {
      const ids = [...inHand];
      for (let from = 0; from < ids.length; from += 1_000) await log.keep(position, reader(), ids.slice(from, from + 1_000));
    },
    async stop() {
      stopped = true;
      await Promise.all(pages.keys());
    },
  };
}

/** Entries that need the same queues travel together, so that a refusing queue holds back only those that need it. */
function byQueues(routed: readonly RoutedEntry[]): RoutedEntry[][] {
  const groups = new Map<string, RoutedEntry[]>();
  for (const item of routed) {
    const queues = item.kind === "planned" ? queuesOf(item.plan) : ["routing"];
    const needs = [...new Set(queues)].toSorted().join();
    const group = groups.get(needs);
    if (group === undefined) groups.set(needs, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function queuesOf({ deliveries, audiences }: Plan): string[] {
  return [...deliveries.map(({ channel }) => channel), ...(audiences.length > 0 ? ["audiences"] : [])];
}
