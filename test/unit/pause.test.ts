import { expect, it, vi } from "vitest";
import { pause } from "../../src/base/pause.ts";

it("a pause that is longer than a timer can be does not end at once", async () => {
  vi.useFakeTimers();
  try {
    const ending = new AbortController();
    let over = false;
    const paused = pause(1e12, ending.signal).then(() => (over = true));
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(over).toBe(false);
    ending.abort();
    await paused;
  } finally {
    vi.useRealTimers();
  }
});
