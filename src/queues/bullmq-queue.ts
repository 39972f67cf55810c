import { type Job as BullJob, type JobType, Queue } from "bullmq";
import { type Clock, systemClock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type Pace, paces } from "../base/pace.ts";
import { closeRedis, connectRedis } from "../base/redis.ts";
import { replicatedBy, unreplicated } from "../base/redis-replication.ts";
import type { Replication } from "../base/replication.ts";
import type { Progress } from "../define/handler.ts";
import { jobStates, waitingPriorities } from "./bullmq-words.ts";
import { bullmqWorker } from "./bullmq-worker.ts";
import { deadLetterOf } from "./dead-letter-of.ts";
import type { DeadLetterAlarm, Facets } from "./dead-letter-index.ts";
import type { DeadLetter, DeliveryQueue, QueuedContent } from "./delivery-queue.ts";
import { foundJob } from "./found-job.ts";
import { newJob } from "./new-job.ts";
import { discardDeadLetter, editDeadLetter } from "./redis-dead-letter.ts";
import { redisDeadLetterIndex } from "./redis-dead-letter-index.ts";
import { delayedUntil, dueOf } from "./redis-delayed.ts";
import { oldestWaiting } from "./redis-oldest.ts";
import { pastKeeping } from "./redis-past-keeping.ts";
import { redisQueueSettings } from "./redis-queue-settings.ts";
import { forgetStalls } from "./redis-stalls.ts";

export interface BullmqQueueOptions<Content> {
  readonly url: string;
  readonly prefix: string;
  readonly application: string;
  /** The channel, or `routing`. */
  readonly name: string;
  readonly logger: Logger;
  /** Default: `standard`. */
  readonly pace?: Pick<Pace, "drain" | "stalled" | "limited">;
  /** Default: this machine's clock. */
  readonly clock?: Clock;
  /** The replicas that what is added waits for. Default: none. */
  readonly replication?: Replication | undefined;
  /** Finished jobs are kept this long (ms) and at most this many. */
  readonly keepCompleted: { readonly age: number; readonly count: number };
  /** What dead letters are told apart by, for those who search them. Default: nothing. */
  readonly facets?: (letter: DeadLetter<Content>) => Facets;
  /** Default: none. */
  readonly alarm?: DeadLetterAlarm;
  /** Which build works here: it stands with each dead letter. Without spaces. Default: none. */
  readonly build?: string | undefined;
}

const noFacets = (): Facets => ({ subscriber: "", topic: "", reasonClass: "rejected", fingerprint: "" });

/** Jobs of one pipeline: keeps Redis responsive. */
const pageSize = 200;

/** BullMQ looks at the wall clock again when it places a job, so that its place is a moment late; by a clock that stands still it would be missed. */
const placedLateMs = 250;

/**
 * A delivery queue on BullMQ. Its keys are `<prefix>:{<application>.<name>}:…`: BullMQ's own layout, in one slot of a Cluster.
 * BullMQ's failed set is the dead letters: it moves a job there in the same step that ends it, so none is lost in between, and
 * its own expiry for that set is never used.
 */
