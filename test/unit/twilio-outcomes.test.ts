import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/define/outcome.ts";
import { apiStatuses } from "../../src/providers/api-statuses.ts";
import type { HttpAnswer } from "../../src/providers/http-client.ts";
import type { OutcomeTable } from "../../src/providers/outcome-table.ts";
import { twilioCodes, twilioOutcome as outcomeOf } from "../../src/providers/twilio-outcomes.ts";

const now = Date.UTC(2025, 0, 1);
const answer = (status: number, body: unknown = {}, headers: Record<string, unknown> = {}) => ({
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const error = (status: number, code: number, message = "words") => answer(status, { code, message, more_info: "https://…", status });

const twilioOutcome = (given: HttpAnswer, at: number): Outcome => outcomeOf(given, { now: at });

const codes = {
  20003: "pause",
  20005: "pause",
  20404: "pause",
  20429: "retry",
  21211: "suppress",
  21212: "pause",
  21214: "suppress",
  21217: "suppress",
  21408: "reject",
  21602: "reject",
  21603: "pause",
  21604: "reject",
  21606: "pause",
  21608: "reject",
  21610: "suppress",
  21611: "retry",
  21612: "suppress",
  21614: "suppress",
  21617: "reject",
  21619: "reject",
  21655: "reject",
  21656: "reject",
  21659: "pause",
  21660: "pause",
  21661: "pause",
  21703: "pause",
  21704: "pause",
  21705: "pause",
  21730: "retry",
  21910: "pause",
  30001: "retry",
  30002: "pause",
  30003: "retry",
  30004: "suppress",
  30005: "suppress",
  30006: "suppress",
  30007: "reject",
  30008: "retry",
  30034: "pause",
  63003: "suppress",
  63007: "pause",
  63014: "suppress",
  63016: "reject",
  63017: "retry",
  63018: "retry",
  63024: "suppress",
  63038: "retry",
  63049: "retry",
} as const;

const statuses = {
  400: "reject",
  401: "pause",
  403: "pause",
  404: "pause",
  405: "pause",
  408: "retry",
  413: "reject",
  415: "reject",
  429: "retry",
  500: "unknown",
  502: "unknown",
  503: "retry",
  504: "unknown",
} as const;

describe("the outcome tables of Twilio", () => {
  it.each(Object.entries(codes))("code %s is %s, whatever the status", (code, kind) => {
    expect(twilioOutcome(error(400, Number(code)), now).kind).toBe(kind);
    expect(twilioOutcome(error(500, Number(code)), now).kind).toBe(kind);
  });

  it.each(Object.entries(codes))("a message created with error_code %s is %s", (code, kind) => {
    const body = { sid: "SM1", status: "failed", error_code: Number(code), error_message: "words" };
    expect(twilioOutcome(answer(201, body), now)).toMatchObject({ kind, reason: `201 ${code} words` });
  });

  it.each(Object.entries(statuses))("status %s without a code that is known is %s", (status, kind) => {
    expect(twilioOutcome(answer(Number(status)), now).kind).toBe(kind);
    expect(twilioOutcome(error(Number(status), 99_999), now).kind).toBe(kind);
  });

  it("have a test for every row", () => {
    expect(Object.keys(twilioCodes)).toEqual(Object.keys(codes));
    expect(Object.keys(apiStatuses)).toEqual(Object.keys(statuses));
  });

  it.each([
    [302, "pause"],
    [418, "reject"],
    [501, "unknown"],
    [520, "unknown"],
  ])("the status %i, which has no row, is %s", (status, kind) => {
    expect(twilioOutcome(answer(status), now).kind).toBe(kind);
  });

  it("a created message is sent, with its sid", () => {
    for (const status of ["queued", "accepted", "scheduled"])
      expect(twilioOutcome(answer(201, { sid: "SM1", status, error_code: null }), now)).toEqual({ kind: "sent", messageId: "SM1" });
  });

  it("one that has failed for a reason that nobody knows is tried again", () => {
    expect(twilioOutcome(answer(201, { sid: "SM1", status: "undelivered", error_code: 39_999 }), now)).toEqual({
      kind: "retry",
      reason: "201 39999 undelivered",
    });
  });

  it("a created message without a sid may be anything", () => {
    expect(twilioOutcome(answer(201, { status: "queued" }), now).kind).toBe("unknown");
  });

  it("says what Twilio said, and its code", () => {
    expect(twilioOutcome(error(400, 21_610, "Attempt to send to unsubscribed recipient"), now)).toEqual({
      kind: "suppress",
      reason: "400 21610 Attempt to send to unsubscribed recipient",
    });
  });

  it("cuts a reason that is long", () => {
    const outcome = twilioOutcome(error(400, 21_617, "x".repeat(100_000)), now);
    expect("reason" in outcome && outcome.reason).toHaveLength(300);
  });
});

const judge = (given: HttpAnswer, outcomes: OutcomeTable) => outcomeOf(given, { now, outcomes });

describe("rows of a team's own", () => {
  it("win over Twilio's, by code and by HTTP status", () => {
    expect(judge(error(400, 30_007), { 30007: "retry" }).kind).toBe("retry");
    expect(judge(error(429, 21_611), { 21611: { kind: "retry", after: "10m" } })).toMatchObject({ after: 600_000 });
    expect(judge(answer(400), { 400: "retry" }).kind).toBe("retry");
    expect(judge(error(400, 99_999), { 99999: { kind: "suppress", keep: "1d" } })).toMatchObject({ kind: "suppress", keep: 86_400_000 });
  });

  it("by HTTP status say nothing of a code that Twilio has a row for, nor of a message that was created", () => {
    expect(judge(error(400, 21_610), { 400: "retry" }).kind).toBe("suppress");
    expect(judge(answer(201, { sid: "SM1", status: "queued" }), { 201: "reject" }).kind).toBe("sent");
  });

  it("see through a message that was created with such a code", () => {
    expect(judge(answer(201, { sid: "SM1", status: "queued", error_code: 39_999 }), { 39999: "reject" }).kind).toBe("reject");
  });
});

describe("the waits of WhatsApp by Twilio", () => {
  it.each([
    [63_017, { after: 10_000 }],
    [63_018, { after: 3_600_000 }],
    [63_038, { after: 3_600_000 }],
    [63_049, { after: 86_400_000, scope: "recipient" }],
  ])("%i waits, and burns no attempt", (code, wait) => {
    expect(twilioOutcome(error(429, code), now)).toEqual({ kind: "retry", reason: `429 ${code} words`, ...wait });
  });
});

describe("the wait that Twilio asks for", () => {
  it("is read of Retry-After, where the message may go later", () => {
    expect(twilioOutcome(answer(429, {}, { "retry-after": "7" }), now)).toMatchObject({ after: 7_000 });
    expect(twilioOutcome(answer(503, {}, { "retry-after": new Date(now + 90_000).toUTCString() }), now)).toMatchObject({ after: 90_000 });
    expect(twilioOutcome(answer(500, {}, { "retry-after": "7" }), now)).not.toHaveProperty("after");
    expect(twilioOutcome(answer(429), now)).not.toHaveProperty("after");
  });

  it("is five minutes for a sender's full queue, unless Twilio says otherwise", () => {
    expect(twilioOutcome(error(429, 21_611), now)).toMatchObject({ kind: "retry", after: 300_000 });
    expect(twilioOutcome({ ...error(429, 21_611), headers: { "retry-after": "60" } }, now)).toMatchObject({ after: 60_000 });
  });
});
