import { Redis, type RedisOptions } from "ioredis";
import { BusbarError, messageOf } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { paces } from "./pace.ts";

/**
 * What a connection is for. The uses want opposite settings:
 * - `publish`: a caller waits, so it fails fast; its commands never queue up while Redis is away.
 * - `command`: background work that may wait for a reconnect; its commands are idempotent, because ioredis sends them again.
 * - `block`: waits inside Redis; a reply that is overdue means that the connection is dead.
 * - `queue`: handed to BullMQ, which asks for endless retries and blocks on it.
 */
export type ConnectionUse = "publish" | "command" | "block" | "queue";

export interface ConnectionOptions {
  readonly url: string;
  readonly use: ConnectionUse;
  /** Shown by `CLIENT LIST`. */
  readonly name: string;
  readonly logger: Logger;
  /** Milliseconds that a publishing caller waits for an answer. Default 2,000. */
  readonly deadline?: number;
  /** Of `block`: milliseconds that a read waits inside Redis. Default 5,000. */
  readonly block?: number;
  /** False: when it is lost, what waits on it fails at once, and it cannot be used any more. Default true. */
  readonly reconnects?: boolean;
}

/**
 * A connection that busbar owns and closes. It does not connect before its first command.
 * @throws BusbarError `INVALID_CONFIGURATION` when the address cannot be used
 */
export function connectRedis({
  url,
  use,
  name,
  logger,
  deadline = 2_000,
  block = paces.standard.block,
  reconnects = true,
}: ConnectionOptions): Redis {
  checkRedisUrl(url);
  const shared: RedisOptions = {
    lazyConnect: true,
    connectionName: name,
    retryStrategy: (times) => (reconnects ? Math.min(50 * 2 ** Math.min(times, 6), 2_000) : null),
  };
  const settings: Record<ConnectionUse, RedisOptions> = {
    publish: { commandTimeout: deadline, enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: deadline },
    command: { commandTimeout: 10_000, maxRetriesPerRequest: 20 },
    block: { maxRetriesPerRequest: null, blockingTimeout: block * 2, socketTimeout: block * 3 },
    queue: { maxRetriesPerRequest: null },
  };
  const redis = new Redis(url, { ...shared, ...settings[use] });
  redis.on("error", (error) => logger.debug({ error: messageOf(error), connection: name }, "redis connection error"));
  return redis;
}

/** @throws BusbarError `INVALID_CONFIGURATION` saying which address to use instead */
export function checkRedisUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol === "redis:" || protocol === "rediss:") return;
  const advice =
    protocol === "http:" || protocol === "https:"
      ? "This is the REST address of a hosted Redis: use the one that begins with rediss:// from the same page of your host."
      : "Write redis://[user:password@]host:6379[/database], or rediss:// for TLS.";
  throw new BusbarError("INVALID_CONFIGURATION", `REDIS_URL ${JSON.stringify(maskUrl(url))} is no Redis address. ${advice}`);
}

/** An address as it may be shown: without its password. */
export function maskUrl(url: string): string {
  return url.replace(/\/\/([^/@]*)@/, (_, credentials: string) => `//${credentials.split(":")[0]}:***@`);
}

/** Closes a connection whatever its state: politely where Redis answers, at once where it does not. Twice is fine. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === "ready") {
    const timer = setTimeout(() => redis.disconnect(), 1_000);
    await redis.quit().catch(() => undefined);
    clearTimeout(timer);
  }
  redis.disconnect();
}
