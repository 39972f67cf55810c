import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Stats } from "../../src/bus/stats.ts";
import { tellStatistics } from "../../src/cli/statistics.ts";

const empty = {
  subscribers: [],
  channels: [],
  redis: { keys: 0, memoryBytes: 0, clients: 0, version: "7" },
  doubtful: 0,
  reconciled: { missing: 0 },
  unplanned: [],
  newer: [],
};
const published = (count: number): Stats => ({ ...empty, topics: [{ name: "order.placed", published: count, held: count, losses: 0 }] });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A bus whose figures are asked for, and whose listeners are called by hand. */
function watched(answers: readonly (Stats | Error)[]) {
  const listeners = new Set<(fact: never) => void>();
  const lines: string[] = [];
  let asked = 0;
  const bus = {
    on: (_name: string, listener: (fact: never) => void) => void listeners.add(listener),
    off: (_name: string, listener: (fact: never) => void) => void listeners.delete(listener),
    stats: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const statistics = tellStatistics({ bus, tell: (line, fields) => lines.push(`${fields["published"]}: ${line}`), logger: silentLogger });
  return { statistics, lines, listeners, happen: () => [...listeners][0]!(undefined as never), asked: () => asked };
}

describe("the statistics of a running process", () => {
  it("D4: are a line every 30 s while something happens, with what has come since", async () => {
    const { happen, lines, statistics } = watched([published(3), published(10)]);
    happen();
    await vi.advanceTimersByTimeAsync(30_000);
    happen();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(lines).toEqual([expect.stringMatching(/^3: published 3 {2}waiting 0/), expect.stringMatching(/^10: published 10 \(\+7\)/)]);
    statistics.stop();
  });

  it("D6: ask Redis once in five minutes while nothing does, and not at all after their end", async () => {
    const { asked, lines, listeners, statistics } = watched([published(0)]);
    await vi.advanceTimersByTimeAsync(299_000);
    expect(asked()).toBe(0);
    await vi.advanceTimersByTimeAsync(31_000);
    expect([asked(), lines.length]).toEqual([1, 1]);
    statistics.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect([asked(), listeners.size]).toEqual([1, 0]);
  });

  it("go on after Redis was away", async () => {
    const { happen, lines, statistics } = watched([new Error("away"), published(1)]);
    for (const _ of [1, 2]) {
      happen();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(lines).toHaveLength(1);
    statistics.stop();
  });
});
