import { Cluster, Redis, type RedisOptions } from "ioredis";
import { messageOf } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { paces } from "./pace.ts";
import { readRedisAddress, type RedisAddress } from "./redis-address.ts";
import { sentinelConnector } from "./sentinel-connector.ts";

/** A connection to a Redis: to its one server or its present master, or to all masters of a Cluster. */
export type RedisConnection = Redis | Cluster;

/**
 * What a connection is for. The uses want opposite settings:
 * - `publish`: a caller waits, so it fails fast; its commands never queue up while Redis is away.
 * - `command`: background work that may wait for a reconnect; its commands are idempotent, because ioredis sends them again.
 * - `block`: waits inside Redis; a reply that is overdue means that the connection is dead.
 * - `queue`: handed to BullMQ, which asks for endless retries and blocks on a copy of it.
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

/** A master that answers nothing for so long is left, milliseconds: another one may have taken its place. Longer than any WAIT. */
const silentMs = 10_000;
const sentinelMs = 2_000;

/**
 * A connection that busbar owns and closes. It does not connect before its first command. Where there are several servers, it finds the
 * present master again each time that it loses one.
 * @throws BusbarError `INVALID_CONFIGURATION` when the address cannot be used
 */
export function connectRedis(options: ConnectionOptions): RedisConnection {
  const { url, use, name, logger } = options;
  const address = readRedisAddress(url);
  const shared: RedisOptions = {
    lazyConnect: true,
    connectionName: name,
    retryStrategy: options.reconnects === false ? () => null : backoff,
    // Who refuses writes is no master any more: the next connection is to the one that is.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? (use === "publish" ? 1 : 2) : false),
    ...settingsOf(options, address.kind),
  };
  const redis = openRedis(address, shared);
  redis.on("error", (error: unknown) => logger.debug({ error: messageOf(error), connection: name }, "redis connection error"));
  return redis;
}

function settingsOf({ use, deadline = 2_000, block = paces.standard.block }: ConnectionOptions, kind: RedisAddress["kind"]): RedisOptions {
  // One server has nobody to be left for.
  const silent = (milliseconds: number): RedisOptions =>
    kind === "server" ? {} : { socketTimeout: milliseconds, connectTimeout: sentinelMs };
  const settings: Record<ConnectionUse, RedisOptions> = {
    publish: {
      ...silent(deadline * 1.5),
      commandTimeout: deadline,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      connectTimeout: deadline,
    },
    command: { ...silent(silentMs), commandTimeout: 10_000, maxRetriesPerRequest: 20 },
    block: { ...silent(silentMs), maxRetriesPerRequest: null, blockingTimeout: block * 2, socketTimeout: block * 3 },
    queue: { ...silent(silentMs), maxRetriesPerRequest: null },
  };
  return settings[use];
}

/** A connection to an address with settings of one's own. `retryStrategy` is also that of a Cluster as a whole. */
export function openRedis(address: RedisAddress, options: RedisOptions): RedisConnection {
  if (address.kind === "server") return new Redis(address.url, options);
  const { places, tls, username, password } = address;
  const access: RedisOptions = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
  if (address.kind === "sentinel") {
    const { master, database, sentinelUsername, sentinelPassword } = address;
    return new Redis({
      ...options,
      ...access,
      sentinels: places.map((place) => ({ ...place })),
      name: master,
      db: database,
      sentinelCommandTimeout: sentinelMs,
      // Two of them tell at once of a failover that left the old master alive: nothing else ends a connection to it for ten seconds.
      failoverDetector: true,
      Connector: sentinelConnector as unknown as NonNullable<RedisOptions["Connector"]>,
      sentinelMaxConnections: 2,
      sentinelReconnectStrategy: () => silentMs,
      ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
      ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    });
  }
  const { lazyConnect = true, retryStrategy = backoff, enableOfflineQueue = true, ...ofNodes } = options;
  return new Cluster(
    places.map((place) => ({ ...place })),
    {
      lazyConnect,
      enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshTimeout: sentinelMs,
      // A master that answers nothing is not heard of by any error.
      slotsRefreshInterval: 5_000,
      // A failover takes seconds, in which commands come back. Their own time-out ends it before this many.
      maxRedirections: 200,
      redisOptions: { ...ofNodes, ...access },
    },
  );
}

function backoff(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 6), 2_000);
}

/** Everyone who takes writes: the one master, or those of a Cluster, which is asked for them first. */
export async function mastersOf(redis: RedisConnection): Promise<readonly Redis[]> {
  if (!isCluster(redis)) return [redis];
  // A Cluster knows its masters when it has connected.
  if (redis.status !== "ready") await redis.ping();
  return redis.nodes("master");
}

export function isCluster(redis: RedisConnection): redis is Cluster {
  return redis.isCluster;
}

/** Closes a connection whatever its state: politely where Redis answers, at once where it does not. Twice is fine. */
export async function closeRedis(redis: RedisConnection): Promise<void> {
  if (redis.status === "ready") {
    const timer = setTimeout(() => redis.disconnect(), 1_000);
    await redis.quit().catch(() => undefined);
    clearTimeout(timer);
  }
  redis.disconnect();
}
