import { join } from "node:path";
import { silentLogger } from "../../src/base/logger.ts";
import { connectRedis, type RedisConnection } from "../../src/base/redis.ts";
import { type RedisCluster, startCluster } from "../support/cluster.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { type Sentinels, startSentinels } from "../support/sentinels.ts";
import { type PoweredRedis, startPowered } from "./powered.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import type { Random } from "./random.ts";

/** The Redis servers of a run that has several. */
export interface Fleet {
  readonly url: string;
  readonly version: string;
  readonly redis: RedisConnection;
  readonly sentinels: Sentinels;
  readonly cluster: RedisCluster;
  readonly powered: PoweredRedis;
  /** What stands between a server of the Sentinels and everyone else. */
  proxyOf(server: RedisProcess): Proxy;
  close(): Promise<void>;
}

export type FleetKind = "sentinels" | "cluster" | "powered";

/** Three servers with three Sentinels, each server behind a proxy; a Cluster of six; or one whose power can be cut and whose clock can be moved. */
export async function openFleet(
  kind: FleetKind,
  { folder, random, lyingDisk }: { readonly folder: string; readonly random: Random; readonly lyingDisk: boolean },
): Promise<Fleet> {
  const proxies = new Map<number, Proxy>();
  const reachedAt = async (port: number): Promise<number> => {
    const proxy = await startProxy({ target: port, random });
    proxies.set(port, proxy);
    return proxy.port;
  };
  const place = join(folder, "redis");
  const sentinels = kind === "sentinels" ? await startSentinels({ folder: place, reachedAt, downAfter: 5_000 }) : undefined;
  const cluster = kind === "cluster" ? await startCluster({ folder: place }) : undefined;
  const powered = kind === "powered" ? await startPowered({ folder: place, lying: lyingDisk }) : undefined;
  const { url, version, close } = (sentinels ?? cluster ?? powered)!;
  const redis = connectRedis({ url, use: "command", name: "chaos-look", logger: silentLogger });
  const absent = (): never => {
    throw new Error(`this run has another kind of fleet: ${kind}`);
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
    get powered() {
      return powered ?? absent();
    },
    proxyOf: (server) => proxies.get(server.port)!,
    async close() {
      redis.disconnect();
      await close();
      for (const proxy of proxies.values()) await proxy.close();
    },
  };
}
