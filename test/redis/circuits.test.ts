import { Redis } from "ioredis";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { providerTroubles } from "../../src/bus/provider-troubles.ts";
import { createBus, defineSubscriber, defineTopic, emailTemplate, providerDegraded, providerRecovered } from "../../src/index.ts";
import { breaker } from "../../src/providers/breaker.ts";
import { type CircuitState, closedCircuit } from "../../src/providers/circuit.ts";
import { type CircuitStore, memoryCircuits } from "../../src/providers/circuit-store.ts";
import { redisCircuits } from "../../src/providers/redis-circuits.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const open: CircuitState = { score: 0, failedAt: 5, open: { since: 5, reason: "503", failed: 1, probeAt: 10_005 } };

describe.each<[string, CircuitStore]>([
  ["memory", memoryCircuits()],
  ["Redis", redisCircuits(redis, { prefix, application: "shop" })],
])("the store of circuits in %s", (_, store) => {
  it("says closed of a circuit that nobody has written", async () => {
    expect((await store.read("email:new")).state).toEqual(closedCircuit);
  });

  it("keeps a state as it is, and each circuit's apart", async () => {
    expect(await store.swap("email:sendgrid", await store.read("email:sendgrid"), open)).toBe(true);
    expect((await store.read("email:sendgrid")).state).toEqual(open);
    expect((await store.read("email:smtp")).state).toEqual(closedCircuit);
  });

  it("lets one of two who read the same state write", async () => {
    const both = await Promise.all([store.read("email:both"), store.read("email:both")]);
    const swapped = await Promise.all(both.map((before, score) => store.swap("email:both", before, { score: score + 1, failedAt: 0 })));
    expect(swapped.filter(Boolean)).toHaveLength(1);
    expect((await store.read("email:both")).state.score).toBe(swapped[0] ? 1 : 2);
  });
});

it("names the providers of a channel that get no messages, and why", () => {
  const circuits = new Map<string, CircuitState>([
    ["email:sendgrid", open],
    ["email:smtp", { score: 1, failedAt: 0, heldUntil: 9_000 }],
    ["email:other", closedCircuit],
    ["sms:twilio", open],
  ]);
  expect(providerTroubles(circuits, "email", 1_000)).toEqual([
    {
      provider: "sendgrid",
      state: "open",
      reason: "503",
      since: "1970-01-01T00:00:00.005Z",
      until: "1970-01-01T00:00:10.005Z",
    },
    { provider: "smtp", state: "held", until: "1970-01-01T00:00:09.000Z" },
  ]);
});

it("is refused at boot with everything that is wrong with its words", () => {
  const channels = {
    email: { from: "shop@example.com", circuit: { failures: 0, probeEvery: "soon" as never } },
    sms: { circuit: { failure: 3 } as never },
    push: { circuit: true as never },
  };
  expect(() => createBus({ application: "shop", topics: {}, channels })).toThrow(
    expect.objectContaining({
      problems: [
        "channels.email.circuit.failures: must be a number from 1, not 0",
        expect.stringContaining("channels.email.circuit.probeEvery") as string,
        expect.stringContaining('channels.sms.circuit: it knows no option "failure": did you mean "failures"?') as string,
        "channels.push.circuit: must be false, or { failures, probeEvery }",
      ],
    }) as Error,
  );
});

