import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pacedProgress } from "../../src/channels/paced-progress.ts";
import type { Progress } from "../../src/index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("hands the first report on at once, then at most four a second, and always the last one", () => {
  const passed: Progress[] = [];
  const { report, flush } = pacedProgress((progress) => passed.push(progress));
  for (let done = 1; done <= 100; done += 1) {
    report({ done, total: 100 });
    vi.advanceTimersByTime(10);
  }
  flush();
  expect(passed[0]).toEqual({ done: 1, total: 100 });
  expect(passed.at(-1)).toEqual({ done: 100, total: 100 });
  expect(passed.length).toBeLessThanOrEqual(6);
  flush();
  expect(passed.at(-1)).toEqual({ done: 100, total: 100 });
});

it("refuses what is no progress, and keeps a note short", () => {
  const passed: Progress[] = [];
  const { report } = pacedProgress((progress) => passed.push(progress));
  expect(() => report({ done: Number.NaN })).toThrow(/done must be a number/);
  report({ done: 1, note: "n".repeat(1_000) });
  expect(passed[0]!.note).toHaveLength(200);
});
