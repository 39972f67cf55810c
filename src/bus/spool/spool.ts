import { BusbarError, messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { pause } from "../../base/pause.ts";
import type { Observe } from "../../define/observation.ts";
import { lacksKey } from "../lacks-key.ts";
import { spoolFiles } from "./spool-files.ts";
import { leftBehindMs } from "./spool-folder.ts";
import { encodeRecord, type SpoolRecord, withoutSearchValues } from "./spool-record.ts";

/**
 * Where events wait while Redis is away: files of this process' own, each line checksummed and on disk before its publish resolves.
 *
 * The life of an event in it: `add` → on disk → the drain appends it to the log, with the id that it has, in the order in which it came → it is
 * confirmed → when all of a file is, the file goes. A process that dies in between leaves its files; the next one of the folder takes them over
 * and appends all of them again: the log keeps one entry an id.
 */
export interface Spool {
  /**
   * Resolves when the event is on disk.
   * @throws BusbarError `PUBLISH_FAILED` when the spool is full, or the file cannot be written
   */
  add(record: SpoolRecord): Promise<void>;
  /** True while events wait: what is published now waits behind them, so that their order stays. */
  holding(): boolean;
  standing(): SpoolStanding;
  /**
   * Looks for what was left behind in the folder, and empties the spool whenever Redis is there. Twice is fine.
   * @throws BusbarError `INVALID_CONFIGURATION` when the folder cannot be used
   */
  start(): Promise<void>;
  /** What still waits stays on disk. Twice is fine. */
  stop(): Promise<void>;
}

/** What waits in the spool of this process. */
export interface SpoolStanding {
  readonly events: number;
  readonly bytes: number;
  /** Events that were damaged on disk, or that the log refused, ever in this process: they lie in files `*.refused` of the folder. */
  readonly refused: number;
}

export interface SpoolOptions {
  readonly folder: string;
  /** Bytes that may wait at most. */
  readonly limit: number;
  /**
   * Appends one event to the log. Rejects while Redis is away; a `BusbarError` `IDEMPOTENCY_CONFLICT` refuses it for good, and one that says that
   * this process {@link lacksKey} leaves it to another one.
   */
  readonly append: (record: SpoolRecord) => Promise<void>;
  /** What is kept of a search value. */
  readonly searchHash: (value: string) => string;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** Events of one step of the drain: one Lua call. */
const stepSize = 100;
const retryMs = { first: 100, longest: 2_000 } as const;
const touchMs = 5_000;

export function createSpool({ folder, limit, append, searchHash, observe, logger }: SpoolOptions): Spool {
  const files = spoolFiles(folder);
  const stopping = new AbortController();
  let refused = 0;
  let started: Promise<void> | undefined;
  let background: Promise<unknown> | undefined;
  let stopped: Promise<void> | undefined;

  const setAside = async (line: string, reason: string): Promise<void> => {
    refused += 1;
    const file = await files.setAside(line, reason);
    logger.error({ reason, file }, "an event of the spool could not be published, and was set aside");
    observe("spoolRefused", { reason, file });
  };

  /** What only this process cannot publish keeps nobody: one that has its key takes it from the folder. */
  const leave = async (lacking: readonly { readonly line: string }[], error: string | undefined): Promise<void> => {
    if (lacking.length === 0) return;
    const file = await files.leave(lacking.map(({ line }) => line));
    logger.error({ events: lacking.length, error, file }, "events of the spool are left to a process that has their key");
  };

  /** The oldest lines to the log, all confirmed before the next. False: nothing waits. */
  const step = async (): Promise<boolean> => {
    const oldest = await files.next(stepSize);
    if (oldest === undefined) return false;
    const { lines, confirm } = oldest;
    const results = await Promise.allSettled(lines.map(({ record }) => (record === undefined ? undefined : append(record))));
    const lacking = results.map((result) =>
      result.status === "rejected" && lacksKey(result.reason) ? messageOf(result.reason) : undefined,
    );
    const failure = results.find(
      (result, index) => result.status === "rejected" && lacking[index] === undefined && !isRefusal(result.reason),
    );
    // All of them again: those that are in the log are there once.
    if (failure !== undefined) throw (failure as PromiseRejectedResult).reason;
    await leave(
      lines.filter((_, index) => lacking[index] !== undefined),
      lacking.find((reason) => reason !== undefined),
    );
    for (const [index, result] of results.entries()) {
      const { record, line } = lines[index]!;
      if (lacking[index] !== undefined) continue;
      if (record === undefined) await setAside(line, "its line on disk is damaged");
      else if (result.status === "rejected") await setAside(line, messageOf(result.reason));
    }
    confirm();
    return true;
  };

  const drain = async (): Promise<void> => {
    let wait: number = retryMs.first;
    let drained = 0;
    let said = "";
    while (!stopping.signal.aborted) {
      try {
        if (await step()) drained += 1;
        else {
          if (drained > 0) observe("spoolDrained", {});
          if (drained > 0) logger.info({}, "the spool is empty: everything in it is in the log");
          drained = 0;
          await files.some(stopping.signal);
        }
        [wait, said] = [retryMs.first, ""];
      } catch (error) {
        const reason = messageOf(error);
        if (reason !== said) logger.warn({ error: reason, events: files.lines() }, "events wait in the spool");
        said = reason;
        await pause(wait, stopping.signal);
        wait = Math.min(wait * 2, retryMs.longest);
      }
    }
  };

  const adopt = async (): Promise<void> => {
    for (const { path, lines } of await files.adopt())
      logger.warn({ events: lines, file: path }, "a process left events in the spool; they are published now");
  };

  /** Tells others that the files have an owner, and looks for files without one. */
  const keep = async (): Promise<void> => {
    for (let round = 1; !stopping.signal.aborted; round += 1) {
      await pause(touchMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await files.touch();
        if (round % (leftBehindMs / touchMs) === 0) await adopt();
      } catch (error) {
        logger.warn({ error: messageOf(error), folder }, "the folder of the spool cannot be looked at");
      }
    }
  };

  const begin = async (): Promise<void> => {
    await adopt();
    background = Promise.all([drain(), keep()]);
  };

  return {
    async add(record) {
      const line = encodeRecord(withoutSearchValues(record, searchHash));
      if (files.bytes() + Buffer.byteLength(line) > limit) throw full(record, { events: files.lines(), limit });
      await files.write(line).catch((error: unknown) => {
        throw notWritten(record, error);
      });
    },
    holding: files.waiting,
    standing: () => ({ events: files.lines(), bytes: files.bytes(), refused }),
    start() {
      started ??= begin();
      started.catch(() => (started = undefined));
      return started;
    },
    stop: () =>
      (stopped ??= (async () => {
        stopping.abort();
        await background;
        const events = files.lines();
        await files.close();
        if (events > 0)
          logger.warn({ events, folder }, "events wait in the spool: the next process that publishes with this folder goes on with them");
      })()),
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof BusbarError && error.code === "IDEMPOTENCY_CONFLICT";
}

function notWritten({ entry }: SpoolRecord, error: unknown): BusbarError {
  return new BusbarError(
    "PUBLISH_FAILED",
    `${entry.topic}: Redis is away, and event ${entry.eventId} could not be written to the spool (${messageOf(error)}). Publish again with { id: "${entry.eventId}" }, and it is there once.`,
    { cause: error, eventId: entry.eventId },
  );
}

function full({ entry }: SpoolRecord, { events, limit }: { readonly events: number; readonly limit: number }): BusbarError {
  return new BusbarError(
    "PUBLISH_FAILED",
    `${entry.topic}: event ${entry.eventId} was not published: Redis is away, and the spool is full (${events} events, limit ${limit} bytes). ` +
      `Bring Redis back, or give the spool a higher limit; then publish again with { id: "${entry.eventId}" }.`,
    { eventId: entry.eventId },
  );
}
