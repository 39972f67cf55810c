import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { createBus } from "../src/index.ts";
import { controlled } from "./control-subscriber.ts";
import { type Result, timesResult } from "./result.ts";
import { withRedis } from "./temporary.ts";

const processes = 4;
const rounds = 3;
/** More than all of them do meanwhile. */
const tasks = 12_000;
/** Long enough for everyone to be at it again. */
const betweenMs = 2_500;
const goalMs = 2_000;

interface Begun {
  readonly process: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** In its process, with itself. */
  readonly underWay: number;
}

/** How long it takes until all processes do as a person says at run time, under load: the last job that begins otherwise, or the first of the last process. */
export function controlBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis: { url } }) => {
    const begun: Begun[] = [];
    const children = Array.from({ length: processes }, (_, index) => startProcess(url, (one) => begun.push({ process: index, ...one })));
    const bus = createBus(controlled({ redis: url, handle: async () => undefined }));
    try {
      await Promise.all(children.map(({ started }) => started));
      await bus.start({ only: ["router"] });
      for (let from = 0; from < tasks; from += 500)
        await bus.publishEvent.taskAsked.batch(Array.from({ length: 500 }, (_, index) => ({ number: from + index })));
      await pause(betweenMs);

      /** Does something and watches for a while: what began after it, by how many milliseconds. */
      const after = async (work: () => Promise<unknown>): Promise<readonly Begun[]> => {
        begun.length = 0;
        const from = Date.now();
        await work();
        await pause(betweenMs);
        return begun.flatMap((one) => (one.at < from ? [] : [{ ...one, at: one.at - from }]));
      };
      const times = {
        fewer: [] as number[],
        more: [] as number[],
        slower: [] as number[],
        faster: [] as number[],
        paused: [] as number[],
        resumed: [] as number[],
      };
      const { channels } = bus;
      for (let round = 0; round < rounds; round++) {
        times.fewer.push(last((await after(() => channels.set("handler", { concurrency: 1 }))).filter(({ underWay }) => underWay > 1)));
        times.more.push(byAll(await after(() => channels.reset("handler")), ({ underWay }) => underWay === 4));
        times.slower.push(lastBeyond(await after(() => channels.set("handler", { rateLimit: { max: 8, per: "1h" } })), 8));
        times.faster.push(byAll(await after(() => channels.reset("handler")), () => true));
        times.paused.push(last(await after(() => channels.pause("handler"))));
        times.resumed.push(byAll(await after(() => channels.resume("handler")), () => true));
      }
      const what = (done: string): string => `until ${processes} processes under load obey: ${done}`;
      return [
        timesResult(what("a lower concurrency"), times.fewer, goalMs),
        timesResult(what("a higher one"), times.more, goalMs),
        timesResult(what("a rate"), times.slower, goalMs),
        timesResult(what("no rate any more, when an hour's was used up"), times.faster, goalMs),
        timesResult(what("a pause"), times.paused, goalMs),
        timesResult(what("its end"), times.resumed, goalMs),
      ];
    } finally {
      await bus.stop();
      await Promise.all(children.map(({ stop }) => stop()));
    }
  });
}

function startProcess(url: string, onBegun: (begun: Omit<Begun, "process">) => void) {
  const child: ChildProcess = fork(new URL("./control-process.ts", import.meta.url), [url], {
    execArgv: ["--import", import.meta.resolve("tsx")],
  });
  const ended = once(child, "exit");
  const started = new Promise<void>((resolve, reject) => {
    void ended.then(([code]) => reject(new Error(`a process ended with ${String(code)}`)));
    child.on("message", (message) => {
      if (message === "started") resolve();
      else onBegun(message as Omit<Begun, "process">);
    });
  });
  return {
    started,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** When the last of these began; 0 where none did. */
function last(begun: readonly Begun[]): number {
  return Math.max(0, ...begun.map(({ at }) => at));
}

/** When the last of the processes had begun one that is such. */
function byAll(begun: readonly Begun[], such: (one: Begun) => boolean): number {
  const firsts = Array.from(
    { length: processes },
    (_, process) => begun.find((one) => one.process === process && such(one))?.at ?? Infinity,
  );
  return Math.max(...firsts);
}

/** When the last one began that the rate does not allow. */
function lastBeyond(begun: readonly Begun[], allowed: number): number {
  return last(begun.toSorted((a, b) => a.at - b.at).slice(0, Math.max(0, begun.length - allowed)));
}
