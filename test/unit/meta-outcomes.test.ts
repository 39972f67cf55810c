import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/define/outcome.ts";
import { metaCodes, metaOutcome } from "../../src/providers/meta-outcomes.ts";

const now = Date.UTC(2025, 0, 1);
const judging = { to: "+919845012345", now };
const answer = (status: number, body: unknown = {}, headers: Record<string, unknown> = {}) => ({
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const error = (status: number, fields: object) =>
  answer(status, { error: { message: "words", type: "OAuthException", fbtrace_id: "A", ...fields } });

const codes: Readonly<Record<string, Partial<Outcome>>> = {
  0: { kind: "pause" },
  1: { kind: "retry" },
  2: { kind: "retry" },
  3: { kind: "pause" },
  4: { kind: "retry" },
  10: { kind: "pause" },
  33: { kind: "pause" },
  100: { kind: "reject" },
  190: { kind: "pause" },
  368: { kind: "pause" },
  80007: { kind: "retry" },
  130429: { kind: "retry" },
  130497: { kind: "reject" },
  131000: { kind: "retry" },
  131005: { kind: "pause" },
  131008: { kind: "reject" },
  131009: { kind: "reject" },
  131016: { kind: "retry" },
  131021: { kind: "suppress" },
  131026: { kind: "suppress", keep: 7 * 86_400_000 },
  131030: { kind: "suppress" },
  131031: { kind: "pause" },
  131042: { kind: "pause" },
  131045: { kind: "pause" },
  131047: { kind: "reject" },
  131048: { kind: "pause" },
  131049: { kind: "retry", after: 86_400_000, scope: "recipient" },
  131050: { kind: "suppress", category: "marketing" },
  131051: { kind: "reject" },
  131052: { kind: "reject" },
  131053: { kind: "reject" },
  131056: { kind: "retry", after: 6_000, scope: "recipient" },
  131057: { kind: "retry" },
  132000: { kind: "reject" },
  132001: { kind: "reject" },
  132005: { kind: "reject" },
  132007: { kind: "reject" },
  132012: { kind: "reject" },
  132015: { kind: "reject" },
  132016: { kind: "reject" },
  133004: { kind: "retry" },
  133010: { kind: "pause" },
  ...Object.fromEntries(Array.from({ length: 100 }, (_, index) => [200 + index, { kind: "pause" as const }])),
};

describe("the outcome table of Meta", () => {
  it.each(Object.entries(codes))("code %s is %o, whatever the HTTP status", (code, expected) => {
    for (const status of [200, 400, 401, 500])
      expect(metaOutcome(error(status, { code: Number(code) }), judging)).toEqual({ ...expected, reason: `${status} ${code} words` });
    expect(metaOutcome(error(400, { code }), judging)).toMatchObject(expected);
  });

  it("an object that is none is our configuration, and no other fault of a parameter", () => {
    expect(metaOutcome(error(400, { code: 100, error_subcode: 33 }), judging)).toEqual({ kind: "pause", reason: "400 100/33 words" });
    expect(metaOutcome(error(400, { code: 100, error_subcode: 2_494_010 }), judging).kind).toBe("reject");
  });

  it("has a test for every row", () => {
    expect(Object.keys(metaCodes).toSorted()).toEqual([...Object.keys(codes), "100/33"].toSorted());
  });

  it.each([
    [400, "reject"],
    [401, "pause"],
    [403, "pause"],
    [404, "pause"],
    [429, "retry"],
    [500, "unknown"],
    [502, "unknown"],
    [503, "retry"],
    [504, "unknown"],
    [302, "pause"],
    [418, "reject"],
  ])("the HTTP status %i counts where no code is known, and is %s", (status, kind) => {
    for (const given of [answer(status, ""), answer(status, "<html>"), answer(status, { error: "x" }), error(status, { code: 999_999 })])
      expect(metaOutcome(given, judging).kind).toBe(kind);
  });

  it("an HTTP status is not taken for a code, nor a code for an HTTP status", () => {
    expect(metaOutcome(answer(299, ""), judging).kind).toBe("unknown");
    expect(metaOutcome(error(400, { code: 503 }), judging).kind).toBe("reject");
  });

  it("is sent with the message's id, and may be anything without one", () => {
    const body = { messaging_product: "whatsapp", contacts: [{}], messages: [{ id: "wamid.1", message_status: "accepted" }] };
    expect(metaOutcome(answer(200, body), judging)).toEqual({ kind: "sent", messageId: "wamid.1" });
    for (const one of ["", "<html>", "[]", "null", { messages: [] }, { messages: [{}] }, { messages: "x" }])
      expect(metaOutcome(answer(200, one), judging)).toMatchObject({ kind: "unknown", reason: expect.stringMatching(/^200 /) as string });
  });

  it("a code that nobody knows yet, in an answer with status 200, says that it was not taken", () => {
    expect(metaOutcome(error(200, { code: 139_999 }), judging).kind).toBe("retry");
  });

  it("says what Meta said and its details once, and not the number", () => {
    const data = { messaging_product: "whatsapp", details: "Message undeliverable to +919845012345 (919845012345)." };
    expect(metaOutcome(error(400, { code: 131_026, message: "(#131026) Message undeliverable", error_data: data }), judging)).toEqual({
      kind: "suppress",
      keep: 7 * 86_400_000,
      reason: "400 131026 (#131026) Message undeliverable: Message undeliverable to the number (the number).",
    });
    expect(metaOutcome(error(400, { code: 100, error_data: { details: "words" } }), judging)).toMatchObject({ reason: "400 100 words" });
  });

  it("a team's own rows win, by code and by HTTP status", () => {
    const outcomes = { 131026: "reject", 131048: { kind: "retry", after: "1h" }, 400: "retry" } as const;
    expect(metaOutcome(error(400, { code: 131_026 }), { ...judging, outcomes }).kind).toBe("reject");
    expect(metaOutcome(error(400, { code: 131_048 }), { ...judging, outcomes })).toMatchObject({ kind: "retry", after: 3_600_000 });
    expect(metaOutcome(error(400, { code: 131_050 }), { ...judging, outcomes }).kind).toBe("suppress");
    expect(metaOutcome(answer(400, ""), { ...judging, outcomes }).kind).toBe("retry");
  });

  it("the wait that Meta asks for counts, where the message may go later", () => {
    expect(metaOutcome({ ...error(429, { code: 130_429 }), headers: { "retry-after": "7" } }, judging)).toMatchObject({ after: 7_000 });
    expect(metaOutcome({ ...error(400, { code: 131_056 }), headers: { "retry-after": "60" } }, judging)).toEqual({
      kind: "retry",
      reason: "400 131056 words",
      after: 60_000,
      scope: "recipient",
    });
    expect(metaOutcome(error(429, { code: 130_429 }), judging)).not.toHaveProperty("after");
  });
});
