import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { UnreadableCallback } from "../../src/providers/callback.ts";
import { sendgridCallbacks, sendgridKeyProblem } from "../../src/providers/sendgrid-callbacks.ts";
import { sendgridEvents, sendgridWishes } from "../../src/providers/sendgrid-statuses.ts";
import type { StatusTable } from "../../src/providers/status-table.ts";
import { bySendgrid, sendgridPair, type Signed } from "../support/signed-callbacks.ts";

const now = Date.UTC(2026, 0, 31, 9, 30);
const url = "https://shop.example.com/callbacks/sendgrid";
const { publicKey, privateKey } = sendgridPair();
const reader = sendgridCallbacks({ publicKey });
const body = `[{"event":"delivered"}]\r\n`;
const signed = (at = now): Signed => bySendgrid(url, body, { privateKey, at });
const verdict = (request: Partial<Signed>, at = now): string => reader.verify({ ...signed(), ...request, now: at }).kind;

describe("SendGrid's signature", () => {
  it("is of the timestamp and the raw body, its last line break included", () => {
    expect(verdict({})).toBe("genuine");
    expect(verdict({ body: Buffer.from(body.trimEnd()) })).toBe("refused");
  });

  it("a body that was altered in one byte is refused, and so is another timestamp, key or kind of request", () => {
    expect(verdict({ body: Buffer.from(body.replace("delivered", "Delivered")) })).toBe("refused");
    expect(verdict({ headers: { ...signed().headers, "x-twilio-email-event-webhook-timestamp": String(now / 1_000 + 1) } })).toBe(
      "refused",
    );
    expect(verdict(bySendgrid(url, body, { privateKey: sendgridPair().privateKey, at: now }))).toBe("refused");
    expect(verdict({ method: "GET" })).toBe("refused");
  });

  it("one that was made more than 300 s ago, or for a time to come, is refused: it is replayed", () => {
    expect([299_000, 301_000, -299_000, -301_000].map((age) => verdict({}, now + age))).toEqual([
      "genuine",
      "refused",
      "genuine",
      "refused",
    ]);
  });

  it.each([
    ["none at all", {}],
    ["one without a timestamp", { "x-twilio-email-event-webhook-signature": signed().headers["x-twilio-email-event-webhook-signature"] }],
    ["text that is no signature", { ...signed().headers, "x-twilio-email-event-webhook-signature": "AAAA" }],
    ["two in one header", { ...signed().headers, "x-twilio-email-event-webhook-signature": "AAAA, AAAA" }],
    ["an empty one", { ...signed().headers, "x-twilio-email-event-webhook-signature": "" }],
    ["a timestamp that is no number", { ...signed().headers, "x-twilio-email-event-webhook-timestamp": "1e9" }],
  ])("%s is refused", (_, headers) => {
    expect(verdict({ headers })).toBe("refused");
  });

  it("a key of another kind is none, and says what it should be", () => {
    expect(sendgridKeyProblem(publicKey)).toBeUndefined();
    const others = [generateKeyPairSync("ec", { namedCurve: "P-384" }), generateKeyPairSync("ed25519")];
    const spki = others.map(({ publicKey: other }) => other.export({ type: "spki", format: "der" }).toString("base64"));
    for (const wrong of ["", "SG.abc", publicKey.slice(0, 40), ...spki]) expect(sendgridKeyProblem(wrong)).toContain("verification key");
    expect(() => sendgridCallbacks({ publicKey: "SG.abc" })).toThrow("verification key");
  });
});

const read = (events: unknown, statuses?: StatusTable) =>
  sendgridCallbacks({ publicKey, statuses }).read({
    url: "/callbacks/sendgrid",
    contentType: "application/json",
    body: JSON.stringify(events),
  });
const event = (more: object) => ({
  email: "asha@Example.in",
  timestamp: 1_769_851_800,
  sg_event_id: "event-1",
  sg_message_id: "aGVsbG8td29ybGQ.recvd-5f54b5d587-pczjm-1-67BADEEA-6.0",
  busbar: "d_abcdefghijklmnopqrstuvwxyz234567.ac2x",
  ...more,
});

