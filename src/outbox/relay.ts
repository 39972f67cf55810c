import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import type { Observe } from "../define/observation.ts";
import { cleanInbox } from "./inbox.ts";
import { wakeChannel } from "./migration.ts";
import { checkTables, openSession, type Session } from "./session.ts";
import { type KeyPlace, type OutboxRow, removeRows, setRowAside, takeRows } from "./waiting-rows.ts";

/**
 * Publishes what transactions have left in the outbox.
 *
 * The life of a row: inserted and committed with the caller's transaction → PostgreSQL wakes the relays → one of them takes it, in a transaction of
 * its own that holds the first row of its key → it is appended to the log under its own id → it is deleted, and the relay's transaction is
 * committed. A relay that dies in between has deleted nothing: the row is taken again, and the log keeps one entry an id. What the log will never
 * take is set aside with its reason.
 *
 * Any number of relays share the work. Of one topic and key, an event whose transaction was committed before the other one's publish is the earlier
 * one in the log: whoever takes a row takes all earlier ones of its key before it, each after the one before is confirmed.
 */
export interface Relay {
  /**
   * Resolves when the database is known to be fit; the rest goes on by itself, whatever is away later.
   * @throws BusbarError `OUTBOX_FAILED` when it cannot be reached or has no outbox, `INVALID_CONFIGURATION` without the package `pg`
   */
  start(): Promise<void>;
  /** Finishes what it has taken. Before `start` and twice is fine. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  readonly database: string;
  readonly application: string;
  readonly topics: readonly string[];
  /** Milliseconds that handled deliveries are remembered. */
  readonly keepInbox: number;
  /** Resolves when the event is in the log, or with why it will never be. Rejects when it could not be published now. */
  readonly publish: (row: OutboxRow) => Promise<{ readonly refused: string } | undefined>;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** A transaction of the relay holds at most so many keys and events, and so many of one key, which go one after the other. */
const most = { keys: 200, rows: 400, ofKey: 50 } as const;
/** Milliseconds after which a transaction takes up nothing more of what it holds. */
const stepMs = 5_000;
/** Milliseconds that PostgreSQL waits for a relay in a transaction, before it gives what that holds to others. */
const heldMs = 30_000;
/** What nobody was woken for is found after so many milliseconds: a pooler in between may swallow the calls. */
const pollMs = 1_000;
const retryMs = { first: 100, longest: 5_000 } as const;
const cleanEveryMs = 3_600_000;

export function createRelay(options: RelayOptions): Relay {
  const { database, application, topics, keepInbox, publish, observe, logger } = options;
  const stopping = new AbortController();
  let wake: (() => void) | undefined;
  let woken = false;
  let session: Session | undefined;
  let cleanedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const onWake = (): void => {
    woken = true;
    wake?.();
  };

  const connected = async (): Promise<Session> => {
    if (session !== undefined && !session.lost.aborted) return session;
    await session?.close();
    session = await openSession({ database, name: "busbar-relay", onWake });
    await checkTables(session);
    await session.query(`LISTEN ${wakeChannel}`);
    return session;
  };

  /** Waits until something was committed, or it is time to look. */
  const silence = async (lost: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const end = (): void => over.abort();
    wake = end;
    lost.addEventListener("abort", end, { once: true });
    stopping.signal.addEventListener("abort", end, { once: true });
    if (!woken && !lost.aborted && !stopping.signal.aborted) await pause(pollMs, over.signal);
    lost.removeEventListener("abort", end);
    stopping.signal.removeEventListener("abort", end);
    wake = undefined;
  };

  const clean = async (current: Session): Promise<void> => {
    if (performance.now() - cleanedAt < cleanEveryMs) return;
    cleanedAt = performance.now();
    const removed = await cleanInbox(current, keepInbox);
    if (removed > 0) logger.debug({ removed }, "handled deliveries were forgotten by their age");
  };

  const run = async (): Promise<void> => {
    let wait: number = retryMs.first;
    let said = "";
    // Where the round through the keys is, and how much it has found so far.
    let after: KeyPlace | undefined;
    let found = 0;
    while (!stopping.signal.aborted) {
      try {
        const current = await connected();
        // What comes during a round is seen by it, or asks for another one.
        if (after === undefined) woken = false;
        const { rows, published, next, failure } = await step(current, { application, topics, after, publish, observe, logger });
        after = next;
        found += rows;
        // Where others go on, one that does not is tried again soon.
        if (published > 0) wait = retryMs.first;
        if (failure !== undefined) throw failure;
        if (said !== "") logger.info({}, "the outbox is relayed again");
        [wait, said] = [retryMs.first, ""];
        if (next !== undefined) continue;
        // A round in which there was something may have left more.
        const more = found > 0;
        found = 0;
        if (more) continue;
        await clean(current);
        await silence(current.lost);
      } catch (error) {
        const reason = messageOf(error);
        if (reason !== said) logger.warn({ error: reason }, "events wait in the outbox");
        said = reason;
        await pause(wait, stopping.signal);
        wait = Math.min(wait * 2, retryMs.longest);
      }
    }
    await session?.close();
  };

  return {
    async start() {
      if (running !== undefined || stopping.signal.aborted) return;
      try {
        await connected();
      } catch (error) {
        await session?.close();
        throw error;
      }
      running = run();
    },
    stop: () =>
      (stopped ??= (async () => {
        stopping.abort();
        await running;
      })()),
  };
}

/** Takes rows, publishes them, and deletes those that are in the log. `failure`: some could not be published now. */
async function step(
  session: Session,
  {
    application,
    topics,
    after,
    publish,
    observe,
    logger,
  }: Pick<RelayOptions, "application" | "topics" | "publish" | "observe" | "logger"> & { readonly after: KeyPlace | undefined },
): Promise<{ readonly rows: number; readonly published: number; readonly next: KeyPlace | undefined; readonly failure?: unknown }> {
  try {
    // The indexes are right whatever the planner has heard of a table that fills and empties. A deletion that a crash of the database undoes costs an append that finds its entry.
    await session.query(
      `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${heldMs}; SET LOCAL synchronous_commit = off; SET LOCAL enable_seqscan = off`,
    );
    const { rows, next } = await takeRows(session, { application, topics, after, most });
    const until = performance.now() + stepMs;
    const ends = await Promise.all(lanesOf(rows).map((lane) => relayLane(lane, publish, until)));
    const [published, refused] = [ends.flatMap((end) => end.published), ends.flatMap((end) => end.refused)];
    await removeRows(session, published);
    for (const { row, reason } of refused) await setRowAside(session, row, reason);
    await session.query("COMMIT");
    for (const { row, reason } of refused) {
      logger.error({ event: row.eventId, topic: row.topic, reason }, "an event of the outbox could not be published, and was set aside");
      observe("outboxRefused", { eventId: row.eventId, topic: row.topic, reason });
    }
    const failed = ends.find(({ failure }) => failure !== undefined);
    return { rows: rows.length, published: published.length, next, ...(failed === undefined ? {} : { failure: failed.failure }) };
  } catch (error) {
    // Whatever it holds is free again when the session ends.
    await session.close();
    throw error;
  }
}

interface LaneEnd {
  readonly published: readonly OutboxRow[];
  readonly refused: readonly { readonly row: OutboxRow; readonly reason: string }[];
  readonly failure?: unknown;
}

/** One after the other, up to the first that could not be published: nothing overtakes it. */
async function relayLane(lane: readonly OutboxRow[], publish: RelayOptions["publish"], until: number): Promise<LaneEnd> {
  const published: OutboxRow[] = [];
  const refused: { row: OutboxRow; reason: string }[] = [];
  for (const row of lane) {
    if (performance.now() > until) break;
    try {
      const end = await publish(row);
      if (end === undefined) published.push(row);
      else refused.push({ row, reason: end.refused });
    } catch (failure) {
      return { published, refused, failure };
    }
  }
  return { published, refused };
}

/** The rows of each key of a topic, in their order. */
function lanesOf(rows: readonly OutboxRow[]): readonly (readonly OutboxRow[])[] {
  const lanes = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const name = `${row.topic} ${row.key}`;
    lanes.set(name, [...(lanes.get(name) ?? []), row]);
  }
  return [...lanes.values()];
}
