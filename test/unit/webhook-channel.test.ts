import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseOptions } from "../../src/bus/options.ts";
import { readEnvironment } from "../../src/bus/environment/environment.ts";
import { webhookChannelOf } from "../../src/bus/webhook.ts";
import { webhookChannel, type WebhookChannelOptions } from "../../src/channels/webhook.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { WebhookMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { defineSubscriber, defineTopic } from "../../src/index.ts";
import { plan } from "../../src/router/plan.ts";
import { webhookAddressProblem } from "../../src/providers/index.ts";
import type { Provider } from "../../src/providers/provider.ts";

const topic = defineTopic("stock.low", z.object({ sku: z.string() }));
const event = {
  specversion: "1.0",
  id: "e_1",
  source: "/test",
  type: "stock.low",
  time: "2025-10-18T12:00:00.000Z",
  datacontenttype: "application/json",
  dataversion: 1,
  data: { sku: "TEA" },
} as const;
const due = Date.parse(event.time);

function senderCalled(name: string, answer: Outcome = { kind: "sent" }) {
  const messages: WebhookMessage[] = [];
  const provider: Provider<WebhookMessage> = {
    name,
    send: async (message) => {
      messages.push(message);
      return answer;
    },
    close: async () => undefined,
  };
  return { provider, messages };
}

const attempt = { deliveryId: "d_1", signal: new AbortController().signal, number: 1, progress: () => undefined };
const mode = { send: "mailroom", allowList: [] } as const;
const channelOf = (options: Partial<WebhookChannelOptions> = {}) =>
  webhookChannel({ mailroom: [senderCalled("mailroom").provider], mode, addressProblem: webhookAddressProblem([]), ...options });

type Routes = Parameters<typeof defineSubscriber<typeof topic>>[1]["deliver"];
function planned(deliver: Routes) {
  const subscriber = defineSubscriber(topic, { name: "s", deliver });
  const [delivery] = plan(subscriber, event, { application: "test" }).deliveries;
  return { route: subscriber.routes[0]!, delivery: delivery! };
}
const rendered = async (deliver: Routes, changes: Partial<Delivery> = {}) => {
  const { route, delivery } = planned(deliver);
  return (await channelOf().render(route, { ...delivery, ...changes })).message;
};

const text = (length: number) =>
  rendered(({ webhook }) => [webhook({ to: () => "https://ops.example.com/", data: () => "€".repeat(length) })]);

