import { describe, expect, it } from "vitest";
import { UnreadableCallback } from "../../src/providers/callback.ts";
import { metaCallbacks } from "../../src/providers/meta-callbacks.ts";
import { metaCodes } from "../../src/providers/meta-outcomes.ts";
import { metaStatuses } from "../../src/providers/meta-statuses.ts";
import { byMeta, type Signed } from "../support/signed-callbacks.ts";

const appSecret = "0123456789abcdef0123456789abcdef";
const verifyToken = "a-token-that-we-made-up";
const reference = "d_abcdefghijklmnopqrstuvwxyz234567.ac2x";
const url = "https://shop.example.com/callbacks/meta";
const reader = metaCallbacks({ appSecret, verifyToken });
const signed = byMeta(url, '{"entry":[]} ', appSecret);
const verdict = (request: Partial<Signed>) => reader.verify({ ...signed, ...request, now: 0 });

describe("Meta's signature", () => {
  it("is of the raw body", () => {
    expect(verdict({}).kind).toBe("genuine");
    expect(verdict({ body: Buffer.from('{"entry":[]}') }).kind).toBe("refused");
  });

  it.each([
    ["none", undefined],
    ["one without its kind", signed.headers["x-hub-signature-256"]!.slice(7)],
    ["an empty one", "sha256="],
    ["one that is cut short", signed.headers["x-hub-signature-256"]!.slice(0, -1)],
    ["the one of another secret", byMeta(url, '{"entry":[]} ', "another").headers["x-hub-signature-256"]],
    ["the older one, by SHA-1", "sha1=0123456789abcdef0123456789abcdef01234567"],
  ])("%s is refused", (_, header) => {
    expect(verdict({ headers: { "x-hub-signature-256": header } }).kind).toBe("refused");
  });
});

const ask = (query: Record<string, string>) =>
  verdict({ method: "GET", headers: {}, url: `${url}?${new URLSearchParams(query).toString()}`, body: Buffer.alloc(0) });

describe("Meta's question whether the address is ours", () => {
  const right = { "hub.mode": "subscribe", "hub.verify_token": verifyToken, "hub.challenge": "1158201444" };

  it("is answered with its challenge", () => {
    expect(ask(right)).toEqual({ kind: "challenge", answer: "1158201444" });
  });

  it.each([
    ["another token", { ...right, "hub.verify_token": "guessed" }],
    ["no token", { "hub.mode": "subscribe", "hub.challenge": "1158201444" }],
    ["another mode", { ...right, "hub.mode": "unsubscribe" }],
    ["no challenge", { ...right, "hub.challenge": "" }],
    ["a challenge that a page would run", { ...right, "hub.challenge": "<script>alert(1)</script>" }],
    ["a challenge without end", { ...right, "hub.challenge": "1".repeat(201) }],
  ])("with %s it is refused", (_, query) => {
    expect(ask(query).kind).toBe("refused");
  });
});

const read = (value: unknown, own = reader) =>
  own.read({ url: "/callbacks/meta", contentType: "application/json", body: JSON.stringify({ entry: [{ changes: [{ value }] }] }) });
const status = (more: object) => ({
  id: "wamid.HBgM",
  status: "delivered",
  timestamp: "1769851800",
  recipient_id: "919845012345",
  biz_opaque_callback_data: reference,
  ...more,
});
const shared = { kind: "status", channel: "whatsapp", provider: "meta", reference, messageId: "wamid.HBgM" };

const said = (more: object): string => {
  const [notice] = read({ statuses: [status(more)] });
  return notice?.kind === "status" ? [notice.status, notice.outcome?.kind].filter(Boolean).join(" ") : "nothing";
};

const failed = (code: number) => read({ statuses: [status({ status: "failed", errors: [{ code, title: "to +919845012345" }] })] });

