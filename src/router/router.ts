import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Pace } from "../base/pace.ts";
import { pause } from "../base/pause.ts";
import type { Logger } from "../base/logger.ts";
import { seldom } from "../base/seldom.ts";
import type { Locks } from "../base/locks.ts";
import type { Rounds } from "../base/rounds.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Observe } from "../define/observation.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { startExpiry } from "../queues/expiry.ts";
import type { QueueWorker } from "../queues/delivery-queue.ts";
import { audienceWorker } from "./audience-worker.ts";
import { createGates, type RouterQueues } from "./gates.ts";
import { createLane, type Lane } from "./lane.ts";
import { logKeeper } from "./log-keeper.ts";
import { newerEvents } from "./newer-events.ts";
import type { NewerRecord } from "./newer-record.ts";
import type { PlanOptions } from "./plan-options.ts";
import { type ReaderSlot, takeReaderSlot } from "./reader-slot.ts";
import { registerAll } from "./registration.ts";
import { routingWorker } from "./routing-worker.ts";
import { takeOver } from "./take-over.ts";
import { turnsOf } from "./turns.ts";

export interface RouterOptions {
  readonly application: string;
  readonly catalog: Catalog;
  readonly log: TopicLog;
  readonly queues: RouterQueues;
  readonly planning: PlanOptions;
  /** What audiences are given to work with. */
  readonly services: object;
  readonly locks: Locks;
  /** Which events wait for a newer process. */
  readonly newer: NewerRecord;
  /** Since when entries of a log stay whatever their age; undefined: they are trimmed by their age. */
  readonly heldSince?: ((topic: string, partition: number) => Promise<number>) | undefined;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

export interface Router {
  start(): Promise<void>;
  /** Stops reading, finishes, acknowledges, leaves. */
  stop(deadline: number): Promise<void>;
  /** False when one of its loops has not turned for twice the time that it waits, or until others take over what it holds. */
  alive(): boolean;
}

const errorPauseMs = 500;
/** Dead letters of `routing` and `audiences` are kept 14 d. */
const keepDeadMs = 14 * 86_400_000;
const keepFinishedMs = 86_400_000;

/**
 * The router's life: register the groups → read everything once → wait for the bell, read the logs that rang → now and then sweep:
 * keep what is in hand, take over what others left, catch a bell that was missed. Any number of routers share the work; each
 * subscriber fails, catches up and is removed alone.
 */
export function createRouter(options: RouterOptions): Router {
  const { application, catalog, log, queues, planning, services, locks, pace, clock, observe, logger } = options;
  const newer = newerEvents({ record: options.newer, catalog, queue: queues.routing, observe, logger });
  const gates = createGates(queues, logger);
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  let lanes: Lane[] = [];
  let slot: ReaderSlot | undefined;
  let workers: QueueWorker[] = [];
  let rounds: Rounds[] = [];
  const turns = turnsOf();

  const registration = { application, catalog, log, observe, logger };
  let registering: Promise<void> | undefined;
  /** Redis was away, or lost something: what is published from now on has its readers again. All partitions share one look. */
  const registerAgain = (): Promise<void> =>
    (registering ??= registerAll(registration, { known: true })
      .then(() => lanes.forEach((lane) => lane.wake()))
      .catch((error: unknown) => logger.warn({ error: messageOf(error) }, "the groups could not be looked after, and are the next time"))
      .finally(() => (registering = undefined)));

  const listen = async (partition: number, own: readonly Lane[]): Promise<void> => {
    const turn = turns.watch(pace.block * 2);
    const lost = seldom();
    let looked = false;
    while (!stopping.signal.aborted) {
      try {
        const rung = await log.waitForBell(partition, stopping.signal);
        lost.over();
        if (rung === "all" && looked) await registerAgain();
        for (const lane of own) if (rung === "all" || rung.includes(lane.position.topic)) lane.wake();
      } catch (error) {
        if (lost.due()) logger.warn({ error: messageOf(error) }, "the router lost Redis and tries again");
        await pause(errorPauseMs, stopping.signal);
        for (const lane of own) lane.wake();
      }
      looked = true;
      turn();
    }
  };

  const sweepLoop = (partition: number, own: readonly Lane[]): Promise<void> =>
    takeOver({
      log,
      lanes: own,
      async renew() {
        await slot!.renew();
        return slot!.name();
      },
      pace,
      stopping: stopping.signal,
      // By then, others have taken what it holds.
      onTurn: turns.watch(pace.takeOver + pace.sweep),
      async onError(error) {
        logger.warn({ partition, error: messageOf(error) }, "a sweep failed and is tried again");
        if (isGroupMissing(error)) await registerAgain();
      },
      observe,
      logger,
    });

  return {
    async start() {
      slot = await takeReaderSlot(locks, pace.takeOver);
      const reader = (): string => slot!.name();
      lanes = (await registerAll(registration, { known: false })).map((position) =>
        createLane({
          position,
          subscriber: catalog.subscriber(position.group.slice(application.length + 1))!,
          log,
          gates,
          planning,
          newer,
          reader,
          observe,
          logger,
        }),
      );
      const shared = { application, catalog, queues, gates, log, planning, newer, services, clock, observe, logger };
      workers = [routingWorker(shared), audienceWorker(shared)];
      void newer.wakeKnown();
      const expiry = {
        keepDeadLetters: keepDeadMs,
        keepFinished: keepFinishedMs + pace.accounts,
        every: pace.rounds,
        locks,
        clock,
        observe,
        logger,
      };
      rounds = [
        startExpiry({ ...expiry, queue: queues.routing }),
        startExpiry({ ...expiry, queue: queues.audiences }),
        logKeeper({ application, catalog, log, locks, heldSince: options.heldSince, every: pace.rounds, observe, logger }),
      ];
      for (const partition of new Set(lanes.map((lane) => lane.position.partition))) {
        const own = lanes.filter((lane) => lane.position.partition === partition);
        loops.push(listen(partition, own), sweepLoop(partition, own));
      }
    },

    async stop(deadline) {
      stopping.abort();
      await Promise.all(rounds.map((round) => round.stop()));
      await Promise.all(workers.map((worker) => worker.stop(deadline)));
      const finished = new AbortController();
      const allDone = Promise.all([...loops, ...lanes.map((lane) => lane.stop())]).finally(() => finished.abort());
      await Promise.race([allDone, pause(deadline, finished.signal)]);
      gates.stop();
      if (slot === undefined) return;
      const reader = slot.name();
      await log
        .leave(
          lanes.map(({ position }) => position),
          reader,
        )
        .catch((error: unknown) => logger.debug({ error: messageOf(error) }, "could not leave the groups"));
      await slot.release().catch(() => undefined);
      slot = undefined;
    },

    alive: () => turns.alive(),
  };
}

function isGroupMissing(error: unknown): boolean {
  return messageOf(error).includes("NOGROUP");
}
