import { Command, type Redis } from "ioredis";
import { isCluster, type RedisConnection } from "./redis.ts";
import type { Replication } from "./replication.ts";

/** What was written may be on the master alone. Writing it again, with the same id, is safe. */
export class TooFewReplicas extends Error {
  override readonly name = "TooFewReplicas";
}

/** The connection changed between a write and the question for its replicas: whoever answers now may never have seen it. */
export class ConnectionChanged extends Error {
  override readonly name = "ConnectionChanged";
}

/**
 * Does a write, and resolves when it is on the replicas too.
 * @param key that was written, or another one of its slot
 * @throws TooFewReplicas, ConnectionChanged, or whatever the write throws
 */
export type Replicated = <Result>(key: string, write: () => Promise<Result>) => Promise<Result>;

/**
 * Redis answers WAIT for what the same connection wrote before. After a reconnect it would answer for a connection that wrote nothing,
 * which every replica confirms; ioredis reconnects by itself, and in a Cluster it chooses the node by itself. So the node and the number of
 * times that its connection was lost must be the same before the write and after the answer.
 */
export function replicatedBy(redis: RedisConnection, { replicas, timeout }: Replication): Replicated {
  return async (key, write) => {
    const before = standing(redis, key);
    const result = await write();
    const { node } = unchanged(redis, key, before);
    const confirmed = await node.wait(replicas, timeout);
    unchanged(redis, key, before);
    if (confirmed >= replicas) return result;
    throw new TooFewReplicas(`${confirmed} of ${replicas} replicas confirmed it within ${timeout} ms`);
  };
}

/** Where nobody asks for replicas. */
export const unreplicated: Replicated = (_key, write) => write();

interface Standing {
  readonly node: Redis;
  readonly losses: number;
}

/** How often the connection to each node was lost. */
const losses = new WeakMap<Redis, { count: number }>();

function standing(redis: RedisConnection, key: string): Standing | undefined {
  const node = nodeOf(redis, key);
  if (node === undefined) return undefined;
  let lost = losses.get(node);
  if (lost === undefined) {
    const counter = { count: 0 };
    node.on("close", () => (counter.count += 1));
    losses.set(node, counter);
    lost = counter;
  }
  return { node, losses: lost.count };
}

function unchanged(redis: RedisConnection, key: string, before: Standing | undefined): Standing {
  const now = standing(redis, key);
  if (now !== undefined && now.node === before?.node && now.losses === before.losses) return now;
  throw new ConnectionChanged("the connection to Redis changed while its replicas were waited for");
}

/** The connection that commands for a key are sent on; undefined while a Cluster's slots are not known. */
function nodeOf(redis: RedisConnection, key: string): Redis | undefined {
  if (!isCluster(redis)) return redis;
  const slot = new Command("exists", [key]).getSlot();
  const [place] = redis.slots[Number(slot)] ?? [];
  return redis.nodes("master").find(({ options }) => `${options.host}:${options.port}` === place);
}
