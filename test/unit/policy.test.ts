import { describe, expect, it } from "vitest";
import { backoff, policyProblems, resolvePolicy } from "../../src/define/policy.ts";

describe("policy", () => {
  it("B1: tries four times in all, waiting 2 s, 4 s, 8 s, with jitter on top", () => {
    const policy = resolvePolicy();
    expect(policy.attempts).toBe(4);
    expect([1, 2, 3].map((failed) => backoff(policy, failed, 0))).toEqual([2_000, 4_000, 8_000]);
    expect(backoff(policy, 1, 0.999)).toBeGreaterThan(2_000);
    expect(backoff(policy, 1, 0.999)).toBeLessThanOrEqual(2_400);
  });

  it("A4: grows the wait with each failure and never beyond maxDelay", () => {
    const policy = resolvePolicy({ retry: { delay: "1s", factor: 10, maxDelay: "30s", jitter: 0 } });
    expect([1, 2, 3, 4].map((failed) => backoff(policy, failed, 0.5))).toEqual([1_000, 10_000, 30_000, 30_000]);
  });

  it("lets the nearest level win, word by word", () => {
    const channel = { priority: "low", retry: { attempts: 7, delay: "1s" } } as const;
    const subscriber = { priority: "high" } as const;
    const route = { retry: { delay: "5s" }, priority: undefined } as const;
    expect(resolvePolicy(channel, subscriber, route)).toMatchObject({ priority: "high", attempts: 7, delay: 5_000 });
  });

  it("reports every wrong word at once", () => {
    const problems = policyProblems({
      priority: "urgent" as never,
      retry: { attempts: 0, factor: 0.5, jitter: 2, delay: "soon" as never },
    });
    expect(problems).toHaveLength(5);
    expect(problems.join("\n")).toMatch(/"urgent" is none of critical, high, normal, low/);
    expect(problems.join("\n")).toMatch(/retry.delay: "soon" is not a length of time/);
  });
});
