import { describe, expect, it } from "vitest";
import { resolvePolicy } from "../../src/define/policy.ts";
import { decide, pausedMs } from "../../src/workers/verdict.ts";

const at = (attempt: number) => ({ attempt, policy: resolvePolicy(), provider: "sendgrid", now: 1_000 });

describe("what follows from an outcome", () => {
  it("completes what was sent and remembers the provider's id", () => {
    expect(decide({ kind: "sent", messageId: "m1" }, at(1))).toEqual({
      mark: { kind: "sent", detail: "sendgrid m1" },
      verdict: { kind: "done", end: "sent" },
    });
  });

  it("says which providers failed before the one that sent", () => {
    expect(decide({ kind: "sent", messageId: "m1" }, { ...at(1), provider: "smtp", before: "sendgrid: 503" }).mark).toEqual({
      kind: "sent",
      detail: "smtp m1; before it sendgrid: 503",
    });
  });

  it("ends what was suppressed, without a dead letter", () => {
    expect(decide({ kind: "suppress", reason: "opted out" }, at(1)).verdict).toEqual({ kind: "done", end: "suppressed" });
  });

  it("makes a dead letter of what can never work, at the first try", () => {
    expect(decide({ kind: "reject", reason: "too large" }, at(1)).verdict).toEqual({ kind: "dead", reason: "sendgrid: too large" });
  });

  it("A4: burns an attempt for a failure, and none for a wait that the provider asked for", () => {
    expect(decide({ kind: "retry", reason: "503" }, at(1)).verdict).toEqual({ kind: "failed", reason: "sendgrid: 503" });
    expect(decide({ kind: "retry", reason: "429", after: 5_000 }, at(4)).verdict).toEqual({ kind: "again", after: 5_000 });
  });

  it("waits without burning attempts while all providers have a problem of ours", () => {
    expect(decide({ kind: "pause", reason: "401" }, at(4))).toEqual({
      mark: { kind: "free", detail: "sendgrid: 401" },
      verdict: { kind: "again", after: pausedMs },
    });
  });

  it("B1: makes a dead letter of the fourth failure, and says which try it was", () => {
    expect(decide({ kind: "retry", reason: "503" }, at(4)).verdict).toEqual({ kind: "dead", reason: "sendgrid: 503 (try 4 of 4)" });
  });

  it("sends again what may have been sent, and marks the next try as doubtful", () => {
    expect(decide({ kind: "unknown", reason: "reset" }, at(1))).toEqual({
      mark: { kind: "doubtful", detail: "sendgrid: reset" },
      verdict: { kind: "failed", reason: "sendgrid: reset" },
    });
  });

  it("does not send again what may have been sent, where the route says hold", () => {
    const policy = resolvePolicy({ onUnknown: { hold: "2h" } });
    expect(decide({ kind: "unknown", reason: "reset" }, { ...at(1), policy })).toEqual({
      mark: { kind: "held", detail: "sendgrid: reset", until: 7_201_000 },
      verdict: { kind: "again", after: 7_200_000 },
    });
    expect(resolvePolicy({ onUnknown: "hold" }).hold).toBe(24 * 3_600_000);
    expect(resolvePolicy({ onUnknown: "hold" }, { onUnknown: "resend" }).hold).toBeUndefined();
  });
});
