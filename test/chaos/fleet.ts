import { join } from "node:path";
import { silentLogger } from "../../src/base/logger.ts";
import { connectRedis, type RedisConnection } from "../../src/base/redis.ts";
import { type RedisCluster, startCluster } from "../support/cluster.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { type Sentinels, startSentinels } from "../support/sentinels.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import type { Random } from "./random.ts";

/** The Redis servers of a run that has several. */
export interface Fleet {
  readonly url: string;
  readonly version: string;
  readonly redis: RedisConnection;
  readonly sentinels: Sentinels;
  readonly cluster: RedisCluster;
  /** What stands between a server of the Sentinels and everyone else. */
  proxyOf(server: RedisProcess): Proxy;
  close(): Promise<void>;
}

export type FleetKind = "sentinels" | "cluster";

/** Three servers with three Sentinels, each server behind a proxy; or a Cluster of six. */
export async function openFleet(kind: FleetKind, { folder, random }: { readonly folder: string; readonly random: Random }): Promise<Fleet> {
  const proxies = new Map<number, Proxy>();
  const reachedAt = async (port: number): Promise<number> => {
    const proxy = await startProxy({ target: port, random });
    proxies.set(port, proxy);
    return proxy.port;
  };
  const place = join(folder, "redis");
  const sentinels = kind === "sentinels" ? await startSentinels({ folder: place, reachedAt }) : undefined;
  const cluster = kind === "cluster" ? await startCluster({ folder: place }) : undefined;
  const { url, version, close } = (sentinels ?? cluster)!;
  const redis = connectRedis({ url, use: "command", name: "chaos-look", logger: silentLogger });
  const absent = (): never => {
    throw new Error(`this run has no ${kind === "cluster" ? "Sentinels" : "Cluster"}`);
  };
  return {
    url,
    version,
    redis,
    get sentinels() {
      return sentinels ?? absent();
    },
    get cluster() {
      return cluster ?? absent();
    },
    proxyOf: (server) => proxies.get(server.port)!,
    async close() {
      redis.disconnect();
      await close();
      for (const proxy of proxies.values()) await proxy.close();
    },
  };
}
