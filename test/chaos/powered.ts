import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { redisProcess, type RedisProcess, redisProgram } from "../support/redis-process.ts";
import { buildShim, type Clock, type Shim } from "./native/shim.ts";

/** A Redis whose power can be cut, and whose clock can be moved. */
export interface PoweredRedis {
  readonly url: string;
  readonly version: string;
  readonly shim: Shim;
  readonly server: RedisProcess;
  readonly clock: Clock;
  /**
   * Ends it, takes from its append-only files what had not reached the disk by their last sync, and starts it again; gives the bytes that
   * were taken.
   */
  cutPower(): Promise<number>;
  close(): Promise<void>;
}

/** @param lying its disk says of every sync that it is done, and does one a second */
export async function startPowered({ folder, lying }: { readonly folder: string; readonly lying: boolean }): Promise<PoweredRedis> {
  const program = await redisProgram();
  const shim = await buildShim(join(folder, "shim"));
  const fsyncLog = join(folder, "fsyncs");
  const clock = shim.clock("redis");
  const place = join(folder, "server");
  const settings = ["appendonly yes", "appendfsync always", 'save ""', "maxmemory-policy noeviction", "auto-aof-rewrite-percentage 0"];
  const env = { ...shim.env({ fsyncLog, clock }), ...(lying ? { FSYNC_LIES: "1" } : {}) };
  const server = await redisProcess({ program, folder: place, settings, env });
  return {
    url: `redis://127.0.0.1:${server.port}`,
    version: program.version,
    shim,
    server,
    clock,
    async cutPower() {
      await server.kill();
      const taken = forget(join(place, "appendonlydir"), syncedIn(fsyncLog));
      await server.start();
      return taken;
    },
    close: () => server.kill(),
  };
}

/** The length of each file at its last sync. */
function syncedIn(fsyncLog: string): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const line of readFileSync(fsyncLog, "utf8").split("\n").filter(Boolean)) {
    const space = line.indexOf(" ");
    lengths.set(line.slice(space + 1), Number(line.slice(0, space)));
  }
  return lengths;
}

/** Cuts each file that commands are appended to back to what had reached the disk. */
function forget(folder: string, synced: ReadonlyMap<string, number>): number {
  let taken = 0;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".incr.aof"))) {
    const file = join(folder, name);
    const { size } = statSync(file);
    const kept = Math.min(size, synced.get(file) ?? 0);
    truncateSync(file, kept);
    taken += size - kept;
  }
  return taken;
}
