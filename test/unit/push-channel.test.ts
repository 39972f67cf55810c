import { createECDH, randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { pushChannel, type PushChannelOptions, type PushWay } from "../../src/channels/push.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { PushMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { resolvePolicy } from "../../src/define/policy.ts";
import type { PushKind } from "../../src/define/push-address.ts";
import { defineSubscriber, defineTopic, pushTemplate } from "../../src/index.ts";
import { noBreaker } from "../../src/providers/breaker.ts";
import type { ChainBreakers } from "../../src/providers/failover.ts";
import type { Provider } from "../../src/providers/provider.ts";

const topic = defineTopic("thing.happened", z.object({ device: z.string() }));

function routeOf(texts: { readonly title: string; readonly body: string; readonly link?: string }, name = "packed") {
  const locales = { hi: { title: "तैयार", body: "{{text}}" } };
  const template = pushTemplate({ name, data: z.object({ text: z.string() }), locales, ...texts });
  const subscriber = defineSubscriber(topic, {
    name: "s",
    deliver: ({ push }) => [push({ to: ({ data }) => data.device, template, data: () => ({ text: "1" }) })],
  });
  return subscriber.routes[0]!;
}

const route = routeOf({ title: "Packed", body: "Order {{text}} & more", link: "https://shop.example/o/{{text}}" });
const bare = routeOf({ title: "t", body: "{{text}}" });
const subscription = (endpoint: string): string => {
  const p256dh = createECDH("prime256v1").generateKeys().toString("base64url");
  return JSON.stringify({ endpoint, keys: { p256dh, auth: randomBytes(16).toString("base64url") } });
};
const devices: Readonly<Record<PushKind, string>> = {
  fcm: "fcm-token:APA91b",
  expo: "ExponentPushToken[abc]",
  webpush: subscription("https://push.example/send/1"),
};

function deliveryOf(to: string, data: unknown = { text: "A-1" }): Delivery {
  return {
    id: "d_1",
    event: { id: "e", type: "thing.happened", time: "2025-01-01T00:00:00.000Z" },
    subscriber: "s",
    route: "push",
    channel: "push",
    to,
    template: { name: "packed", version: 1 },
    data,
    policy: resolvePolicy(),
  };
}

function recorder(name: string, outcome: Outcome = { kind: "sent" }): Provider<PushMessage> & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    name,
    sent,
    async send({ to }) {
      sent.push(to);
      return outcome;
    },
    async close() {
      sent.push("closed");
    },
  };
}

const to = (device: string): PushMessage => ({ to: device, title: "t", body: "b" });
const wayOf = (kind: PushKind) => ({ live: [recorder(kind)], mailroom: [recorder(`${kind} (mailroom)`)] });
const wayTo = (name: string): PushWay => ({ mailroom: [recorder(`${name} (mailroom)`)] });
const allWays = { fcm: wayTo("fcm"), expo: wayTo("expo"), webpush: wayTo("webpush") };
const channelOf = ({ ways, ...options }: { ways?: Partial<PushChannelOptions["ways"]> } & Partial<Omit<PushChannelOptions, "ways">> = {}) =>
  pushChannel({ ways: { ...allWays, ...ways }, mode: { send: "mailroom", allowList: [] }, ...options });

const unrenderable = (message: RegExp) =>
  expect.objectContaining({ name: "UnrenderableDelivery", message: expect.stringMatching(message) as string }) as Error;

