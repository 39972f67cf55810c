import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { isAlive } from "../base/redis-server/process.ts";
import { type RedisServer, startRedisServer } from "../base/redis-server.ts";

/** The Redis that `dev` brings and looks after. */
export interface OwnRedis {
  /** Stays the same when it is started again. */
  readonly url: string;
  /** May be called while it is started again. */
  stop(): Promise<void>;
}

export interface OwnRedisOptions {
  /** Where `dev` keeps what it makes; Redis's own part is `redis` in it. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

const lookEveryMs = 500;
/** One that ends so often, each time within so long, is not started again: something is wrong with the machine or with its data. */
const [mostStarts, inARowMs] = [3, 60_000];

/**
 * Starts it, and starts it again on the same port and data where its process ends; who is connected comes back by himself.
 * @throws BusbarError as {@link startRedisServer} does
 */
export async function ownRedis({ folder, say }: OwnRedisOptions): Promise<OwnRedis> {
  const dataFolder = resolve(folder, "redis");
  const first = await startRedisServer({ dataFolder, allowEmbedded: true, say });
  say(`Redis ${first.version} (${first.source}) at ${first.url}`);
  const { url, port, source } = first;
  let server: RedisServer = first;
  let stopping = false;
  let starts: number[] = [];

  const lookedAfter = async (): Promise<void> => {
    const { pid } = server;
    if (stopping || pid === undefined || source === "embedded" || (await isAlive(pid))) return;
    const now = Date.now();
    starts = [...starts.filter((at) => now - at < inARowMs), now];
    const ended = `busbar's own Redis (process ${pid}) has ended`;
    if (starts.length > mostStarts) return giveUp(`${ended} for the ${starts.length}th time within a minute, and is not started again`);
    say(`${ended}; what was acknowledged is in ${folder}/redis. It is started again.`);
    try {
      server = await startRedisServer({ dataFolder, port, sources: [source], say });
      say(`Redis ${server.version} (${server.source}) is at ${url} again (process ${server.pid}); what waited goes on.`);
    } catch (error) {
      giveUp(`${ended}, and cannot be started again: ${messageOf(error)}`);
    }
  };
  /** The process goes on, and cannot do anything. */
  const giveUp = (why: string): void => {
    clearInterval(watch);
    say(`${why}. Look at ${folder}/redis/redis.log, then press Ctrl-C and start again: what was acknowledged is in ${folder}/redis.`);
  };
  let looking: Promise<void> | undefined;
  const watch = setInterval(() => {
    looking ??= lookedAfter().finally(() => (looking = undefined));
  }, lookEveryMs);

  return {
    url,
    async stop() {
      stopping = true;
      clearInterval(watch);
      await looking;
      await server.stop();
    },
  };
}
