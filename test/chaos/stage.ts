import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { RedisConnection } from "../../src/base/redis.ts";
import { type RedisServer, startRedisServer } from "../../src/base/redis-server.ts";
import type { Role } from "../../src/index.ts";
import { journalFiles } from "../../src/mailroom/journal.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";
import { type ChaosBus, chaosBus, type ChaosOptions } from "./domain.ts";
import { type Fleet, type FleetKind, openFleet } from "./fleet.ts";
import type { Fault } from "./judge.ts";
import { type Load, type LoadOptions, startLoad } from "./load.ts";
import type { ScriptedFault } from "./messages.ts";
import { mountDisk } from "./disk.ts";
import { startProxy } from "./proxy.ts";
import { resumeMs } from "./resumed.ts";
import { type Random, seeded } from "./random.ts";
import { type Sabotage, sabotage as sabotageThis } from "./sabotage.ts";
import { type Send, sendsIn } from "./sends.ts";
import { supervise, type Supervised } from "./supervised.ts";

export interface StageOptions {
  readonly seed: number;
  readonly sabotage?: Sabotage | undefined;
  readonly say: (line: string) => void;
  readonly appendfsync?: "everysec" | "always";
  /** `mailroom` (default), or `file`: an own provider that is faster than it. */
  readonly provider?: "mailroom" | "file";
  /** Milliseconds that an answer takes. Default 60 of the mailroom, 0 of the file. */
  readonly answerDelay?: number;
  /** All but the stage itself reach Redis through a proxy that can cut replies off. Default false. */
  readonly proxied?: boolean;
  /** Redis keeps its data on a disk of so many megabytes. Needs the right to mount. Default: on the machine's own. */
  readonly diskMegabytes?: number;
  /** The publisher has a spool. Default false. */
  readonly spooling?: boolean;
  /** Several servers in place of the one, which all but the stage itself find by themselves. */
  readonly fleet?: FleetKind;
  /** What all processes ask of Redis. */
  readonly durability?: ChaosOptions["durability"];
  /** How long a soak takes. */
  readonly minutes?: number | undefined;
}

/** All processes of one run, and what is known about it. */
export interface Stage {
  readonly random: Random;
  /** How long a soak is to take; undefined where nobody said. */
  readonly minutes: number | undefined;
  readonly folder: string;
  readonly faults: Fault[];
  readonly redisVersion: string;
  readonly redisUrl: string;
  /** For looking into Redis, and for breaking it. */
  readonly redis: RedisConnection;
  /** The servers of a run that has several. */
  readonly fleet: Fleet;
  readonly publisher: ChaosBus;
  /** Starts a role in a process of its own. */
  run(role: Role | "replayer", options: RunOptions): Promise<Supervised>;
  /** A bus of this process with subscribers, which nothing is started of. */
  bus(subscribers: readonly string[]): ChaosBus;
  /** Starts another program in a process of its own; it is told the stage's Redis and so much more. */
  runProgram(
    file: URL,
    options: { readonly name: string; readonly database: string; readonly args: readonly string[] },
  ): Promise<Supervised>;
  /** Publishes under load; its intents count in the judgement. */
  load(
    options: Pick<LoadOptions, "count" | "perSecond" | "trapOf" | "firstNumber" | "leaveAfter"> & Partial<Pick<LoadOptions, "bus">>,
  ): Load;
  readonly loads: readonly Load[];
  /** What the mailroom's providers are to do wrong from now on, in place of what was said before. */
  script(faults: readonly ScriptedFault[]): Promise<void>;
  /** Everything that the mailroom was asked, refused requests too. */
  requests(): readonly MailRecord[];
  /** Notes a fault, done now. */
  fault(what: string): void;
  killRedis(): Promise<void>;
  /** Redis is killed and comes back after so many milliseconds. */
  takeRedisAway(milliseconds: number): Promise<void>;
  /** Redis answers nothing for so many milliseconds, and its connections stay. */
  hangRedis(milliseconds: number): Promise<void>;
  /** From now on this share of Redis' replies ends its connection in place of arriving, after the command was done. */
  cutReplies(share: number): void;
  /** Replies that were cut off so far. */
  cuts(): number;
  /** Ends each connection whose next reply comes within a moment, in place of that reply; resolves when one did. */
  cutOnce(): Promise<void>;
  /** Gives Redis' disk another size. */
  resizeDisk(megabytes: number): Promise<void>;
  /** What the provider's own log says, up to now. */
  sends(): readonly Send[];
  /** Resolves when so many more have arrived, or after 30 s. */
  moreSends(count: number): Promise<void>;
  /** Resolves when so many have arrived in all, each message counted once. */
  arrived(count: number): Promise<void>;
  /** Ends that nobody asked for, of processes stopped meanwhile too. */
  ends(): readonly string[];
  say(line: string): void;
  close(options: { readonly keep: boolean }): Promise<void>;
}

