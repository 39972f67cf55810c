import { type Job as BullJob, type JobType, Queue } from "bullmq";
import { type Clock, systemClock, waitUntil } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type Pace, paces } from "../base/pace.ts";
import { closeRedis, connectRedis } from "../base/redis.ts";
import { replicatedBy, unreplicated } from "../base/redis-replication.ts";
import type { Replication } from "../base/replication.ts";
import type { Progress } from "../define/handler.ts";
import type { Priority } from "../define/policy.ts";
import { bullmqWorker } from "./bullmq-worker.ts";
import type { DeadLetter, DeliveryQueue, JobState, QueuedContent } from "./delivery-queue.ts";
import { delayedUntil } from "./redis-delayed.ts";
import { oldestWaiting } from "./redis-oldest.ts";
import { pastKeeping } from "./redis-past-keeping.ts";
import { redisQueueSettings } from "./redis-queue-settings.ts";
import { forgetStalls } from "./redis-stalls.ts";
import { stalledReason } from "./stalled-reason.ts";

export interface BullmqQueueOptions {
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
}

/** BullMQ takes the smallest number first, and a job without one before all others: so every job gets one. */
const priorityNumber: Readonly<Record<Priority, number>> = { critical: 1, high: 10, normal: 100, low: 1_000 };

/** The priorities that a job can wait with: {@link priorityNumber}, and one more for what is one of many. */
const waitingPriorities = Object.values(priorityNumber).flatMap((number) => [number, number + 1]);

/** Our words for BullMQ's states. */
const jobStates: Readonly<Record<string, JobState | undefined>> = {
  waiting: "waiting",
  prioritized: "waiting",
  "waiting-children": "waiting",
  active: "active",
  delayed: "delayed",
  completed: "completed",
  failed: "dead",
};

/** Jobs of one pipeline: keeps Redis responsive. */
const pageSize = 200;

/** BullMQ looks at the wall clock again when it places a job, so that its place is a moment late; by a clock that stands still it would be missed. */
const placedLateMs = 250;

/**
 * A delivery queue on BullMQ. Its keys are `<prefix>:{<application>.<name>}:…`: BullMQ's own layout, in one slot of a Cluster.
 * BullMQ's failed set is the dead letters: it moves a job there in the same step that ends it, so none is lost in between, and
 * its own expiry for that set is never used.
 */
export function bullmqQueue<Content extends QueuedContent>(options: BullmqQueueOptions): DeliveryQueue<Content> {
  const { url, prefix, application, name, logger, keepCompleted, pace = paces.standard, clock = systemClock } = options;
  const queueName = `{${application}.${name}}`;
  const connection = connectRedis({ url, use: "command", name: `busbar-queue-${name}`, logger });
  const queue = new Queue<Content>(queueName, { connection, prefix, streams: { events: { maxLen: 1_000 } } });
  const settings = redisQueueSettings(connection, (type) => queue.toKey(type));
  const { replication } = options;
  const replicated = replication === undefined ? unreplicated : replicatedBy(connection, replication);
  queue.on("error", (error) => logger.debug({ error: messageOf(error), queue: name }, "queue error"));

  const bullJob = (content: Content) => ({
    name,
    data: content,
    opts: {
      jobId: content.id,
      priority: priorityNumber[content.policy.priority] + (content.bulk === true ? 1 : 0),
      ...(content.notBefore === undefined ? {} : { delay: waitUntil(clock, content.notBefore) }),
      attempts: content.policy.attempts,
      backoff: { type: "policy" },
      removeOnComplete: { age: Math.ceil(keepCompleted.age / 1_000), count: keepCompleted.count },
      removeOnFail: false,
      stackTraceLimit: 20,
    },
  });

  // A BullMQ script that fails midway leaves a job's hash without a place in any list; adding it again then says "duplicate".
  const removeHalfAdded = async (contents: readonly Content[]): Promise<void> => {
    const states = await Promise.all(contents.map(({ id }) => queue.getJobState(id)));
    const placeless = contents.filter((_, index) => states[index] === "unknown");
    for (const { id } of placeless) if ((await queue.getJob(id)) !== undefined) await queue.remove(id);
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
          await queue.addBulk(page.map(bullJob) as unknown as Parameters<typeof queue.addBulk>[0]);
        }
      });
    },

    work: (handle, workOptions) =>
      bullmqWorker<Content>({ url, prefix, queueName, name, logger, clock, pace, handle, look: settings.concurrency, ...workOptions }),

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

    async deadLetters({ from, count }) {
      const jobs = await queue.getJobs(["failed"], from, from + count - 1, false);
      return jobs.map((job) => deadLetter<Content>(job as unknown as BullJob<Content>));
    },

    async progress(id) {
      const progress = (await queue.getJob(id))?.progress;
      return typeof progress === "object" ? (progress as Progress) : undefined;
    },

    async deadLetter(id) {
      const job = await queue.getJob(id);
      return job !== undefined && (await job.isFailed()) ? deadLetter<Content>(job as unknown as BullJob<Content>) : undefined;
    },

    async redrive(id, content) {
      const job = await queue.getJob(id);
      if (job === undefined || !(await job.isFailed())) return false;
      if (content !== undefined) await job.updateData(content as never);
      await forgetStalls(connection, queue.toKey(id));
      try {
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
      return state === undefined ? undefined : { content: job.data as unknown as Content, state, attempts: job.attemptsMade };
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
      // BullMQ refuses a job that a worker holds.
      return (await queue.getJob(id)) !== undefined && (await queue.remove(id)) === 1;
    },

    async pause(done) {
      await settings.pausedBy(done);
      await queue.pause();
    },
    async resume() {
      await queue.resume();
      await settings.pausedBy(undefined);
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
        const jobs = (await queue.getJobs(["failed"], 0, pageSize - 1, true)).filter((job) => (job.finishedOn ?? 0) < before);
        if (jobs.length === 0) return expired;
        for (const job of jobs) await job.remove();
        expired += jobs.length;
      }
    },

    async close() {
      const closed = queue.close().catch((error: unknown) => logger.debug({ error: messageOf(error), queue: name }, "queue did not close"));
      // It would wait for a Redis that is away.
      if (connection.status === "ready") await closed;
      await closeRedis(connection);
    },
  };
}

function deadLetter<Content>(job: BullJob<Content>): DeadLetter<Content> {
  return {
    content: job.data,
    reason: stalledReason(job.failedReason) ?? job.failedReason ?? "unknown",
    attempts: job.attemptsMade,
    firstAt: job.timestamp,
    lastAt: job.finishedOn ?? job.timestamp,
    stack: job.stacktrace ?? [],
  };
}
