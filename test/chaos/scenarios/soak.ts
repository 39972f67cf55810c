import { setTimeout as pause } from "node:timers/promises";
import { conclude } from "../conclude.ts";
import { slopePerHour } from "../slope.ts";
import { concurrency, type Scenario } from "../scenario.ts";
import type { Supervised } from "../supervised.ts";

const perSecond = 20;
const defaultMinutes = 5;
const lookEveryMs = 10_000;
/** Caches and connection pools fill up first. */
const warmUpShare = 1 / 3;
const mostPerHour = 1_048_576;
/** Below so many minutes the slope is told, and judged by nobody: a cache of a few KB that fills up looks steep. */
const judgedFrom = 30;

interface Look {
  readonly at: number;
  readonly heap: number;
  readonly descriptors: number;
}

export const soak: Scenario = {
  name: "soak",
  code: "F22",
  about: `${perSecond} events a second for as long as --minutes says (${defaultMinutes}): the memory of router and worker does not grow, nor does the number of their open files`,
  long: true,
  stage: { answerDelay: 20 },
  async run(stage) {
    const minutes = stage.minutes ?? defaultMinutes;
    const subscribers = ["mailer"];
    const roles: readonly Supervised[] = [
      await stage.run("router", { name: "router", subscribers, collectable: true }),
      await stage.run("workers", { name: "worker-1", subscribers, collectable: true }),
    ];
    const load = stage.load({ count: Math.round(minutes * 60 * perSecond), perSecond });
    const looks = roles.map((): Look[] => []);
    const started = performance.now();
    const warmUp = minutes * 60_000 * warmUpShare;
    const over = new AbortController();
    void load.done.finally(() => over.abort()).catch(() => undefined);
    while (!over.signal.aborted) {
      await pause(lookEveryMs);
      const at = performance.now() - started;
      for (const [index, role] of roles.entries()) {
        const { heap, descriptors } = await role.figures();
        looks[index]!.push({ at, heap, descriptors });
      }
    }
    const figures: Record<string, string | number> = {};
    const broken: string[] = [];
    for (const [index, role] of roles.entries()) {
      const warm = looks[index]!.filter(({ at }) => at >= warmUp);
      const slope = slopePerHour(warm.map(({ at, heap }) => [at, heap]));
      const files = warm.map(({ descriptors }) => descriptors);
      figures[`${role.name}: heap after collection, first and last (MB), and slope after ${(warmUp / 60_000).toFixed(1)} minutes (MB/h)`] =
        `${megabytes(warm[0]!.heap)}, ${megabytes(warm.at(-1)!.heap)}, ${megabytes(slope)}`;
      figures[`${role.name}: open files, least and most`] = `${Math.min(...files)}, ${Math.max(...files)}`;
      if (minutes >= judgedFrom && slope > mostPerHour) broken.push(`the heap of ${role.name} grows by ${megabytes(slope)} MB an hour`);
      if (files.at(-1)! > files[0]! + 5) broken.push(`${role.name} has ${files.at(-1)} open files, and had ${files[0]} after its warm-up`);
    }
    return conclude(stage, {
      bound: concurrency,
      figures,
      broken: () => [...broken, ...stage.ends().map((end) => `ended by itself: ${end}`)],
    });
  },
};

function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(2);
}
