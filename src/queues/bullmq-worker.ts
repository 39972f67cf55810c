import { DelayedError, type Job as BullJob, UnrecoverableError, Worker } from "bullmq";
import { type Clock, waitUntil } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { lease, type Pace } from "../base/pace.ts";
import { closeRedis, connectRedis, isCluster, type RedisConnection } from "../base/redis.ts";
import { backoff } from "../define/policy.ts";
import type { Job, QueuedContent, QueueWorker, Verdict, WorkOptions } from "./delivery-queue.ts";
import { createPlaces } from "./places.ts";
import { stalledReason } from "./stalled-reason.ts";

export interface BullmqWorkerOptions<Content> extends WorkOptions<Content> {
  readonly url: string;
  readonly prefix: string;
  readonly queueName: string;
  readonly name: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly pace: Pick<Pace, "drain" | "stalled" | "limited">;
  readonly handle: (job: Job<Content>) => Promise<Verdict<Content>>;
  /** Which build this is, for whoever looks at a dead letter. */
  readonly build: string | undefined;
  /** Told of each job that became a dead letter here, after the fact. */
  readonly onDead: (id: string) => void;
  /** The concurrency that was set at run time; undefined: none was. */
  readonly look: () => Promise<number | undefined>;
}

/**
 * A lock that is not renewed is lost, and a look now and then (by default every 4 s) finds the jobs whose lock is: a killed worker's jobs
 * are then taken over. A job may lose its worker five times, because `attempts` does not count such losses.
 */
const takeOver = { lockDuration: lease.lasts, lockRenewTime: lease.renewed, maxStalledCount: 5 };

const longestReason = 1_000;