const rows = {
  processed: "accepted",
  deferred: "accepted",
  delivered: "delivered",
  open: "read",
  "open/machine": "delivered",
  click: "read",
  bounce: "bounced suppress",
  "bounce/blocked": "failed retry",
  dropped: "failed reject",
  "dropped/Bounced Address": "bounced suppress",
  "dropped/Invalid": "bounced suppress",
  "dropped/Spam Reporting Address": "failed suppress",
  "dropped/Unsubscribed Address": "failed suppress",
  "dropped/Recipient List over Package Quota": "failed pause",
  spamreport: "opted out",
  unsubscribe: "opted out",
  group_unsubscribe: "opted out",
  group_resubscribe: "nothing",
};

describe("SendGrid's events", () => {
  it.each(Object.entries(rows))("%s is %s", (key, expected) => {
    const [kind, detail = ""] = key.split("/");
    const more = detail === "machine" ? { sg_machine_open: true } : kind === "bounce" ? { type: detail || "bounce" } : { reason: detail };
    const status = read([event({ event: kind, ...more })]).find((notice) => notice.kind === "status");
    expect(status === undefined ? "nothing" : [status.status, status.outcome?.kind].filter(Boolean).join(" ")).toBe(expected);
  });

  it("are all tried here", () => {
    expect(Object.keys(rows).toSorted()).toEqual(Object.keys(sendgridEvents).toSorted());
  });

  it("B3: name the delivery, the message without SendGrid's own suffix, the time and the address", () => {
    expect(read([event({ event: "bounce", type: "bounce", status: "5.1.1", reason: "550 asha@Example.in is unknown" })])).toEqual([
      {
        kind: "status",
        channel: "email",
        provider: "sendgrid",
        reference: "d_abcdefghijklmnopqrstuvwxyz234567.ac2x",
        messageId: "aGVsbG8td29ybGQ",
        status: "bounced",
        reason: "5.1.1 550 the address is unknown",
        outcome: { kind: "suppress", reason: "5.1.1 550 the address is unknown" },
        at: 1_769_851_800_000,
        address: "asha@example.in",
      },
    ]);
  });

  it("a reader's wish is told with SendGrid's id of the event; what is a complaint concerns all e-mail, the others marketing", () => {
    const wishes = Object.keys(sendgridWishes).flatMap((kind) => read([event({ event: kind })]).filter(({ kind: of }) => of === "consent"));
    const reference = expect.stringMatching(/^d_/) as string;
    const shared = { kind: "consent", eventId: "event-1", channel: "email", provider: "sendgrid", address: "asha@example.in", reference };
    const at = 1_769_851_800_000;
    expect(wishes).toEqual([
      { ...shared, at, wish: "out", said: "reported as spam" },
      { ...shared, at, wish: "out", category: "marketing", said: "SendGrid's unsubscribe link" },
      { ...shared, at, wish: "out", category: "marketing", said: "SendGrid's unsubscribe group" },
      { ...shared, at, wish: "in", category: "marketing", said: "SendGrid's unsubscribe group" },
    ]);
  });

  it("without an id of its own, the same event still has the same one, and another has another", () => {
    const ids = [1_769_851_800, 1_769_851_800, 1_769_851_801].map((timestamp) => {
      const [, wish] = read([event({ event: "unsubscribe", sg_event_id: undefined, timestamp })]);
      return wish?.kind === "consent" ? wish.eventId : undefined;
    });
    expect(ids[0]).toMatch(/^[a-z2-7]{32}$/);
    expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
  });

  it("what it does not know says nothing, and does not keep the others from being read", () => {
    const odd = [null, 5, "x", [], {}, event({ event: "account_status_change" }), event({ event: "constructor" }), event({ event: 5 })];
    expect(read([...odd, event({ event: "delivered" })])).toMatchObject([{ status: "delivered" }]);
  });

  it("a team's own rows win", () => {
    const statuses = { open: "nothing", "bounce/blocked": { status: "bounced", outcome: { kind: "suppress", keep: "7d" } } } as const;
    expect(read([event({ event: "open" })], statuses)).toEqual([]);
    expect(read([event({ event: "bounce", type: "blocked", reason: "no" })], statuses)).toMatchObject([
      { status: "bounced", outcome: { kind: "suppress", reason: "no", keep: 604_800_000 } },
    ]);
  });

  it.each(["", "{}", "[", "delivered", "null"])("a body that is %j is unreadable", (text) => {
    const callback = { url: "/callbacks/sendgrid", contentType: "application/json", body: text };
    expect(() => reader.read(callback)).toThrow(UnreadableCallback);
  });
});