export function bullmqQueue<Content extends QueuedContent>(options: BullmqQueueOptions<Content>): DeliveryQueue<Content> {
  const { url, prefix, application, name, logger, keepCompleted, pace = paces.standard, clock = systemClock } = options;
  const queueName = `{${application}.${name}}`;
  const connection = connectRedis({ url, use: "command", name: `busbar-queue-${name}`, logger });
  const queue = new Queue<Content>(queueName, { connection, prefix, streams: { events: { maxLen: 1_000 } } });
  const settings = redisQueueSettings(connection, (type) => queue.toKey(type));
  const { replication, facets = noFacets, alarm = { threshold: false } } = options;
  const replicated = replication === undefined ? unreplicated : replicatedBy(connection, replication);
  queue.on("error", (error) => logger.debug({ error: messageOf(error), queue: name }, "queue error"));

  const deadLetter = async (id: string): Promise<DeadLetter<Content> | undefined> => {
    const job = await queue.getJob(id);
    return job !== undefined && (await job.isFailed()) ? deadLetterOf(job as unknown as BullJob<Content>) : undefined;
  };
  const deadLettersOf = async (ids: readonly string[]): Promise<DeadLetter<Content>[]> =>
    (await Promise.all(ids.map(deadLetter))).flatMap((letter) => letter ?? []);
  const failedKey = queue.toKey("failed");
  const index = redisDeadLetterIndex({
    redis: connection,
    prefix,
    queueName,
    name,
    failedKey,
    facets: async (ids) => (await deadLettersOf(ids)).map((letter) => ({ ...facets(letter), id: letter.content.id })),
    alarm,
    logger,
  });

  // A BullMQ script that fails midway leaves a job's hash without a place in any list; adding it again then says "duplicate".
  const removeHalfAdded = async (contents: readonly Content[]): Promise<void> => {
    const states = await Promise.all(contents.map(({ id }) => queue.getJobState(id)));
    const placeless = contents.filter((_, place) => states[place] === "unknown");
    for (const { id } of placeless) if ((await queue.getJob(id)) !== undefined) await queue.remove(id);
  };

  const adding = { name, clock, keepCompleted };
  const working = {
    url,
    prefix,
    queueName,
    name,
    logger,
    clock,
    pace,
    build: options.build,
    onDead: index.note,
    look: settings.concurrency,
  };

  const promote = async (id: string): Promise<void> => {
    const job = await queue.getJob(id);
    try {
      await job?.promote();
    } catch (error) {
      // A worker was quicker.
      if (await job?.isDelayed()) throw error;
    }
  };

  return {
    name,

    async add(contents, { verify = false } = {}) {
      // BullMQ writes for a job that is there already too, so that its replicas are waited for as well.
      await replicated(queue.toKey("meta"), async () => {
        for (let from = 0; from < contents.length; from += pageSize) {
          const page = contents.slice(from, from + pageSize);
          if (verify) await removeHalfAdded(page);
          // The types of addBulk do not follow a generic content.
          await queue.addBulk(page.map((content) => newJob(content, adding)) as unknown as Parameters<typeof queue.addBulk>[0]);
        }
      });
    },

    work: (handle, workOptions) => bullmqWorker<Content>({ ...working, handle, ...workOptions }),

    configure: settings.configure,
    setLimits: (change, { configured, done }) => settings.change(configured, change, done),
    settings: settings.read,

    async handOutDue() {
      const now = clock.now();
      const ids = await delayedUntil(connection, queue.toKey("delayed"), (clock.wallTime?.(now) ?? now) + placedLateMs);
      for (let from = 0; from < ids.length; from += pageSize) await Promise.all(ids.slice(from, from + pageSize).map(promote));
      return ids.length;
    },

    async wake(ids) {
      const underWay: string[] = [];
      const wakeOne = async (id: string): Promise<void> => {
        const job = await queue.getJob(id);
        if (job === undefined) return;
        const woken = await job.promote().then(
          () => true,
          () => false,
        );
        if (woken) return;
        const state = await job.getState();
        if (state === "active") underWay.push(id);
        // It was with a worker a moment ago, and waits now.
        else if (state === "delayed") await job.promote();
      };
      for (let from = 0; from < ids.length; from += pageSize) await Promise.all(ids.slice(from, from + pageSize).map(wakeOne));
      return underWay;
    },

    async counts() {
      const counts = await queue.getJobCounts("waiting", "prioritized", "active", "delayed", "completed", "failed");
      const of = (state: string): number => counts[state] ?? 0;
      return {
        waiting: of("waiting") + of("prioritized"),
        active: of("active"),
        delayed: of("delayed"),
        completed: of("completed"),
        dead: of("failed"),
      };
    },

    index,
    deadLetter,
    deadLettersOf,

    async deadLetters({ from, count }) {
      const jobs = await queue.getJobs(["failed"], from, from + count - 1, false);
      return jobs.map((job) => deadLetterOf<Content>(job as unknown as BullJob<Content>));
    },

    async progress(id) {
      const progress = (await queue.getJob(id))?.progress;
      return typeof progress === "object" ? (progress as Progress) : undefined;
    },

    edit: (id, content) => editDeadLetter(connection, { failedKey, jobKey: queue.toKey(id), id }, JSON.stringify(content)),

    async discard(id) {
      const done = await discardDeadLetter(connection, { failedKey, jobKey: queue.toKey(id), id });
      if (done) await index.drop([id]);
      return done;
    },

    async redrive(id, change) {
      const job = await queue.getJob(id);
      if (job === undefined || !(await job.isFailed())) return false;
      try {
        if (change !== undefined) await job.updateData(change(job.data as unknown as Content) as never);
        await forgetStalls(connection, queue.toKey(id));
        await index.drop([id]);
        await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
        return true;
      } catch (error) {
        // Somebody else was quicker.
        if (await job.isFailed()) throw error;
        return false;
      }
    },

    async find(id) {
      const job = await queue.getJob(id);
      if (job === undefined) return undefined;
      const state = jobStates[await job.getState()];
      const due = state === "delayed" ? await dueOf(connection, queue.toKey("delayed"), id) : undefined;
      return state && foundJob(job as unknown as BullJob<Content>, { state, due });
    },

    async *contents(states) {
      const types = Object.entries(jobStates).flatMap(([type, state]) => (states?.includes(state!) === false ? [] : [type]));
      for (const type of types as JobType[]) {
        for (let from = 0; ; from += pageSize) {
          const jobs = await queue.getJobs([type], from, from + pageSize - 1, true);
          for (const job of jobs) if (job !== undefined) yield job.data as unknown as Content;
          if (jobs.length < pageSize) break;
        }
      }
    },

    async forgetTold() {
      await queue.trimEvents(0);
    },

    async remove(id) {
      if ((await queue.getJob(id)) === undefined) return false;
      await index.drop([id]);
      // BullMQ refuses a job that a worker holds.
      return (await queue.remove(id)) === 1;
    },

    async pause(done) {
      const paused = await queue.isPaused();
      const before = done && (await settings.markPaused(done, paused));
      await queue.pause();
      return before ?? (paused ? {} : undefined);
    },
    async resume() {
      await settings.unmarkPaused();
      await queue.resume();
    },
    paused: () => queue.isPaused(),
    clean: async (before) => (await queue.clean(Math.max(0, Date.now() - before), 0, "completed")).length,
    oldestWaiting: () => oldestWaiting(connection, (type) => queue.toKey(type), waitingPriorities),
    workers: () =>
      queue.getWorkersCount().catch((error: unknown) => {
        // Some hosts forbid the question.
        logger.debug({ error: messageOf(error), queue: name }, "the workers of a queue could not be counted");
        return undefined;
      }),

    pastKeeping: (before) => pastKeeping(connection, (type) => queue.toKey(type), before),

    async expireDeadLetters(before) {
      // Oldest first; a page at a time, so that a large clean-up does not hold Redis up.
      for (let expired = 0; ;) {
        const due = await index.look(before);
        if (due.length === 0) return expired;
        await index.drop(due);
        for (const id of due) if (await discardDeadLetter(connection, { failedKey, jobKey: queue.toKey(id), id })) expired += 1;
      }
    },

    async close() {
      if (connection.status === "ready") await index.settled();
      const closed = queue.close().catch((error: unknown) => logger.debug({ error: messageOf(error), queue: name }, "queue did not close"));
      // It would wait for a Redis that is away.
      if (connection.status === "ready") await closed;
      await closeRedis(connection);
    },
  };
}