describe("the circuits of several processes", () => {
  it("lets one of them probe, and tells one of them that it recovered", async () => {
    const store = redisCircuits(redis, { prefix, application: "probes" });
    const changes: string[] = [];
    let now = 0;
    const make = () =>
      breaker({
        provider: "sendgrid",
        name: "email:sendgrid",
        store,
        clock: { now: () => now, random: () => 0 },
        logger: silentLogger,
        onChange: ({ kind }) => changes.push(kind),
      });
    const breakers = Array.from({ length: 8 }, make);
    const go = { probe: false };
    await Promise.all(breakers.map((each) => each.report({ kind: "retry", reason: "503" }, go)));
    now = 5_000;
    const admissions = await Promise.all(breakers.map((each) => each.admit()));
    expect(admissions.filter(({ kind }) => kind === "go")).toEqual([{ kind: "go", probe: true }]);
    await Promise.all(admissions.map((told, index) => (told.kind === "go" ? breakers[index]!.report({ kind: "sent" }, told) : undefined)));
    now = 7_000;
    expect(await Promise.all(breakers.map((each) => each.admit()))).toEqual(breakers.map(() => ({ kind: "go", probe: false })));
    expect(changes).toEqual(["degraded", "recovered"]);
  });

  it("goes by what it knew last where Redis is away, and says so", async () => {
    const away: CircuitStore = {
      read: () => Promise.reject(new Error("away")),
      swap: () => Promise.reject(new Error("away")),
      all: async () => new Map(),
    };
    const warnings: unknown[] = [];
    const logger = { ...silentLogger, warn: (...said: unknown[]) => void warnings.push(said) };
    const each = breaker({ provider: "p", name: "email:p", store: away, clock: { now: () => 0 }, logger, onChange: () => undefined });
    expect(await each.admit()).toEqual({ kind: "go", probe: false });
    expect(await each.report({ kind: "retry", reason: "503" }, { probe: false })).toBeUndefined();
    expect(warnings).toHaveLength(2);
  });
});

const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), email: z.email() }));
const receipt = emailTemplate({
  name: "receipt",
  data: z.object({ orderId: z.string() }),
  subject: "Order {{orderId}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{orderId}}",
});
const receipts = defineSubscriber(orderPlaced, {
  name: "receipts",
  deliver: ({ email }) => [email({ to: ({ data }) => data.email, template: receipt, data: ({ data }) => ({ orderId: data.orderId }) })],
});

/** A mail of `receipts`, whose wait the provider asks for; each advance says who carried what by then. */
async function heldBus() {
  const bus = await createTestBus({
    topics: { orderPlaced },
    subscribers: [receipts],
    channels: { email: { from: "shop@example.com", circuit: {} } },
  });
  onTestFinished(bus.stop);
  const place = async (orderId: string): Promise<void> => {
    await bus.publishEvent.orderPlaced({ orderId, email: "asha@example.com" });
    await bus.drain();
  };
  const carried = (): string[] => bus.mailroom.messages().map(({ provider, subject }) => `${provider} ${subject}`);
  return { bus, place, carried };
}

describe("a provider that asks for a wait", () => {
  it("is waited for by all of its messages and asked by none of them, which burns no attempt", async () => {
    const { bus, place, carried } = await heldBus();
    const waits: unknown[] = [];
    bus.on("retrying", ({ after, burned }) => waits.push({ after, burned }));
    bus.mailroom.fail("sendgrid", 429, { retryAfter: "20s" });
    await place("A-1");
    await bus.clock.advance("5s");
    // The fault has struck by now: SendGrid would take it, and is not asked.
    await place("A-2");
    expect([carried(), waits]).toEqual([
      [],
      [
        { after: 20_000, burned: false },
        { after: 15_000, burned: false },
      ],
    ]);
    await bus.clock.advance("15s");
    expect(await bus.drain()).toMatchObject({ waiting: 0 });
    expect(carried().toSorted()).toEqual(["sendgrid Order A-1", "sendgrid Order A-2"]);
  });

  it("slows no other: where it asks for more than 30 s the next one carries its messages, until the time is over", async () => {
    const { bus, place, carried } = await heldBus();
    bus.mailroom.fail("sendgrid", 429, { retryAfter: "40s" });
    for (const orderId of ["A-1", "A-2"]) await place(orderId);
    expect(carried()).toEqual(["smtp Order A-1", "smtp Order A-2"]);
    await bus.clock.advance("40s");
    await place("A-3");
    expect(carried()).toEqual(["smtp Order A-1", "smtp Order A-2", "sendgrid Order A-3"]);
  });
});

