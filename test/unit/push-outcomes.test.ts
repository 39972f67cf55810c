import { describe, expect, it } from "vitest";
import type { Outcome, OutcomeKind } from "../../src/define/outcome.ts";
import { expoCodes, expoOutcome } from "../../src/providers/expo-outcomes.ts";
import { fcmCodes, fcmOutcome, googleTokenCodes, googleTokenOutcome, isTokenRefused } from "../../src/providers/fcm-outcomes.ts";
import { isPushService, pushServices, webPushOutcome, webPushStatuses } from "../../src/providers/web-push-outcomes.ts";

const now = Date.UTC(2025, 0, 1);
const answer = (status: number, body: unknown = {}, headers: Record<string, unknown> = {}) => ({
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const fcmError = (status: number, { rpc, errorCode, message = "words" }: { rpc?: string; errorCode?: string; message?: string }) =>
  answer(status, {
    error: {
      code: status,
      message,
      ...(rpc === undefined ? {} : { status: rpc }),
      ...(errorCode === undefined
        ? {}
        : {
            details: [
              { "@type": "type.googleapis.com/google.rpc.Help", links: [] },
              { "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode },
            ],
          }),
    },
  });

describe("the outcome table of FCM", () => {
  const codes: Readonly<Record<string, Partial<Outcome>>> = {
    UNREGISTERED: { kind: "suppress" },
    SENDER_ID_MISMATCH: { kind: "suppress", keep: 7 * 86_400_000 },
    INVALID_REGISTRATION_TOKEN: { kind: "suppress" },
    INVALID_ARGUMENT: { kind: "reject" },
    QUOTA_EXCEEDED: { kind: "retry", after: 60_000 },
    UNAVAILABLE: { kind: "retry", after: 10_000 },
    INTERNAL: { kind: "retry" },
    THIRD_PARTY_AUTH_ERROR: { kind: "pause" },
    UNSPECIFIED_ERROR: { kind: "unknown" },
    UNAUTHENTICATED: { kind: "pause" },
    PERMISSION_DENIED: { kind: "pause" },
    RESOURCE_EXHAUSTED: { kind: "retry", after: 60_000 },
    NOT_FOUND: { kind: "reject" },
    FAILED_PRECONDITION: { kind: "reject" },
    DEADLINE_EXCEEDED: { kind: "unknown" },
    UNKNOWN: { kind: "unknown" },
  };
  const statuses: Readonly<Record<string, Partial<Outcome>>> = {
    400: { kind: "reject" },
    401: { kind: "pause" },
    403: { kind: "pause" },
    404: { kind: "pause" },
    405: { kind: "pause" },
    408: { kind: "retry" },
    413: { kind: "reject" },
    429: { kind: "retry", after: 60_000 },
    500: { kind: "unknown" },
    502: { kind: "unknown" },
    503: { kind: "retry", after: 10_000 },
    504: { kind: "unknown" },
  };

  it.each(Object.entries(codes))("%s is %o, as FcmError and as status of google.rpc, whatever the HTTP status", (code, expected) => {
    expect(fcmOutcome(fcmError(404, { rpc: "ABORTED", errorCode: code }), { now })).toEqual({ ...expected, reason: `404 ${code} words` });
    expect(fcmOutcome(fcmError(500, { rpc: code }), { now })).toEqual({ ...expected, reason: `500 ${code} words` });
  });

  it.each(Object.entries(statuses))("HTTP %s without a code that is known is %o", (status, expected) => {
    expect(fcmOutcome(answer(Number(status), "<html>"), { now })).toMatchObject(expected);
    expect(fcmOutcome(fcmError(Number(status), { rpc: "NEW_CODE" }), { now })).toMatchObject(expected);
  });

  it("has a test for every row", () => {
    expect(Object.keys(fcmCodes).toSorted()).toEqual(Object.keys({ ...codes, ...statuses }).toSorted());
  });

  it.each([
    [302, "pause"],
    [418, "reject"],
    [520, "unknown"],
  ])("HTTP %i, which has no row, is %s", (status, kind) => {
    expect(fcmOutcome(answer(status), { now }).kind).toBe(kind);
  });

  it("the two forms of INVALID_ARGUMENT: a token that is none is suppressed, everything else is the message's fault", () => {
    const message = "The registration token is not a valid FCM registration token";
    expect(fcmOutcome(fcmError(400, { rpc: "INVALID_ARGUMENT", errorCode: "INVALID_ARGUMENT", message }), { now })).toEqual({
      kind: "suppress",
      reason: `400 INVALID_REGISTRATION_TOKEN ${message}`,
    });
    expect(fcmOutcome(fcmError(400, { rpc: "INVALID_ARGUMENT", message: "Invalid value at 'message.token'" }), { now }).kind).toBe(
      "reject",
    );
    expect(fcmOutcome(fcmError(400, { rpc: "INVALID_ARGUMENT", message }), { now }).kind).toBe("reject");
  });

  it("the wait that Google asks for counts, where the message may go later", () => {
    const quota = { ...fcmError(429, { errorCode: "QUOTA_EXCEEDED" }), headers: { "retry-after": "120" } };
    expect(fcmOutcome(quota, { now })).toMatchObject({ kind: "retry", after: 120_000 });
    const internal = { ...fcmError(500, { errorCode: "INTERNAL" }), headers: { "retry-after": "7" } };
    expect(fcmOutcome(internal, { now })).toMatchObject({ after: 7_000 });
    expect(fcmOutcome(fcmError(500, { errorCode: "INTERNAL" }), { now })).not.toHaveProperty("after");
  });

  it("is sent with the message's name, and may be anything without one", () => {
    expect(fcmOutcome(answer(200, { name: "projects/p/messages/1" }), { now })).toEqual({
      kind: "sent",
      messageId: "projects/p/messages/1",
    });
    for (const body of ["", "<html>", "[]", "null", '{"name":1}']) expect(fcmOutcome(answer(200, body), { now }).kind).toBe("unknown");
  });

  it("knows a token of ours that was refused from a key at Apple's", () => {
    expect(isTokenRefused(fcmError(401, { rpc: "UNAUTHENTICATED" }))).toBe(true);
    expect(isTokenRefused(answer(401, ""))).toBe(true);
    expect(isTokenRefused(fcmError(401, { rpc: "UNAUTHENTICATED", errorCode: "THIRD_PARTY_AUTH_ERROR" }))).toBe(false);
    expect(isTokenRefused(fcmError(403, { rpc: "UNAUTHENTICATED" }))).toBe(false);
  });

  it("a team's own rows win, and the names of what every object has are no rows", () => {
    expect(fcmOutcome(fcmError(404, { errorCode: "UNREGISTERED" }), { now, outcomes: { UNREGISTERED: "reject" } }).kind).toBe("reject");
    expect(fcmOutcome(fcmError(400, { errorCode: "constructor", rpc: "toString" }), { now, outcomes: {} }).kind).toBe("reject");
  });

  it.each<[number, unknown, OutcomeKind]>([
    [400, { error: "invalid_grant", error_description: "Invalid JWT Signature." }, "pause"],
    [401, { error: "invalid_client" }, "pause"],
    [404, "", "pause"],
    [302, "", "pause"],
    [200, "<html>", "retry"],
    [520, "", "retry"],
    ...Object.keys(googleTokenCodes).map((status) => [Number(status), "<html>", "retry"] satisfies [number, string, OutcomeKind]),
  ])("a token's endpoint that answers %i %o: %s", (status, body, kind) => {
    expect(googleTokenOutcome(answer(status, body, { "retry-after": "9" }), now)).toMatchObject({ kind });
  });

  it("says what the token's endpoint said, and waits as long as it asks", () => {
    const refused = answer(400, { error: "invalid_grant", error_description: "Invalid JWT Signature." });
    expect(googleTokenOutcome(refused, now)).toEqual({
      kind: "pause",
      reason: "Google's token endpoint: 400 invalid_grant Invalid JWT Signature.",
    });
    expect(googleTokenOutcome(answer(503, "", { "retry-after": "9" }), now)).toMatchObject({ kind: "retry", after: 9_000 });
  });
});

const failed = (status: number, code?: string) => answer(status, { errors: [{ code, message: "words" }] });

describe("the outcome table of Expo", () => {
  const to = "ExponentPushToken[abc]";
  const ticket = (error?: string) =>
    answer(200, { data: [{ status: "error", message: `"${to}" words`, ...(error === undefined ? {} : { details: { error } }) }] });
  const codes: Readonly<Record<string, Partial<Outcome>>> = {
    DeviceNotRegistered: { kind: "suppress" },
    MessageTooBig: { kind: "reject" },
    MessageRateExceeded: { kind: "retry", scope: "recipient" },
    MismatchSenderId: { kind: "pause" },
    InvalidCredentials: { kind: "pause" },
    DeveloperError: { kind: "reject" },
    ExpoError: { kind: "retry" },
    ProviderError: { kind: "retry" },
    TOO_MANY_REQUESTS: { kind: "retry" },
    PUSH_TOO_MANY_EXPERIENCE_IDS: { kind: "reject" },
    PUSH_TOO_MANY_NOTIFICATIONS: { kind: "reject" },
    PUSH_TOO_MANY_RECEIPTS: { kind: "reject" },
    UNAUTHORIZED: { kind: "pause" },
  };
  const statuses = {
    400: "reject",
    401: "pause",
    403: "pause",
    404: "pause",
    405: "pause",
    408: "retry",
    413: "reject",
    429: "retry",
    500: "retry",
    502: "retry",
    503: "retry",
    504: "retry",
  } as const;

  it.each(Object.entries(codes))("%s is %o, in a ticket and of a whole request", (code, expected) => {
    expect(expoOutcome(ticket(code), { to, now })).toEqual({ ...expected, reason: `200 ${code} "the device" words` });
    expect(expoOutcome(failed(400, code), { to, now })).toEqual({ ...expected, reason: `400 ${code} words` });
    expect(expoOutcome(failed(200, code), { to, now })).toMatchObject(expected);
  });

  it.each(Object.entries(statuses))("HTTP %s without a code that is known is %s", (status, kind) => {
    expect(expoOutcome(answer(Number(status), "<html>"), { to, now }).kind).toBe(kind);
    expect(expoOutcome(failed(Number(status), "NEW_CODE"), { to, now }).kind).toBe(kind);
  });

  it("has a test for every row", () => {
    expect(Object.keys(expoCodes).toSorted()).toEqual(Object.keys({ ...codes, ...statuses }).toSorted());
  });

  it.each([
    [302, "pause"],
    [418, "reject"],
    [520, "retry"],
  ])("HTTP %i, which has no row, is %s", (status, kind) => {
    expect(expoOutcome(answer(status), { to, now }).kind).toBe(kind);
  });

  it("a ticket is sent with its id, whether it comes alone or in a list; one that failed for no known reason is tried again", () => {
    expect(expoOutcome(answer(200, { data: [{ status: "ok", id: "t1" }] }), { to, now })).toEqual({ kind: "sent", messageId: "t1" });
    expect(expoOutcome(answer(200, { data: { status: "ok", id: "t1" } }), { to, now })).toEqual({ kind: "sent", messageId: "t1" });
    expect(expoOutcome(ticket(), { to, now }).kind).toBe("retry");
    expect(expoOutcome(ticket("NewError"), { to, now }).kind).toBe("retry");
  });

  it("without a ticket it may be anything", () => {
    for (const body of ["", "<html>", "null", "[]", "{}", '{"data":[]}', '{"data":[{}]}'])
      expect(expoOutcome(answer(200, body), { to, now }).kind).toBe("unknown");
  });

  it("waits as long as Expo asks, and a team's own rows win", () => {
    const tooMany = { ...failed(429, "TOO_MANY_REQUESTS"), headers: { "retry-after": "3" } };
    expect(expoOutcome(tooMany, { to, now })).toMatchObject({ kind: "retry", after: 3_000 });
    expect(expoOutcome(failed(429), { to, now, outcomes: { 429: "pause" } }).kind).toBe("pause");
  });
});

describe("the outcome table of web push", () => {
  const statuses = {
    200: "sent",
    201: "sent",
    202: "sent",
    204: "sent",
    400: "reject",
    401: "pause",
    403: "pause",
    404: "suppress",
    406: "retry",
    408: "retry",
    410: "suppress",
    413: "reject",
    429: "retry",
    500: "retry",
    502: "retry",
    503: "retry",
    504: "retry",
  } as const;

  it.each(Object.entries(statuses))("%s is %s", (status, kind) => {
    expect(webPushOutcome(answer(Number(status)), { now, trusted: true }).kind).toBe(kind);
  });

  it("has a test for every row", () => {
    expect(Object.keys(webPushStatuses)).toEqual(Object.keys(statuses));
  });

  it.each([
    [207, "sent"],
    [307, "reject"],
    [418, "reject"],
    [520, "retry"],
  ])("%i, which has no row, is %s", (status, kind) => {
    expect(webPushOutcome(answer(status), { now, trusted: true }).kind).toBe(kind);
  });

  it("waits as long as a push service asks, says what it said, and a team's own rows win", () => {
    const busy = answer(429, { reason: "TooManyRequests" }, { "retry-after": "30", "content-type": "application/json" });
    expect(webPushOutcome(busy, { now, trusted: true })).toEqual({
      kind: "retry",
      reason: '429 {"reason":"TooManyRequests"}',
      after: 30_000,
    });
    expect(webPushOutcome(answer(400, "<html>"), { now, trusted: true })).toEqual({ kind: "reject", reason: "400" });
    expect(webPushOutcome(answer(403), { now, trusted: true, outcomes: { 403: { kind: "suppress", keep: "7d" } } })).toEqual({
      kind: "suppress",
      reason: "403",
      keep: 604_800_000,
    });
  });

  it("a host that anybody may have subscribed with stops nobody else, and is given no wait that burns no attempt", () => {
    for (const status of [401, 403]) expect(webPushOutcome(answer(status), { now, trusted: false }).kind).toBe("reject");
    expect(webPushOutcome(answer(503, "", { "retry-after": "30" }), { now, trusted: false })).toEqual({
      kind: "retry",
      reason: "503",
      scope: "recipient",
    });
    expect(webPushOutcome(answer(410), { now, trusted: false }).kind).toBe("suppress");
    expect(webPushOutcome(answer(201), { now, trusted: false })).toEqual({ kind: "sent" });
  });

  it("knows the push services of browsers by their hosts", () => {
    for (const host of pushServices) expect(isPushService({ hostname: host.startsWith(".") ? `a${host}` : host })).toBe(true);
    for (const hostname of ["evil-fcm.googleapis.com", "push.apple.com.evil.example", "script.google.com", "example.com"])
      expect(isPushService({ hostname })).toBe(false);
  });
});
