import { describe, expect, it } from "vitest";
import { webhookHundreds, webhookOutcome, webhookStatuses } from "../../src/providers/webhook-outcomes.ts";

const now = Date.UTC(2025, 0, 1);
const answer = (status: number, headers: Record<string, unknown> = {}, body = "") => ({ status, headers, body });

const expected = {
  400: "reject",
  405: "reject",
  406: "reject",
  410: "suppress",
  411: "reject",
  413: "reject",
  414: "reject",
  415: "reject",
  422: "reject",
  431: "reject",
  503: "retry",
} as const;

describe("the outcome table of webhooks", () => {
  it.each(Object.entries(expected))("%s is %s", (status, kind) => {
    expect(webhookOutcome(answer(Number(status)), { now }).kind).toBe(kind);
  });

  it("has a test for every row", () => {
    expect(Object.keys(webhookStatuses)).toEqual(Object.keys(expected));
    expect(Object.keys(webhookHundreds)).toEqual(["2", "3", "4", "5"]);
  });

  it.each([
    ...([200, 201, 202, 204, 299] as const).map((status) => [status, "sent"] as const),
    ...([300, 301, 302, 303, 304, 307, 308] as const).map((status) => [status, "reject"] as const),
    ...([401, 402, 403, 404, 407, 408, 409, 418, 423, 425, 429, 499] as const).map((status) => [status, "retry"] as const),
    ...([500, 501, 502, 504, 520, 599] as const).map((status) => [status, "unknown"] as const),
    ...([199, 600, 999] as const).map((status) => [status, "unknown"] as const),
  ])("the status %i, which has no row, is %s", (status, kind) => {
    expect(webhookOutcome(answer(status), { now }).kind).toBe(kind);
  });

  it.each([
    [429, "7", 7_000],
    [503, "0", 1_000],
    [503, new Date(now + 90_000).toUTCString(), 90_000],
    [503, new Date(now - 90_000).toUTCString(), undefined],
    [429, "99999999", 3_600_000],
    [429, "-5", undefined],
    [429, "soon", undefined],
    [404, "30", 30_000],
    [429, undefined, undefined],
  ])("%i with Retry-After %j waits %j", (status, retryAfter, after) => {
    const outcome = webhookOutcome(answer(status, { "retry-after": retryAfter }), { now });
    expect(outcome).toEqual({ kind: "retry", reason: String(status), ...(after === undefined ? {} : { after }) });
  });

  it("what is no retry has no wait", () => {
    expect(webhookOutcome(answer(500, { "retry-after": "7" }), { now })).toEqual({
      kind: "unknown",
      reason: "500 (it may have been accepted)",
    });
    expect(webhookOutcome(answer(410, { "retry-after": "7" }), { now })).toEqual({ kind: "suppress", reason: "410" });
  });

  it("says what the receiver said, where that is text or JSON", () => {
    expect(webhookOutcome(answer(422, { "content-type": "application/problem+json" }, '{"title":"no\nsku"}'), { now })).toEqual({
      kind: "reject",
      reason: '422 {"title":"no sku"}',
    });
    expect(webhookOutcome(answer(404, { "content-type": "text/html; charset=utf-8" }, "<html>"), { now })).toEqual({
      kind: "retry",
      reason: "404",
    });
    const long = webhookOutcome(answer(400, { "content-type": "text/plain" }, "x".repeat(100_000)), { now });
    expect("reason" in long && long.reason).toHaveLength(204);
  });

  it("names where a redirect leads, and is not broken by one that leads nowhere", () => {
    expect(webhookOutcome(answer(301, { location: "https://new.example.com/hook" }), { now })).toMatchObject({
      reason: expect.stringMatching(/^301 redirects are not followed: .* https:\/\/new\.example\.com\/hook$/) as string,
    });
    expect(webhookOutcome(answer(302, { location: ["a", "b"] }), { now }).kind).toBe("reject");
    expect(webhookOutcome(answer(304), { now }).kind).toBe("reject");
  });
});

it("a team's own rows win, by HTTP status", () => {
  const outcomes = { 404: "reject", 503: { kind: "retry", after: "5m" }, 500: "retry" } as const;
  expect(webhookOutcome(answer(404), { now, outcomes }).kind).toBe("reject");
  expect(webhookOutcome(answer(503), { now, outcomes })).toMatchObject({ after: 300_000 });
  expect(webhookOutcome(answer(500), { now, outcomes })).toEqual({ kind: "retry", reason: "500" });
  expect(webhookOutcome(answer(502), { now, outcomes }).kind).toBe("unknown");
});