describe("render", () => {
  const channel = channelOf();
  beforeAll(() => channel.prepare([route, bare]));

  it("fills title, body and link from the delivery's data, as they are", async () => {
    expect(await channel.render(route, deliveryOf(devices.fcm))).toEqual({
      to: devices.fcm,
      title: "Packed",
      body: "Order A-1 & more",
      link: "https://shop.example/o/A-1",
    });
    expect(await channel.render(bare, deliveryOf(devices.expo))).toEqual({ to: devices.expo, title: "t", body: "A-1" });
  });

  it("writes in the language of the reader, and compiles what was not prepared", async () => {
    const message = await channelOf().render(route, { ...deliveryOf(devices.fcm), locale: "hi-IN" });
    expect(message).toEqual({ to: devices.fcm, title: "तैयार", body: "A-1", link: "https://shop.example/o/A-1" });
  });

  it("refuses data that do not fit, and addresses that are none", async () => {
    await expect(channel.render(route, deliveryOf(devices.fcm, { text: 1 }))).rejects.toThrow(unrenderable(/text: /));
    await expect(channel.render(route, deliveryOf("a b"))).rejects.toThrow(unrenderable(/neither a device's token/));
    await expect(channel.render(route, deliveryOf('{"endpoint":"x"}'))).rejects.toThrow(unrenderable(/endpoint/));
  });

  it.each([
    ["fcm", 4_096],
    ["expo", 4_096],
    ["webpush", 3_993],
  ] as const)("a message for %s may have %i bytes of JSON and no more", async (kind, most) => {
    const room = most - Buffer.byteLength(JSON.stringify({ title: "t", body: "" }));
    const longest = await channel.render(bare, deliveryOf(devices[kind], { text: "b".repeat(room) }));
    expect(longest.body).toHaveLength(room);
    const reason = new RegExp(
      `^Template "packed": the message has ${most + 1} bytes of JSON, more than the ${most} that go to .*: say less$`,
    );
    await expect(channel.render(bare, deliveryOf(devices[kind], { text: "b".repeat(room + 1) }))).rejects.toThrow(unrenderable(reason));
    // A letter of Hindi has three bytes.
    await expect(channel.render(bare, deliveryOf(devices[kind], { text: "न".repeat(1_366) }))).rejects.toThrow(unrenderable(/bytes/));
  });

  it.each([
    ["fcm", /apps with Firebase: set channels\.push\.fcm \(FCM_SERVICE_ACCOUNT\)$/],
    ["expo", /apps made with Expo: set channels\.push\.expo \(EXPO_ENABLED, EXPO_ACCESS_TOKEN\)$/],
    ["webpush", /browsers: set channels\.push\.webpush \(VAPID_SUBJECT, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY\)$/],
  ] as const)("with real sending on, a message to %s that nobody carries is a dead letter that says what to set", async (kind, what) => {
    const other = kind === "fcm" ? "expo" : "fcm";
    const live = channelOf({
      ways: { [other]: { live: [recorder(other)], mailroom: [recorder("mailroom")] } },
      mode: { send: "live", allowList: [] },
    });
    await expect(live.render(route, deliveryOf(devices[kind]))).rejects.toThrow(unrenderable(what));
    expect(await live.render(route, deliveryOf(devices[other]))).toHaveProperty("to", devices[other]);
  });
});

describe("prepare", () => {
  it("reports the problems of all templates in one error, of all languages too", async () => {
    const routes = [
      routeOf({ title: "{{txt}}", body: "b" }, "one"),
      routeOf({ title: "t", body: "b", link: "javascript:1" }, "two"),
      route,
    ];
    await expect(channelOf().prepare(routes)).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_DEFINITION",
        problems: ["one, title", "two, link", "two (hi), link"].map((place) => expect.stringContaining(place) as string),
      }) as Error,
    );
  });
});

describe("send", () => {
  const attempt = { deliveryId: "d_1", signal: new AbortController().signal, number: 1, progress: () => undefined };

  it("the address says which way a message takes", async () => {
    const ways = { fcm: wayOf("fcm"), expo: wayOf("expo"), webpush: wayOf("webpush") };
    const live = channelOf({ ways, mode: { send: "live", allowList: [] } });
    for (const kind of ["fcm", "expo", "webpush"] as const) {
      expect(await live.send(to(devices[kind]), attempt)).toEqual({ outcome: { kind: "sent" }, provider: kind });
      expect(ways[kind].live[0]!.sent).toEqual([devices[kind]]);
      expect(ways[kind].mailroom[0]!.sent).toEqual([]);
    }
  });

  it("A9: goes to the mailroom unless real sending is on, or a browser's endpoint is allowed", async () => {
    const webpush = wayOf("webpush");
    const { send } = channelOf({ ways: { webpush }, mode: { send: "mailroom", allowList: ["https://push.example/send/1"] } });
    expect(await send(to(devices.webpush), attempt)).toMatchObject({ provider: "webpush" });
    expect(await send(to(subscription("https://push.example/send/2")), attempt)).toMatchObject({ provider: "webpush (mailroom)" });
  });

  it("never falls back from real providers to the mailroom", async () => {
    const [live, room] = [recorder("fcm", { kind: "retry", reason: "down" }), recorder("fcm (mailroom)")];
    const both = channelOf({ ways: { fcm: { live: [live], mailroom: [room] } }, mode: { send: "live", allowList: [] } });
    expect(await both.send(to(devices.fcm), attempt)).toMatchObject({ outcome: { kind: "retry" }, provider: "fcm" });
    expect(room.sent).toEqual([]);
  });

  it("the providers of apps have circuits; browsers have none, for their push services are many", () => {
    const asked: string[] = [];
    const breakers: ChainBreakers = (names) => {
      asked.push(...names);
      return names.map(() => noBreaker);
    };
    channelOf({ breakers });
    expect(asked).toEqual(["fcm (mailroom)", "expo (mailroom)"]);
  });

  it("closes all providers", async () => {
    const ways = { fcm: wayOf("fcm"), expo: wayOf("expo"), webpush: wayOf("webpush") };
    await channelOf({ ways }).close();
    for (const { live, mailroom } of Object.values(ways)) expect([live[0]!.sent, mailroom[0]!.sent]).toEqual([["closed"], ["closed"]]);
  });
});

it("refuses what cannot work, all at once", () => {
  expect(() => channelOf({ mode: { send: "live", allowList: [] } })).toThrow(
    expect.objectContaining({ code: "INVALID_CONFIGURATION", problems: [expect.stringContaining("no provider has keys")] }) as Error,
  );
  expect(() => channelOf({ ways: { fcm: { mailroom: [] }, webpush: { mailroom: [] } } })).toThrow(
    expect.objectContaining({
      problems: [expect.stringMatching(/^fcm: .*no mailroom/), expect.stringMatching(/^webpush: .*no mailroom/)],
    }) as Error,
  );
});
