import type { RedisConnection } from "../base/redis.ts";
import { type Replicated, unreplicated } from "../base/redis-replication.ts";
import { luaScript, type LuaArgument } from "../base/lua.ts";
import { dayMs, dayOf, type LogKeys } from "./redis-log-keys.ts";
import { type Appended, LogFull, type NewEntry } from "./topic-log.ts";

const appendScript = luaScript<readonly [string, string, string?][]>(
  new URL("./append.lua", import.meta.url),
  new URL("./ids.lua", import.meta.url),
);

/** Events of one Lua call at most, and calls under way at once for one partition. */
const batchSize = 100;
const callsInFlight = 2;

interface Waiting {
  readonly entry: NewEntry;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppendOptions {
  readonly redis: RedisConnection;
  readonly keys: LogKeys;
  readonly partition: number;
  /** Milliseconds that an idempotency key is remembered. */
  readonly idempotencyWindow: number;
  /** Waits for the replicas, where they are asked for. */
  readonly replicated: Replicated;
  /** What is kept of a search value. */
  readonly searchHash: (value: string) => string;
}

/**
 * Appends to one partition. Calls that come while others are under way share the next Lua call: the client, not Redis, is what
 * limits publishing.
 */
export function partitionAppender(options: AppendOptions): (entry: NewEntry, signal?: AbortSignal) => Promise<Appended> {
  const { redis, keys, partition, idempotencyWindow, replicated, searchHash } = options;
  let waiting: Waiting[] = [];
  let inFlight = 0;
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    // Nobody waits for these any more. Sent all the same, they would keep those behind them waiting until nobody waits for them either.
    for (const { signal, reject } of waiting) if (signal?.aborted === true) reject(signal.reason);
    waiting = waiting.filter(({ signal }) => signal?.aborted !== true);
    while (waiting.length > 0 && inFlight < callsInFlight) {
      const batch = waiting.slice(0, batchSize);
      waiting = waiting.slice(batchSize);
      inFlight += 1;
      void send(batch).finally(() => {
        inFlight -= 1;
        flush();
      });
    }
  };

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const scriptKeys = [keys.bell(partition)];
    const args: LuaArgument[] = [idempotencyWindow, replicated === unreplicated ? 0 : 1];
    for (const { entry } of batch) {
      const ids = keys.ids(entry.topic, partition, entry.time);
      const idempotency = entry.idempotency === undefined ? ids : keys.idempotency(entry.topic, partition, entry.idempotency.key);
      scriptKeys.push(keys.log(entry.topic, partition), keys.meta(entry.topic, partition), ids, idempotency);
      args.push(entry.topic, entry.eventId, entry.idempotency?.fingerprint ?? "", entry.json);
      // The day is that of the append, not of the event: it is looked for from now backwards.
      const { values = [], hashed = false } = entry.search ?? {};
      const [hashes, day] = [hashed ? values : values.map(searchHash), dayOf(Date.now())];
      args.push(hashes.length);
      if (entry.search === undefined || hashes.length === 0) continue;
      scriptKeys.push(...hashes.map((hash) => keys.index(entry.topic, partition, { day, hash })));
      args.push(entry.search.retain + dayMs, ...hashes);
    }
    try {
      const replies = await replicated(keys.bell(partition), () => appendScript(redis, scriptKeys, args));
      batch.forEach((item, index) => settle(item, replies[index]!));
    } catch (error) {
      for (const item of batch) item.reject(error);
    }
  };

  return (entry, signal) =>
    new Promise((resolve, reject) => {
      waiting.push({ entry, signal, resolve, reject });
      if (scheduled) return;
      scheduled = true;
      queueMicrotask(flush);
    });
}

function settle({ entry, resolve, reject }: Waiting, [kind, first, second]: readonly [string, string, string?]): void {
  if (kind === "appended") resolve({ kind, eventId: entry.eventId, entryId: first });
  else if (kind === "repeated") resolve({ kind, eventId: second!, entryId: first });
  else if (kind === "conflict") resolve({ kind, eventId: first, fingerprint: second! });
  else reject(first.startsWith("OOM") ? new LogFull(first) : new Error(first));
}
