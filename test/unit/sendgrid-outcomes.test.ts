import { describe, expect, it } from "vitest";
import { networkOutcome, neverLeftCodes } from "../../src/providers/network-outcomes.ts";
import { sendgridOutcome, sendgridStatuses } from "../../src/providers/sendgrid-outcomes.ts";

const now = Date.UTC(2025, 0, 1);
const answer = (status: number, headers: Record<string, unknown> = {}, body: unknown = undefined) => ({ status, headers, body });

const expected = {
  200: "sent",
  202: "sent",
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

describe("the outcome table of SendGrid", () => {
  it.each(Object.entries(expected))("%s is %s", (status, kind) => {
    expect(sendgridOutcome(answer(Number(status)), { now }).kind).toBe(kind);
  });

  it("has a test for every row", () => {
    expect(Object.keys(sendgridStatuses)).toEqual(Object.keys(expected));
  });

  it.each([
    [204, "unknown"],
    [302, "pause"],
    [418, "reject"],
    [501, "unknown"],
    [520, "unknown"],
  ])("the status %i, which has no row, is %s", (status, kind) => {
    expect(sendgridOutcome(answer(status), { now }).kind).toBe(kind);
  });

  it("keeps the message id, and does without one", () => {
    expect(sendgridOutcome(answer(202, { "x-message-id": "abc" }), { now })).toEqual({ kind: "sent", messageId: "abc" });
    expect(sendgridOutcome(answer(202, { "x-message-id": "" }), { now })).toEqual({ kind: "sent" });
  });

  it("says what SendGrid said, and where", () => {
    const body = { errors: [{ message: "Does not contain a valid address.", field: "personalizations.0.to.0.email" }] };
    expect(sendgridOutcome(answer(400, {}, body), { now })).toEqual({
      kind: "reject",
      reason: "400 Does not contain a valid address. (personalizations.0.to.0.email)",
    });
  });

  it("cuts a reason that is long", () => {
    const outcome = sendgridOutcome(answer(400, {}, { errors: [{ message: "x".repeat(100_000) }] }), { now });
    expect("reason" in outcome && outcome.reason).toHaveLength(300);
  });
});

describe("the wait that SendGrid asks for", () => {
  const seconds = now / 1_000;
  it.each([
    ["the time of the reset", { "x-ratelimit-reset": String(seconds + 45) }, 45_000],
    ["seconds of Retry-After", { "retry-after": "7" }, 7_000],
    ["a date of Retry-After", { "retry-after": new Date(now + 90_000).toUTCString() }, 90_000],
    ["the longer of both", { "x-ratelimit-reset": String(seconds + 10), "retry-after": "60" }, 60_000],
    ["at least a second, since it burns no attempt", { "retry-after": "0" }, 1_000],
    ["at most an hour, since a date can be wrong", { "x-ratelimit-reset": String(seconds * 2) }, 3_600_000],
    ["none where the reset is past", { "x-ratelimit-reset": String(seconds - 5) }, undefined],
    ["none where it cannot be read", { "x-ratelimit-reset": "soon", "retry-after": "later" }, undefined],
    ["none where nothing is said", {}, undefined],
  ])("is %s", (_, headers, after) => {
    const outcome = sendgridOutcome(answer(429, headers), { now });
    expect(outcome).toEqual({ kind: "retry", reason: "429", ...(after === undefined ? {} : { after }) });
  });

  it("is read from a 503 too, and from nothing else", () => {
    expect(sendgridOutcome(answer(503, { "retry-after": "5" }), { now })).toMatchObject({ after: 5_000 });
    expect(sendgridOutcome(answer(500, { "retry-after": "5" }), { now })).not.toHaveProperty("after");
  });
});

describe("a request that got no answer", () => {
  const rows = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EAI_FAIL",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENETDOWN",
    "EADDRNOTAVAIL",
    "EMFILE",
    "ENFILE",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_TLS_HANDSHAKE_TIMEOUT",
    "ERR_SSL_WRONG_VERSION_NUMBER",
  ];
  it.each(rows)("%s never left: retry", (code) => {
    expect(networkOutcome({ code, message: "failed", neverLeft: false })).toEqual({ kind: "retry", reason: `${code} failed` });
  });

  it("has a test for every row", () => expect([...neverLeftCodes]).toEqual(rows));

  it.each(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "ERR_BAD_RESPONSE", "ERR_CANCELED", undefined])(
    "%s may have been accepted: unknown",
    (code) => {
      expect(networkOutcome({ code, message: "failed", neverLeft: false }).kind).toBe("unknown");
    },
  );

  it("is retried whatever its code when its connection never became ready", () => {
    expect(networkOutcome({ code: "ECONNRESET", message: "read ECONNRESET", neverLeft: true })).toEqual({
      kind: "retry",
      reason: "read ECONNRESET",
    });
  });
});

it("a team's own rows win over SendGrid's, by HTTP status", () => {
  const outcomes = { 400: "retry", 413: { kind: "retry", after: "1m" } } as const;
  expect(sendgridOutcome(answer(400), { now, outcomes })).toEqual({ kind: "retry", reason: "400" });
  expect(sendgridOutcome(answer(413), { now, outcomes })).toMatchObject({ after: 60_000 });
  expect(sendgridOutcome(answer(401), { now, outcomes }).kind).toBe("pause");
});
