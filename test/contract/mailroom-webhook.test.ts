import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";
import { webhookProvider } from "../../src/providers/webhook.ts";
import { mailroomSecret } from "../../src/providers/webhook-secrets.ts";

const now = 1_767_225_600_000;
const body = '{"sku":"TEA","name":"चाय"}';
const address = "https://ops.example.in/hooks?team=1";
let mailroom: Mailroom;

beforeEach(async () => {
  mailroom = await startMailroom({ clock: { now: () => now } });
});
afterEach(() => mailroom.stop());

/** A right request, with some of its headers changed; `undefined` leaves one out. */
async function post(changes: Readonly<Record<string, string | undefined>> = {}, text = body) {
  const right = {
    "content-type": "application/json",
    "x-busbar-address": address,
    "webhook-id": "d_abc",
    "webhook-timestamp": String(now / 1_000),
    "webhook-signature": new Webhook(mailroomSecret).sign("d_abc", new Date(now), body),
  };
  const headers = Object.fromEntries(Object.entries({ ...right, ...changes }).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const response = await fetch(`${mailroom.url}/webhooks`, { method: "POST", headers, body: text });
  return { status: response.status, said: await response.text() };
}

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${mailroom.url}${path}`, init);
  return [response.status, await response.json()];
};

const provider = (room: Mailroom, timeout: "150ms" | "5s" = "5s") =>
  webhookProvider({ mailroom: `${room.url}/webhooks`, timeout, name: "webhook (mailroom)", clock: { now: () => now } });
const message = { to: address, body, contentType: "application/cloudevents+json" };
const attempt = { deliveryId: "d_abc", signal: new AbortController().signal };

describe("the mailroom as a receiver of webhooks", () => {
  it("takes what the provider posts, and keeps the address that was meant, the body and the headers", async () => {
    expect(await provider(mailroom).send(message, attempt)).toEqual({ kind: "sent" });
    const [summary] = mailroom.inbox.list();
    expect(summary).toMatchObject({ provider: "webhook", to: [address], excerpt: body, deliveryId: "d_abc" });
    expect(summary).not.toHaveProperty("subject");
    expect(mailroom.inbox.get(summary!.id)).toMatchObject({
      verdict: "accepted",
      answer: 204,
      text: body,
      from: expect.stringMatching(/^busbar\//) as string,
      headers: [
        ["content-type", "application/cloudevents+json"],
        ["webhook-id", "d_abc"],
        ["webhook-timestamp", "1767225600"],
        ["webhook-signature", expect.stringMatching(/^v1,/) as string],
        ["user-agent", expect.stringMatching(/^busbar\//) as string],
      ],
      size: Buffer.byteLength(body),
    });
  });

  it.each<[string, Record<string, string | undefined>, number, RegExp]>([
    ["no id", { "webhook-id": undefined }, 400, /webhook-id/],
    ["an id of two words", { "webhook-id": "a b" }, 400, /webhook-id/],
    ["an id with a dot, which would make the signed text ambiguous", { "webhook-id": "a.b" }, 400, /webhook-id/],
    ["no timestamp", { "webhook-timestamp": undefined }, 400, /webhook-timestamp/],
    ["milliseconds", { "webhook-timestamp": "1767225600.5" }, 400, /webhook-timestamp/],
    ["no signature", { "webhook-signature": undefined }, 400, /webhook-signature/],
    ["a signature without its version", { "webhook-signature": "K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=" }, 400, /webhook-signature/],
    ["a signature by another secret", { "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=" }, 401, /no signature/],
    ["another id than was signed", { "webhook-id": "d_abd" }, 401, /no signature/],
    ["another time than was signed", { "webhook-timestamp": String(now / 1_000 - 1) }, 401, /no signature/],
    ["an old request", { "webhook-timestamp": String(now / 1_000 - 301) }, 401, /more than 300 s/],
    ["a request of the future", { "webhook-timestamp": String(now / 1_000 + 301) }, 401, /more than 300 s/],
    ["no address", { "x-busbar-address": undefined }, 400, /x-busbar-address/],
    ["an address with a user", { "x-busbar-address": "https://user@ops.example.in/" }, 400, /x-busbar-address/],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415, /content-type/],
  ])("refuses %s", async (_, changes, status, said) => {
    const answer = await post(changes);
    expect(answer).toMatchObject({ status, said: expect.stringMatching(said) as string });
    expect(mailroom.inbox.count).toBe(0);
  });

  it("takes one right signature among several, and refuses another body", async () => {
    const right = new Webhook(mailroomSecret).sign("d_abc", new Date(now), body);
    const foreign = "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=";
    expect(await post({ "webhook-signature": `${foreign} v1a,aGVsbG8= ${right}` })).toMatchObject({ status: 204 });
    expect(await post({}, body.replace("TEA", "TEB"))).toMatchObject({ status: 401 });
    const signed = new Webhook(mailroomSecret).sign("d_abc", new Date(now), "{");
    expect(await post({ "webhook-signature": signed }, "{")).toMatchObject({ status: 400, said: '{"error":"the body is no JSON"}' });
    expect(mailroom.inbox.count).toBe(1);
  });

  it("fails on demand: with a status and a time to come back, without an answer, or after it took the message", async () => {
    mailroom.fail("webhook", { status: 503, retryAfter: "6500ms" });
    mailroom.fail("webhook", { status: 410, message: "closed" });
    expect(await post({ "webhook-id": undefined })).toMatchObject({ status: 400 });
    expect(await provider(mailroom).send(message, attempt)).toMatchObject({ kind: "retry", after: 7_000 });
    expect(await provider(mailroom).send(message, attempt)).toEqual({ kind: "suppress", reason: '410 {"error":"closed"}' });
    mailroom.fail("webhook", { hang: true });
    expect(await provider(mailroom, "150ms").send(message, attempt)).toMatchObject({ kind: "unknown" });
    expect(mailroom.inbox.count).toBe(0);
    mailroom.fail("webhook", { resetAfterAccept: true });
    expect(await provider(mailroom).send(message, attempt)).toMatchObject({ kind: "unknown" });
    expect(mailroom.inbox.list().map(({ id }) => (mailroom.inbox.get(id) as MailRecord).answer)).toEqual([null]);
  });

  it("answers what it does not know in its own shape, and leaves the other vendors theirs", async () => {
    expect(await ask("/webhooks")).toEqual([405, { error: "method not allowed" }]);
    expect(await ask("/webhooks/other", { method: "POST", body: "{}" })).toEqual([404, { error: "not found" }]);
    expect(await ask("/webhooks", { method: "POST", body: "x".repeat(1_100_000) })).toMatchObject([
      413,
      { error: expect.any(String) as string },
    ]);
    expect(await ask("/v3/other")).toMatchObject([404, { errors: [{ message: "not found" }] }]);
  });
});
