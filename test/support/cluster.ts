import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../src/base/redis-server/launch.ts";
import { redisProcess, type RedisProcess, redisProgram } from "./redis-process.ts";

/** A Redis Cluster of three masters with a replica each. */
export interface RedisCluster {
  readonly url: string;
  readonly version: string;
  readonly servers: readonly RedisProcess[];
  /** The server that holds a slot now, as the others see it. */
  holder(slot: number): Promise<RedisProcess>;
  /** Resolves when another server than this one holds a slot. */
  taken(slot: number, from: RedisProcess): Promise<void>;
  /** A master that is not this one. */
  other(than: RedisProcess): Promise<RedisProcess>;
  /** Resolves when every slot has a master, and every master so many replicas that have all its data. */
  whole(replicas?: number): Promise<void>;
  /** Moves a slot, key by key, as an operator's tool does. */
  move(slot: number, to: RedisProcess): Promise<void>;
  close(): Promise<void>;
}

const masters = 3;
const slots = 16_384;
const patienceMs = 60_000;

export async function startCluster({
  folder,
  replicas = 1,
}: {
  readonly folder: string;
  readonly replicas?: number;
}): Promise<RedisCluster> {
  const program = await redisProgram();
  const settings = [
    "cluster-enabled yes",
    "cluster-config-file nodes.conf",
    "cluster-node-timeout 1500",
    "cluster-replica-validity-factor 0",
    "appendonly yes",
    "appendfsync always",
    'save ""',
    "maxmemory-policy noeviction",
    "repl-diskless-sync-delay 0",
  ];
  // The usual port of the nodes' own conversation, 10,000 above, may be none.
  const busPorts: number[] = [];
  for (let number = 0; number < masters * (1 + replicas); number++) busPorts.push(await freePort());
  const servers = await Promise.all(
    busPorts.map((busPort, number) =>
      redisProcess({ program, folder: join(folder, `node-${number}`), settings: [...settings, `cluster-port ${busPort}`] }),
    ),
  );
  const ids = await Promise.all(servers.map((server) => server.ask<string>("CLUSTER", "MYID")));
  const first = servers[0]!;
  for (let number = 0; number < masters; number++) {
    const [from, to] = [Math.ceil((number * slots) / masters), Math.ceil(((number + 1) * slots) / masters) - 1];
    await servers[number]!.ask("CLUSTER", "ADDSLOTSRANGE", from, to);
  }
  for (const [number, server] of servers.entries())
    if (server !== first) await first.ask("CLUSTER", "MEET", "127.0.0.1", server.port, busPorts[number]!);
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (const giveUpAt = performance.now() + patienceMs; !(await holds().catch(() => false)); await pause(30))
      if (performance.now() > giveUpAt) throw new Error(`it is not so that ${what}: ${folder}`);
  };
  await until("all nodes know each other", async () => {
    const known = await Promise.all(servers.map((server) => server.ask<string>("CLUSTER", "NODES")));
    return known.every((nodes) => ids.every((id) => nodes.includes(id)) && !nodes.includes("handshake"));
  });
  for (const [number, server] of servers.slice(masters).entries()) await server.ask("CLUSTER", "REPLICATE", ids[number % masters]!);

  const living = async (): Promise<RedisProcess> => {
    for (const server of servers) if ((await server.ask("PING").catch(() => "")) === "PONG") return server;
    throw new Error("no node answers");
  };
  /** Whole numbers of `CLUSTER SLOTS`, by range: from, to, and the ports of its master and replicas. */
  const ranges = async (): Promise<{ from: number; to: number; ports: number[] }[]> => {
    const reply = await (await living()).ask<[number, number, ...[string, number][]][]>("CLUSTER", "SLOTS");
    return reply.map(([from, to, ...nodes]) => ({ from, to, ports: nodes.map(([, port]) => port) }));
  };
  const byPort = (port: number): RedisProcess => servers.find((server) => server.port === port)!;
  const whole = (wanted = replicas): Promise<void> =>
    until(`every master has ${wanted} replicas`, async () => {
      const states = await Promise.all(servers.map((server) => server.ask<string>("CLUSTER", "INFO").catch(() => undefined)));
      if (states.some((state) => state !== undefined && !state.includes("cluster_state:ok"))) return false;
      const all = await ranges();
      const holders = [...new Set(all.map(({ ports }) => ports[0]!))];
      const infos = await Promise.all(holders.map((port) => byPort(port).ask<string>("INFO", "replication")));
      return (
        all.reduce((sum, { from, to }) => sum + to - from + 1, 0) === slots &&
        infos.every((info) => (info.match(/state=online/g)?.length ?? 0) >= wanted)
      );
    });
  const holder = async (slot: number): Promise<RedisProcess> => {
    const range = (await ranges()).find(({ from, to }) => from <= slot && slot <= to);
    return byPort(range!.ports[0]!);
  };
  await whole();

  return {
    url: `redis+cluster://${servers
      .slice(0, masters)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(",")}`,
    version: program.version,
    servers,
    holder,
    whole,
    taken: (slot, from) => until("another node holds the slot", async () => (await holder(slot)) !== from),
    async other(than) {
      const holders = (await ranges()).map(({ ports }) => byPort(ports[0]!));
      return holders.find((server) => server !== than)!;
    },
    async move(slot, to) {
      const from = await holder(slot);
      const [source, target] = [await from.ask<string>("CLUSTER", "MYID"), await to.ask<string>("CLUSTER", "MYID")];
      await to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source);
      await from.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
      for (;;) {
        const keys = await from.ask<string[]>("CLUSTER", "GETKEYSINSLOT", slot, 20);
        if (keys.length === 0) break;
        await from.ask("MIGRATE", "127.0.0.1", to.port, "", 0, 5_000, "KEYS", ...keys);
      }
      // The target first: else nobody has it for a moment.
      await to.ask("CLUSTER", "SETSLOT", slot, "NODE", target);
      for (const server of servers) if (server !== to) await server.ask("CLUSTER", "SETSLOT", slot, "NODE", target).catch(() => undefined);
    },
    async close() {
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
}