/** Hands a queue's jobs to `handle` and turns its verdicts into BullMQ's words. */
export function bullmqWorker<Content extends QueuedContent>(options: BullmqWorkerOptions<Content>): QueueWorker {
  const { url, prefix, queueName, name, logger, clock, pace, build, onDead, look, concurrency, adjustable, onGivenUp } = options;
  const connection = connectRedis({ url, use: "queue", name: `busbar-worker-${name}`, logger });
  const copies = copiesOf(connection, pace.drain * 3);
  const wallWait = (wait: number): number => waitUntil(clock, clock.now() + wait);
  const random = clock.random ?? Math.random;
  let [most, narrowed] = [adjustable?.now ?? concurrency, false];
  const places = createPlaces({
    concurrency,
    now: most,
    look,
    onChange(now) {
      const more = now > most;
      most = now;
      if (!narrowed) worker.concurrency = most;
      // BullMQ looks for more to do when a job ends, which may take long; this makes it look now.
      if (more) void worker.pause(true).then(() => worker.resume());
      logger.info({ queue: name, concurrency: most }, "a channel works with another concurrency, which was set or reset at run time");
    },
    onError: (error) => logger.debug({ queue: name, error: messageOf(error) }, "the concurrency of a channel could not be looked up"),
  });

  const handle = async (job: Job<Content>): Promise<Verdict<Content>> => {
    if (adjustable === undefined) return options.handle(job);
    const leave = await places.take();
    try {
      return await options.handle(job);
    } finally {
      leave();
    }
  };

  const processJob = async (job: BullJob<Content>, token: string | undefined, signal: AbortSignal | undefined): Promise<string> => {
    const verdict = await handle({
      content: job.data,
      attempt: job.attemptsMade + 1,
      deaths: job.stalledCounter,
      signal: signal ?? new AbortController().signal,
      save: (content) => job.updateData(content as never),
      progress: (progress) => job.updateProgress(progress),
    });
    switch (verdict.kind) {
      case "done":
        // First what is kept, then the end: a crash in between finds the delivery ended in the ledger.
        if (verdict.content !== undefined) await job.updateData(verdict.content as never);
        return verdict.end;
      case "again":
        // First the place, then the wait: a crash in between repeats nothing.
        if (verdict.content !== undefined) await job.updateData(verdict.content as never);
        await job.moveToDelayed(Date.now() + wallWait(verdict.after), token);
        throw new DelayedError();
      case "failed":
        throw withStack(new Error(bounded(verdict.reason)), verdict.error);
      case "dead":
        throw withStack(new UnrecoverableError(bounded(verdict.reason)), verdict.error);
    }
  };

  const worker = new Worker<Content>(queueName, processJob as never, {
    connection,
    prefix,
    concurrency: most,
    autorun: false,
    ...(build === undefined ? {} : { name: build }),
    runRetryDelay: 1_000,
    ...takeOver,
    stalledInterval: pace.stalled,
    drainDelay: pace.drain / 1_000,
    maximumRateLimitDelay: pace.limited,
    settings: {
      backoffStrategy: (attemptsMade, _type, _error, job) =>
        wallWait(backoff((job as unknown as BullJob<Content>).data.policy, attemptsMade, random())),
    },
  });
  worker.on("error", (error) => logger.debug({ error: messageOf(error), queue: name }, "worker error"));
  worker.on("lockRenewalFailed", (jobIds) => {
    for (const id of jobIds) worker.cancelJob(id, "its lock was lost");
  });
  worker.on("failed", (job, error) => {
    if (job?.id !== undefined && typeof job.finishedOn === "number") onDead(job.id);
    const reason = stalledReason(error.message);
    if (job !== undefined && reason !== undefined) onGivenUp(job.data as Content, reason);
  });
  const running = worker.run().catch((error: unknown) => logger.error({ error: messageOf(error), queue: name }, "worker stopped"));

  return {
    ready: () => worker.waitUntilReady().then(() => undefined),

    narrow(narrow) {
      narrowed = narrow;
      worker.concurrency = narrow ? 1 : most;
    },

    async stop(deadline) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<"late">((resolve) => (timer = setTimeout(resolve, deadline, "late")));
      const closed = await Promise.race([worker.close().then(() => running), late]);
      clearTimeout(timer);
      places.stop();
      // What is still under way keeps its lock until that runs out, and is then taken over by another worker.
      if (closed === "late") await Promise.race([worker.close(true), new Promise((resolve) => setTimeout(resolve, 1_000))]);
      for (const copy of copies) copy.disconnect();
      await closeRedis(connection);
    },
  };
}

/**
 * BullMQ waits on a copy of the connection and, where Redis is away when it closes, leaves that copy to reconnect for ever.
 * @param silent milliseconds that a copy may hear nothing: it waits inside Redis
 */
function copiesOf(connection: RedisConnection, silent: number): readonly RedisConnection[] {
  const copies: RedisConnection[] = [];
  const keep = <Copy extends RedisConnection>(copy: Copy): Copy => {
    copies.push(copy);
    return copy;
  };
  if (isCluster(connection)) {
    const duplicate = connection.duplicate.bind(connection);
    connection.duplicate = ((nodes, options) =>
      keep(
        duplicate(nodes, { ...options, redisOptions: { ...options?.redisOptions, socketTimeout: silent } }),
      )) as typeof connection.duplicate;
  } else {
    const duplicate = connection.duplicate.bind(connection);
    connection.duplicate = ((options) => keep(duplicate({ ...options, socketTimeout: silent }))) as typeof connection.duplicate;
  }
  return copies;
}

/** A reason is for people, and part of every list of dead letters. */
function bounded(reason: string): string {
  return reason.length <= longestReason ? reason : `${reason.slice(0, longestReason)}… (${reason.length} characters)`;
}

/** BullMQ keeps the stack of the error that it is given: the one of the code that failed says more than ours, and begins with the error's name. */
function withStack(error: Error, cause: unknown): Error {
  if (cause instanceof Error && cause.stack !== undefined) error.stack = cause.stack.replace(/^Error(?=:|\n|$)/, () => cause.name);
  return error;
}