describe("the webhook channel", () => {
  it("posts the whole event as a CloudEvent, unless the route says what", async () => {
    expect(await rendered(({ webhook }) => [webhook({ to: () => "https://OPS.example.com:443/x y" })])).toEqual({
      to: "https://ops.example.com/x%20y",
      body: JSON.stringify(event),
      contentType: "application/cloudevents+json",
    });
    expect(
      await rendered(({ webhook }) => [webhook({ to: () => "https://ops.example.com/", data: ({ data }) => ({ sku: data.sku }) })]),
    ).toEqual({
      to: "https://ops.example.com/",
      body: '{"sku":"TEA"}',
      contentType: "application/json",
    });
    const forged = { specversion: "1.0", id: "another", type: "stock.low" };
    expect(await rendered(({ webhook }) => [webhook({ to: () => "https://ops.example.com/", data: () => forged })])).toMatchObject({
      contentType: "application/json",
    });
  });

  it.each([
    ["https://127.1/", "127.0.0.1 is this machine"],
    ["https://[::ffff:10.0.0.1]/", "::ffff:a00:1 is a private network"],
    ["http://ops.example.com/", "http://ops.example.com is not encrypted: use https://"],
    ["https://user@ops.example.com/", "is not an address such as https://example.com/hook"],
    ["ftp://ops.example.com/", "is not an address such as"],
    [`https://ops.example.com/${"x".repeat(2_048)}`, "an address may have 2048 characters"],
  ])("%.40s is a dead letter at once, in development too", async (address, reason) => {
    const rendering = rendered(({ webhook }) => [webhook({ to: () => "https://ops.example.com/" })], { to: address });
    await expect(rendering).rejects.toMatchObject({ name: "UnrenderableDelivery", message: expect.stringContaining(reason) as string });
  });

  it("a body of more than 256 KB is one too, counted in bytes", async () => {
    await expect(text(87_381)).rejects.toMatchObject({
      name: "UnrenderableDelivery",
      message: "the body has 262145 bytes, more than 262144: let the route's data say less",
    });
    expect(Buffer.byteLength((await text(87_380)).body)).toBe(262_142);
  });

  it("sends for real only where that was asked for: by the mode, or by the beginning of the address", async () => {
    const live = senderCalled("live");
    const mailroom = senderCalled("mailroom");
    const sentBy = async (address: string, allowList: readonly string[], send: "live" | "mailroom" = "mailroom") => {
      const channel = channelOf({ live: [live.provider], mailroom: [mailroom.provider], mode: { send, allowList } });
      return (await channel.send({ message: { to: address, body: "{}", contentType: "application/json" }, due }, attempt)).provider;
    };
    const allowed = ["https://ops.example.com/hooks/"];
    expect(await sentBy("https://ops.example.com/hooks/a", [])).toBe("mailroom");
    expect(await sentBy("https://ops.example.com/hooks/a", allowed)).toBe("live");
    for (const other of ["https://ops.example.com/", "https://ops.example.com.evil.test/hooks/", "http://ops.example.com/hooks/a"])
      expect(await sentBy(other, allowed), other).toBe("mailroom");
    expect(await sentBy("https://anybody.example.com/", [], "live")).toBe("live");
  });

  it("a receiver may put a delivery off for a day; then its answers are failed tries", async () => {
    const later = senderCalled("mailroom", { kind: "retry", reason: "503", after: 5_000 });
    const message = { to: "https://ops.example.com/", body: "{}", contentType: "application/json" };
    const outcomeAt = async (now: number) =>
      (await channelOf({ mailroom: [later.provider], clock: { now: () => now } }).send({ message, due }, attempt)).outcome;
    expect(await outcomeAt(due + 86_400_000)).toEqual({ kind: "retry", reason: "503", after: 5_000 });
    expect(await outcomeAt(due + 86_400_001)).toEqual({ kind: "retry", reason: "503" });
    // What was to be sent later was due later.
    const { route, delivery } = planned(({ webhook }) => [webhook({ to: () => "https://ops.example.com/", delay: "2d" })]);
    expect((await channelOf().render(route, delivery)).due).toBe(due + 2 * 86_400_000);
  });
});

const settingsOf = (env: Record<string, string>) => {
  const { webhook, send } = readEnvironment(env);
  return parseOptions({ application: "shop", topics: {}, channels: { webhook }, send });
};

describe("the channel's settings", () => {
  const secret = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;

  it("the environment names secrets, with commas, and what may be reached", () => {
    const { webhook } = settingsOf({ WEBHOOK_SECRETS: ` ${secret} , ${secret}`, WEBHOOK_ALLOW: "ops.internal, 10.20.0.0/16" });
    expect(webhook).toEqual({ secrets: [secret, secret], allow: ["ops.internal", "10.20.0.0/16"] });
  });

  it("real sending without a secret says what to do; in development none is needed", () => {
    expect(webhookChannelOf(settingsOf({ BUSBAR_SEND: "live" }))).toMatch(/Set WEBHOOK_SECRETS .* WEBHOOK_ENABLED=false\.$/);
    expect(webhookChannelOf(settingsOf({ BUSBAR_SEND: "live", WEBHOOK_SECRETS: secret }))).toMatchObject({ name: "webhook" });
    expect(webhookChannelOf(settingsOf({}))).toMatchObject({ name: "webhook" });
  });

  it.each([
    [{ WEBHOOK_SECRETS: "secret" }, /secret 1 must be "whsec_"/],
    [{ WEBHOOK_ALLOW: "https://ops.internal" }, /"https:\/\/ops\.internal" is no host/],
  ])("what cannot be used is refused at the start, in development too: %j", (env: Record<string, string>, problem) => {
    expect(() => webhookChannelOf(settingsOf(env))).toThrow(problem);
  });
});