export interface RunOptions {
  readonly name: string;
  readonly subscribers: readonly string[];
  readonly formerly?: ChaosOptions["formerly"];
  readonly application?: string;
  readonly onUnknown?: ChaosOptions["onUnknown"];
  readonly database?: string;
  /** Beside this process' own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** See `SupervisedOptions`. */
  readonly collectable?: boolean;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const {
    seed,
    sabotage,
    say,
    appendfsync = "everysec",
    provider = "mailroom",
    answerDelay = 60,
    spooling = false,
    proxied = false,
    diskMegabytes,
    durability,
  } = options;
  const folder = await mkdtemp(join(tmpdir(), "busbar-chaos-"));
  const mail = join(folder, "mailroom");
  mkdirSync(mail);
  const disk = diskMegabytes === undefined ? undefined : await mountDisk(join(folder, "redis"), diskMegabytes);
  const fleet =
    options.fleet === undefined
      ? undefined
      : await openFleet(options.fleet, {
          folder,
          random: seeded(seed),
          lyingDisk: sabotage === "lying-disk",
        });
  let server: RedisServer | undefined =
    fleet === undefined ? await startRedisServer({ dataFolder: join(folder, "redis"), appendfsync, say }) : undefined;
  // An interrupted run ends without its clean-up; Redis runs in a group of its own. The children end with their channel to us.
  const killWithUs = (): void => endIfThere(server!.pid);
  if (server !== undefined) process.once("exit", killWithUs);

