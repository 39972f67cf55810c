import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { redisProcess, type RedisProcess, redisProgram } from "./redis-process.ts";

/** A master, its replicas, and the Sentinels that watch them. */
export interface Sentinels {
  readonly url: string;
  readonly version: string;
  readonly servers: readonly RedisProcess[];
  /** The server that the Sentinels call the master now. */
  master(): Promise<RedisProcess>;
  /** Resolves when the Sentinels agree on another master than this one. */
  failover(from: RedisProcess): Promise<RedisProcess>;
  /** Makes a server the master by hand, and tells the Sentinels. */
  promote(server: RedisProcess): Promise<void>;
  /** Resolves when the master has so many replicas that have all its data. */
  replicated(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface SentinelsOptions {
  readonly folder: string;
  /** Servers in all, the first of which begins as the master. Default 3. */
  readonly servers?: number;
  /** Milliseconds without an answer after which a master is down. Default 1,000. */
  readonly downAfter?: number;
  readonly appendfsync?: "always" | "everysec";
  /** Where others reach a server: the port of a proxy before it. Default: its own. */
  readonly reachedAt?: (port: number) => Promise<number>;
}

const name = "mymaster";
const lookEveryMs = 50;
const patienceMs = 60_000;

const figure = (fields: readonly string[], field: string): number => Number(fields[fields.indexOf(field) + 1]);

export async function startSentinels(options: SentinelsOptions): Promise<Sentinels> {
  const { folder, servers: count = 3, downAfter = 1_000, appendfsync = "always", reachedAt = async (port) => port } = options;
  const program = await redisProgram();
  const servers: RedisProcess[] = [];
  const ports = new Map<number, RedisProcess>();
  const common = [
    "appendonly yes",
    `appendfsync ${appendfsync}`,
    'save ""',
    "maxmemory-policy noeviction",
    "repl-diskless-sync-delay 0",
    "repl-ping-replica-period 1",
  ];
  for (let number = 0; number < count; number++) {
    const server = await redisProcess({ program, folder: join(folder, `server-${number}`), settings: common });
    const port = await reachedAt(server.port);
    await server.ask("CONFIG", "SET", "replica-announce-ip", "127.0.0.1");
    await server.ask("CONFIG", "SET", "replica-announce-port", port);
    const [first] = ports.keys();
    if (first !== undefined) await server.ask("REPLICAOF", "127.0.0.1", first);
    await server.ask("CONFIG", "REWRITE");
    servers.push(server);
    ports.set(port, server);
  }
  const [first] = ports.keys();
  const watch = [
    `sentinel monitor ${name} 127.0.0.1 ${first} 2`,
    `sentinel down-after-milliseconds ${name} ${downAfter}`,
    `sentinel failover-timeout ${name} 4000`,
    `sentinel parallel-syncs ${name} 2`,
  ];
  const sentinels = await Promise.all(
    [0, 1, 2].map((number) => redisProcess({ program, folder: join(folder, `sentinel-${number}`), settings: watch, sentinel: true })),
  );

  const masterPorts = (): Promise<number[]> =>
    Promise.all(sentinels.map((each) => each.ask<string[]>("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name).then(([, port]) => Number(port))));
  const master = async (): Promise<RedisProcess> => ports.get((await masterPorts())[0]!)!;
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (const giveUpAt = performance.now() + patienceMs; !(await holds().catch(() => false)); await pause(lookEveryMs))
      if (performance.now() > giveUpAt) throw new Error(`it is not so that ${what}: ${folder}`);
  };
  const replicated = (wanted: number): Promise<void> =>
    until(`the master has ${wanted} replicas`, async () => {
      const info = await (await master()).ask<string>("INFO", "replication");
      return info.match(/state=online/g)?.length === wanted;
    });
  await replicated(count - 1);
  // They hear of each other by way of the servers; a failover needs two of them, and the replicas.
  await until("the Sentinels know each other and all replicas", async () => {
    const known = await Promise.all(sentinels.map((each) => each.ask<string[]>("SENTINEL", "MASTER", name)));
    return known.every((fields) => figure(fields, "num-other-sentinels") === 2 && figure(fields, "num-slaves") === count - 1);
  });

  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/${name}`,
    version: program.version,
    servers,
    master,
    async failover(from) {
      await until("the Sentinels agree on another master", async () => {
        const [one, ...others] = await masterPorts();
        if (ports.get(one!) === from || others.some((port) => port !== one)) return false;
        return (await ports.get(one!)!.ask<string>("INFO", "replication")).includes("role:master");
      });
      return master();
    },
    replicated,
    async promote(server) {
      const [port] = [...ports].find(([, candidate]) => candidate === server)!;
      await server.ask("REPLICAOF", "NO", "ONE");
      for (const sentinel of sentinels) {
        await sentinel.ask("SENTINEL", "REMOVE", name);
        await sentinel.ask("SENTINEL", "MONITOR", name, "127.0.0.1", port, 2);
        await sentinel.ask("SENTINEL", "SET", name, "down-after-milliseconds", downAfter);
      }
    },
    async close() {
      await Promise.all([...sentinels, ...servers].map((each) => each.kill()));
    },
  };
}