describe("a channel that nobody can carry", () => {
  it("keeps its messages waiting however long it lasts, and sends each once when one of its providers is back", async () => {
    const { bus, place, carried } = await heldBus();
    bus.mailroom.fail("sendgrid", 503, { times: Infinity });
    const lift = bus.mailroom.fail("smtp", 421, { times: Infinity });
    for (const orderId of ["A-1", "A-2", "A-3"]) await place(orderId);
    const burned: boolean[] = [];
    bus.on("retrying", (fact) => burned.push(fact.burned));
    // A route's four tries would have been over within a minute.
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await bus.clock.advance("1m");
      expect(await bus.drain()).toMatchObject({ waiting: 3, dead: 0 });
    }
    expect(burned.slice(-3)).toEqual([false, false, false]);
    lift();
    await bus.clock.advance("2m");
    await bus.clock.advance("2m");
    expect(await bus.drain()).toMatchObject({ waiting: 0, dead: 0 });
    expect(carried().toSorted()).toEqual(["smtp Order A-1", "smtp Order A-2", "smtp Order A-3"]);
  });
});

describe("an alert about a provider", () => {
  it("is an event that subscribers take, once when it stops working and once when it works again", async () => {
    const alerts: unknown[] = [];
    const alert = defineSubscriber([providerDegraded, providerRecovered], {
      name: "alert",
      deliver: ({ handler }) => [handler({ handle: async ({ type, data }) => alerts.push({ type, ...data }) })],
    });
    await using bus = await createTestBus({
      topics: { orderPlaced, providerDegraded, providerRecovered },
      subscribers: [receipts, alert],
      channels: { email: { from: "shop@example.com", circuit: { failures: 3 } } },
    });
    bus.mailroom.fail("sendgrid", 503, { times: 4 });
    const order = (orderId: string) => bus.publishEvent.orderPlaced({ orderId, email: "asha@example.com" });
    for (const orderId of ["A-1", "A-2", "A-3", "A-4"]) {
      await order(orderId);
      await bus.drain();
    }
    expect(bus.mailroom.messages().map(({ provider }) => provider)).toEqual(["smtp", "smtp", "smtp", "smtp"]);
    const since = "2026-01-01T00:00:00.000Z";
    const degraded = { type: "provider.degraded", channel: "email", provider: "sendgrid (mailroom)", since, backup: "smtp (mailroom)" };
    expect(alerts).toMatchObject([degraded]);
    const email = (await bus.channels.list()).find(({ name }) => name === "email");
    expect(email!.troubles).toMatchObject([
      { provider: "sendgrid (mailroom)", state: "open", reason: expect.stringContaining("503") as string },
    ]);

    // A probe that fails, and one that does not.
    for (const [orderId, wait] of [["A-5", "5s"] as const, ["A-6", "10s"] as const, ["A-7", "1s"] as const]) {
      await bus.clock.advance(wait);
      await order(orderId);
      await bus.drain();
    }
    expect(bus.mailroom.messages().map(({ provider }) => provider)).toEqual([...Array(5).fill("smtp"), "sendgrid", "sendgrid"]);
    const until = "2026-01-01T00:00:15.000Z";
    expect(alerts).toMatchObject([degraded, { type: "provider.recovered", provider: "sendgrid (mailroom)", since, until }]);
  });

  it("is not published where the application has no topic for it", async () => {
    await using bus = await createTestBus({
      topics: { orderPlaced },
      subscribers: [receipts],
      channels: { email: { from: "shop@example.com", circuit: { failures: 1 } } },
    });
    bus.mailroom.fail("sendgrid", 503);
    await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
    expect(await bus.expectSent({ subscriber: "receipts" })).toMatchObject({ provider: "smtp (mailroom)" });
  });
});