describe("Meta's statuses", () => {
  it("B3: name the delivery, the message, the time and the number with its plus", () => {
    expect(read({ statuses: [status({})] })).toEqual([{ ...shared, status: "delivered", at: 1_769_851_800_000, address: "+919845012345" }]);
  });

  const words = { sent: "accepted", delivered: "delivered", read: "read", played: "read", failed: "failed retry" };

  it.each(Object.entries(words))("%s is %s", (word, expected) => {
    expect(said({ status: word })).toBe(expected);
  });

  it.each(
    Object.entries({
      131026: "bounced suppress",
      131030: "bounced suppress",
      131042: "failed pause",
      131047: "failed reject",
      131048: "failed pause",
      131049: "failed retry",
      131050: "failed suppress",
      130429: "failed retry",
      132015: "failed reject",
    }),
  )("failed with %s is %s", (code, expected) => {
    expect(said({ status: "failed", errors: [{ code: Number(code), title: "words" }] })).toBe(expected);
  });

  it("every code that refuses a message also fails one, and every status is tried here", () => {
    const own = Object.keys(metaStatuses).filter((key) => !Object.hasOwn(metaCodes, key));
    expect(own.toSorted()).toEqual(Object.keys(words).toSorted());
    for (const code of Object.keys(metaCodes).filter((key) => /^\d+$/.test(key)))
      expect(said({ status: "failed", errors: [{ code: Number(code) }] })).toMatch(/^(failed|bounced) /);
  });

  it("who stopped marketing is kept from marketing alone, and a number that cannot be reached for some days", () => {
    expect(failed(131050)).toMatchObject([{ status: "failed", outcome: { kind: "suppress", category: "marketing" } }]);
    expect(failed(131026)).toMatchObject([
      { status: "bounced", reason: "failed 131026 to the number", outcome: { kind: "suppress", keep: 604_800_000 } },
    ]);
  });

  it("a team's own outcomes and statuses win", () => {
    const own = metaCallbacks({ appSecret, verifyToken, outcomes: { 131047: "retry" }, statuses: { read: "nothing" } });
    expect(read({ statuses: [status({ status: "failed", errors: [{ code: 131_047 }] })] }, own)).toMatchObject([
      { status: "failed", outcome: { kind: "retry" } },
    ]);
    expect(read({ statuses: [status({ status: "read" })] }, own)).toEqual([]);
  });
});

const message = (more: object) => ({ messages: [{ from: "919845012345", id: "wamid.A", timestamp: "1769851800", ...more }] });

describe("Meta's answers of readers", () => {
  const wish = {
    kind: "consent",
    eventId: "wamid.A",
    channel: "whatsapp",
    provider: "meta",
    address: "+919845012345",
    at: 1_769_851_800_000,
  };

  it("STOP and START are wishes, typed or as a button", () => {
    expect(read(message({ type: "text", text: { body: "Stop" } }))).toEqual([{ ...wish, wish: "out", said: "STOP by WhatsApp" }]);
    expect(read(message({ type: "button", button: { text: "START", payload: "x" } }))).toEqual([
      { ...wish, wish: "in", said: "START by WhatsApp" },
    ]);
  });

  it("Meta's own button concerns marketing", () => {
    expect(read(message({ type: "button", button: { text: "Stop promotions" } }))).toEqual([
      { ...wish, wish: "out", category: "marketing", said: "Stop promotions by WhatsApp" },
    ]);
  });

  it("what a reader sets in WhatsApp itself concerns marketing", () => {
    const preference = { wa_id: "919845012345", category: "marketing_messages", detail: "User requested …", timestamp: 1_769_851_800 };
    const { eventId: _, ...rest } = wish;
    expect(read({ user_preferences: [{ ...preference, value: "stop" }] })).toEqual([
      { ...rest, eventId: expect.stringMatching(/^[a-z2-7]{32}$/), wish: "out", category: "marketing", said: "set in WhatsApp" },
    ]);
    expect(read({ user_preferences: [{ ...preference, value: "resume" }] })).toMatchObject([{ wish: "in", category: "marketing" }]);
    expect(
      read({
        user_preferences: [
          { ...preference, value: "other" },
          { ...preference, category: "x", value: "stop" },
        ],
      }),
    ).toEqual([]);
  });

  it("everything else says nothing", () => {
    expect(read(message({ type: "text", text: { body: "Where is my order?" } }))).toEqual([]);
    expect(read(message({ type: "image", image: { id: "1" } }))).toEqual([]);
    expect(read({ messages: [null, 5, {}], statuses: [null, {}, { id: 5, status: 5 }], errors: [{ code: 1 }] })).toEqual([]);
  });

  it.each(["", "[]", "{}", '{"entry":{}}', "null"])("a body that is %j is unreadable", (body) => {
    expect(() => reader.read({ url: "/callbacks/meta", contentType: "application/json", body })).toThrow(UnreadableCallback);
  });
});
