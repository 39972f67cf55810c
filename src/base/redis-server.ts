import { mkdir, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BusbarError } from "./errors.ts";
import { adoptServer } from "./redis-server/adopt.ts";
import { fromDebian } from "./redis-server/debian-source.ts";
import { fromDocker } from "./redis-server/docker-source.ts";
import { fromEmbedded } from "./redis-server/embedded-source.ts";
import { fromPath } from "./redis-server/path-source.ts";
import { oneAtATime, removeRecord, writeRecord } from "./redis-server/server-record.ts";
import type { RedisSource, RunningRedis, SourceRequest, SourceResult } from "./redis-server/source.ts";

export interface RedisServerOptions {
  /** Where the server keeps its data (its append-only file, its log, `server.json`); made when it is absent. One folder has one server. */
  readonly dataFolder: string;
  /** Where an unpacked package is kept for the next start. Default: `.busbar/cache` in the working directory. */
  readonly cacheFolder?: string;
  /** How often the server puts what it holds on the disk: `"everysec"` (default) or before each answer, `"always"`. */
  readonly appendfsync?: "everysec" | "always";
  /** The port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Whether an in-process stand-in that keeps nothing may be used when there is no real Redis. Default: false. */
  readonly allowEmbedded?: boolean;
  /** The real sources to try, in this order. Default: `["path", "debian", "docker"]`. */
  readonly sources?: readonly Exclude<RedisSource, "embedded">[];
  /** Takes lines for people: what is tried, and progress. Default: nobody. */
  readonly say?: (line: string) => void;
}

export interface RedisServer {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Its process; `undefined` where it has none of its own that could be signalled (docker, embedded). */
  readonly pid: number | undefined;
  readonly source: RedisSource;
  /** Such as `7.0.15`; of an embedded one, the version whose commands it knows. */
  readonly version: string;
  /** Lets it write out its data and end, and returns when it is gone. May be called twice, and when the server is gone already. */
  stop(): Promise<void>;
}

const realSources: Readonly<Record<RedisSource, (request: SourceRequest) => Promise<SourceResult>>> = {
  path: fromPath,
  debian: fromDebian,
  docker: fromDocker,
  embedded: fromEmbedded,
};

/**
 * Starts a Redis that keeps what it is given (append-only file, no eviction, loopback only) without any set-up: one from the PATH, else
 * the distribution's own package, else docker. It runs on when this process is killed; the next start in the same folder uses it again.
 * @throws BusbarError `REDIS_UNREACHABLE` when there is no Redis to be had, or it does not start with these data;
 * `ALREADY_RUNNING` when another process uses the folder; `PORT_IN_USE`
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  await mkdir(options.dataFolder, { recursive: true });
  const request: SourceRequest = {
    dataFolder: await realpath(options.dataFolder),
    cacheFolder: resolve(options.cacheFolder ?? join(".busbar", "cache")),
    appendfsync: options.appendfsync ?? "everysec",
    say: options.say ?? (() => undefined),
    ...(options.port === undefined ? {} : { port: options.port }),
  };
  return oneAtATime(request.dataFolder, async () => {
    const running = (await adoptServer(request)) ?? (await startFirst(request, options));
    if (running.source !== "embedded") {
      const { source, version, port, pid, container } = running;
      await writeRecord(request.dataFolder, { source, version, port, pid, container, owner: process.pid });
    }
    return handleOf(running, request.dataFolder);
  });
}

async function startFirst(request: SourceRequest, options: RedisServerOptions): Promise<RunningRedis> {
  const tried: string[] = [];
  const sources: RedisSource[] = [...(options.sources ?? (["path", "debian", "docker"] as const))];
  for (const source of options.allowEmbedded === true ? [...sources, "embedded" as const] : sources) {
    const result = await realSources[source](request);
    if (typeof result !== "string") return result;
    tried.push(result);
  }
  throw new BusbarError(
    "REDIS_UNREACHABLE",
    "There is no Redis to be had here. Install redis-server (7.0 or later), or set REDIS_URL. What was tried:",
    {
      problems: tried,
    },
  );
}

function handleOf(running: RunningRedis, dataFolder: string): RedisServer {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await running.stop();
    await removeRecord(dataFolder, running);
  };
  return {
    url: `redis://127.0.0.1:${running.port}`,
    port: running.port,
    pid: running.pid,
    source: running.source,
    version: running.version,
    stop: () => (stopped ??= stop()),
  };
}