  const proxy = proxied && server !== undefined ? await startProxy({ target: server.port, random: seeded(seed) }) : undefined;
  const direct = (fleet ?? server!).url;
  const url = proxy === undefined ? direct : `redis://127.0.0.1:${proxy.port}`;
  const redis = fleet?.redis ?? new Redis(direct, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on("error", () => undefined);
  const processes: Supervised[] = [];
  const start = (
    name: string,
    file: string | URL,
    args: readonly string[],
    more: Pick<RunOptions, "env" | "collectable"> = {},
  ): Supervised => {
    const started = supervise({
      name,
      file: new URL(file, import.meta.url),
      args,
      logFile: join(folder, `${name}.log`),
      // A failover takes longer than a server that stands alone may; who does not go on by itself within this time is broken.
      ...(fleet === undefined ? {} : { unhealthy: resumeMs }),
      ...more,
    });
    processes.push(started);
    return started;
  };

  let sendTo: ChaosOptions["sendTo"] = { kind: "file", path: join(folder, "sends.ndjson"), delay: options.answerDelay ?? 0 };
  if (provider === "mailroom") {
    const address = await start("mailroom", "./mailroom-process.ts", [mail, String(answerDelay)]).started();
    sendTo = { kind: "mailroom", ...address! };
  }
  const reader = sendsIn(sendTo.kind === "file" ? sendTo.path : join(mail, journalFiles.current));
  const seen: Send[] = [];
  const spool = spooling ? join(folder, "spool") : undefined;
  const repair = sabotageThis(sabotage);
  const publisher = chaosBus({ redis: url, application: "chaos", subscribers: [], spool, durability });
  const faults: Fault[] = [];
  const loads: Load[] = [];

  const sends = (): readonly Send[] => {
    for (const send of reader.next()) seen.push(send);
    return seen;
  };

  const away = async (milliseconds: number): Promise<void> => {
    const { port, pid } = server!;
    killByPid(pid);
    await pause(milliseconds);
    server = await startRedisServer({ dataFolder: join(folder, "redis"), appendfsync, port });
  };

  return {
    random: seeded(seed),
    minutes: options.minutes,
    folder,
    faults,
    loads,
    redis,
    publisher,
    redisUrl: direct,
    get fleet() {
      if (fleet === undefined) throw new Error("this run has one server");
      return fleet;
    },
    cutReplies: (share) => proxy?.cut(share),
    cuts: () => proxy?.cuts() ?? 0,
    async cutOnce() {
      const before = proxy!.cuts();
      proxy!.cut(1);
      while (proxy!.cuts() === before) await pause(1);
      proxy!.cut(0);
    },
    resizeDisk: async (megabytes) => disk?.resize(megabytes),
    redisVersion: (fleet ?? server!).version,
    say,
    async run(role, { name, subscribers, formerly, application = "chaos", onUnknown, database, env, collectable }) {
      const args = JSON.stringify({
        redis: url,
        application,
        subscribers,
        formerly,
        sendTo,
        onUnknown,
        database,
        durability,
        sabotage,
      } satisfies ChaosOptions);
      const started = start(name, "./role.ts", [role, args], {
        ...(env === undefined ? {} : { env }),
        ...(collectable === undefined ? {} : { collectable }),
      });
      await started.started();
      return started;
    },
    async runProgram(file, { name, database, args }) {
      const started = start(name, file, [
        JSON.stringify({ redis: url, application: "chaos", subscribers: [], database, sabotage } satisfies ChaosOptions),
        ...args,
      ]);
      await started.started();
      return started;
    },
    bus: (subscribers) => chaosBus({ redis: url, application: "chaos", subscribers, sendTo }),
    load(loadOptions) {
      const load = startLoad({ bus: publisher, logFile: join(folder, "publisher.ndjson"), sabotage, ...loadOptions });
      loads.push(load);
      return load;
    },
    async script(scripted) {
      await processes.find(({ name }) => name === "mailroom")!.tell({ kind: "faults", faults: scripted });
    },
    requests: () =>
      readFileSync(join(mail, journalFiles.current), "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as MailRecord),
    fault: (what) => void faults.push({ what, at: Date.now() }),
    killRedis: () => away(0),
    takeRedisAway: away,
    async hangRedis(milliseconds) {
      signalByPid(server!.pid, "SIGSTOP");
      await pause(milliseconds);
      signalByPid(server!.pid, "SIGCONT");
    },
    sends,
    async moreSends(count) {
      const enough = sends().length + count;
      for (const giveUpAt = performance.now() + 30_000; sends().length < enough && performance.now() < giveUpAt;) await pause(20);
    },
    async arrived(count) {
      while (new Set(sends().map(({ key }) => key)).size < count) await pause(100);
    },
    ends: () => processes.flatMap((each) => each.ends),
    async close({ keep }) {
      // The mailroom goes last: what a role still sends while it stops is judged too.
      await Promise.all(processes.filter(({ name }) => name !== "mailroom").map((each) => each.stop()));
      await Promise.all(processes.map((each) => each.stop()));
      await publisher.stop();
      repair();
      redis.disconnect();
      await proxy?.close();
      await server?.stop();
      await fleet?.close();
      await disk?.unmount();
      process.off("exit", killWithUs);
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function killByPid(pid: number | undefined): void {
  signalByPid(pid, "SIGKILL");
}

/** A run that is ended while its Redis is away has none to end. */
function endIfThere(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function signalByPid(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) throw new Error("this Redis has no process that could be killed: install redis-server, or use Debian or Ubuntu");
  process.kill(pid, signal);
}
