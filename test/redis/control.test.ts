import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import type { Logger } from "../../src/base/logger.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createBus, defineSchedule, defineSubscriber } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { keyStore } from "../../src/server/key-store.ts";
import { observed, orderPlaced, receipt } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();
const redis = new Redis(url);
afterAll(() => redis.disconnect());
/** What everybody may rely on. */
const promptMs = 2_000;
const by = { actor: "asha", reason: "the shop's database is slow" };

let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const orders = (count: number) => Array.from({ length: count }, (_, index) => ({ orderId: `A-${index}`, email: "asha@example.com" }));

interface NewProcess {
  readonly prefix: string;
  readonly rateLimit?: { readonly max: number; readonly per: "1h" };
}

/** A process whose handler ends when it is told to, and that says how many it has under way. */
function newProcess({ prefix, rateLimit }: NewProcess) {
  const waiting: (() => void)[] = [];
  const told: string[] = [];
  const seen = { underWay: 0, most: 0, begun: 0 };
  const packing = defineSubscriber(orderPlaced, {
    name: "packing",
    deliver: ({ handler }) => [
      handler({
        async handle() {
          seen.underWay += 1;
          seen.begun += 1;
          seen.most = Math.max(seen.most, seen.underWay);
          await new Promise<void>((resolve) => waiting.push(resolve));
          seen.underWay -= 1;
        },
      }),
    ],
  });
  const logger: Logger = {
    ...silentLogger,
    info: (_, text) => void told.push(text!),
    warn: (_, text) => void told.push(text!),
    child: () => logger,
  };
  const bus = kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced },
      subscribers: [packing],
      redis: url,
      prefix,
      logger,
      channels: { handler: { concurrency: 3, ...(rateLimit === undefined ? {} : { rateLimit }) } },
    }),
  );
  const end = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { bus, seen, told, end };
}

type Process = ReturnType<typeof newProcess>;
const handlerOf = async ({ bus }: Process) => (await bus.channels.list()).find(({ name }) => name === "handler")!;
const started = async (processes: readonly Process[]): Promise<void> => void (await Promise.all(processes.map(({ bus }) => bus.start())));
const underWay = (processes: readonly Process[]) => () => processes.map(({ seen }) => seen.underWay);
const problemOf = (work: Promise<unknown>) =>
  work.then(String, (error: { code: string; message: string }) => `${error.code} ${error.message}`);
/** Ends what is under way, again and again, until so many have been done. */
async function allDone(processes: readonly Process[], count: number): Promise<void> {
  const done = async () => {
    for (const { end } of processes) end();
    return (await handlerOf(processes[0]!)).completed;
  };
  await expect.poll(done, { interval: 10, timeout: 10_000 }).toBe(count);
}

describe("B4: a concurrency that is set at run time", () => {
  it("reaches two processes under load within two seconds, down and up, also while what they do takes long", async () => {
    const prefix = newPrefix();
    const [one, two] = [newProcess({ prefix }), newProcess({ prefix })];
    await started([one, two]);
    await one.bus.publishEvent.orderPlaced.batch(orders(24));
    await expect.poll(underWay([one, two]), { interval: 10 }).toEqual([3, 3]);

    const begun = performance.now();
    await two.bus.channels.set("handler", { concurrency: 1, ...by });
    const obey = () => [one, two].map(({ told }) => told.some((text) => text.includes("another concurrency")));
    await expect.poll(obey, { interval: 10, timeout: promptMs }).toEqual([true, true]);
    expect(performance.now() - begun).toBeLessThan(promptMs);
    for (const { end } of [one, two]) end();
    await expect.poll(underWay([one, two]), { interval: 10 }).toEqual([1, 1]);
    for (const { seen } of [one, two]) seen.most = 0;
    for (let round = 0; round < 4; round++) {
      const before = [one, two].map(({ seen }) => seen.begun);
      for (const { end } of [one, two]) end();
      await expect.poll(() => [one, two].every(({ seen }, index) => seen.begun > before[index]!), { interval: 10 }).toBe(true);
    }
    expect([one, two].map(({ seen }) => seen.most)).toEqual([1, 1]);

    const raised = performance.now();
    await one.bus.channels.set("handler", { concurrency: 4 });
    await expect.poll(underWay([one, two]), { interval: 10, timeout: promptMs }).toEqual([4, 4]);
    expect(performance.now() - raised).toBeLessThan(promptMs);
    await allDone([one, two], 24);
  });

  it("is obeyed by a process that had nothing to do since, from its first delivery on", async () => {
    const prefix = newPrefix();
    const process = newProcess({ prefix });
    await started([process]);
    await process.bus.channels.set("handler", { concurrency: 1 });
    await process.bus.publishEvent.orderPlaced.batch(orders(9));
    await allDone([process], 9);
    expect(process.seen.most).toBe(1);
  });

  it("is kept over restarts, said loudly with who, when and why, and ends with a reset, all of it in the audit record", async () => {
    const prefix = newPrefix();
    const operator = newProcess({ prefix });
    await operator.bus.channels.set("handler", { concurrency: 1, rateLimit: { max: 500, per: "1m" }, ...by });
    const process = newProcess({ prefix });
    await started([process]);
    // It takes no more than it may do: another process could do it.
    await process.bus.publishEvent.orderPlaced.batch(orders(4));
    await expect.poll(() => handlerOf(process), { interval: 10 }).toMatchObject({ active: 1, waiting: 3 });
    expect(process.told.filter((text) => text.includes("set at run time holds, and not the configuration's"))).toHaveLength(2);
    const done = { by: "asha", at: expect.stringMatching(/^\d{4}-.*Z$/) as string, reason: by.reason };
    expect(await handlerOf(operator)).toMatchObject({
      concurrency: 1,
      rateLimit: { max: 500, per: 60_000 },
      atRunTime: { concurrency: done, rateLimit: done },
      configured: { concurrency: 3, rateLimit: false },
    });
    await operator.bus.channels.reset("handler", { limits: ["concurrency"], ...by });
    expect(await handlerOf(operator)).toMatchObject({ concurrency: 3, atRunTime: { rateLimit: done } });
    expect(await operator.bus.channels.reset("handler", by)).toEqual({
      name: "handler",
      concurrency: 3,
      rateLimit: false,
      configured: { concurrency: 3, rateLimit: false },
    });
    await operator.bus.channels.pause("handler", by);
    expect(await handlerOf(operator)).toMatchObject({ paused: true, pausedBy: done });
    await operator.bus.channels.resume("handler", { actor: "ravi" });
    expect(await handlerOf(operator)).not.toHaveProperty("pausedBy");
    await operator.bus.channels.clean("all", { olderThan: 60_000, ...by });
    await allDone([process], 4);
    expect((await operator.bus.audit()).entries.map((entry) => `${entry.by} ${entry.what} ${entry.of}`)).toEqual([
      "asha channel.clean all, older than 60000 ms: 0",
      "ravi channel.resume handler",
      "asha channel.pause handler",
      "asha channel.reset handler: concurrency, rateLimit",
      "asha channel.reset handler: concurrency",
      "asha channel.set handler: concurrency 1, rate 500/1m",
    ]);
  });
});

describe("a channel that is paused already", () => {
  it("stays with who paused it first, when and why, and tells the second; of two at one moment, one was first", async () => {
    const { bus } = newProcess({ prefix: newPrefix() });
    expect(await bus.channels.pause("email", by)).toEqual({});
    const second = await bus.channels.pause("email", { actor: "ravi", reason: "another one" });
    const [email] = await bus.channels.list();
    expect(email!.pausedBy).toMatchObject({ by: "asha", reason: by.reason });
    expect(second).toEqual({ already: email!.pausedBy });
    expect((await bus.audit({ count: 1 })).entries).toMatchObject([
      { by: "ravi", what: "channel.pause", of: `email: it was paused already, by asha at ${email!.pausedBy!.at}` },
    ]);

    const both = await Promise.all(["asha", "ravi"].map((actor) => bus.channels.pause("sms", { actor })));
    const { pausedBy } = (await bus.channels.list()).find(({ name }) => name === "sms")!;
    expect(both.filter(({ already }) => already === undefined)).toHaveLength(1);
    expect(both).toContainEqual({ already: pausedBy });
    await bus.channels.resume("sms");
    expect(await bus.channels.pause("sms", { actor: "mira" })).toEqual({});
  });

  it("and that nobody is known to have paused is not said to be paused by who asks second", async () => {
    const prefix = newPrefix();
    const { bus } = newProcess({ prefix });
    await bus.channels.pause("email", by);
    await redis.hdel(`${prefix}:{test.email}:settings`, "paused");
    expect(await bus.channels.pause("email", { actor: "ravi" })).toEqual({ already: {} });
    expect((await bus.channels.list())[0]).not.toHaveProperty("pausedBy");
    // Somebody was cut off before it was paused.
    await redis.hset(`${prefix}:{test.sms}:settings`, "paused", JSON.stringify({ by: "asha", at: Date.now() - 60_000 }));
    expect(await bus.channels.pause("sms", { actor: "ravi" })).toEqual({});
  });
});

it("does nothing that the audit record cannot take: with channels, subscribers, schedules, keys and suppressions", async () => {
  const prefix = newPrefix();
  const nightly = defineSchedule(orderPlaced, {
    name: "nightly",
    cron: "0 3 * * *",
    data: () => ({ orderId: "A-1", email: "asha@example.com" }),
  });
  const bus = kept(() =>
    createBus({ application: "test", topics: { orderPlaced }, subscribers: [receipt], schedules: [nightly], redis: url, prefix }),
  );
  await bus.start();
  const keys = keyStore({ redis: url, prefix, application: "test" }, silentLogger);
  try {
    const { id } = await keys.control.create({ name: "shop", scopes: ["read"] });
    await bus.suppressions.add({ channel: "sms", address: "+919845012345", reason: "asked" });
    const seen = async () => ({
      channels: await bus.channels.standings(),
      subscribers: (await bus.subscribers.list()).map(({ name, state, moved }) => ({ name, state, moved })),
      schedules: await bus.schedules.list(),
      events: await bus.inspect.events(10),
      keys: await keys.control.list(),
      suppressions: await bus.suppressions.list(),
    });
    const before = await seen();
    await redis.set(`${prefix}:test:audit`, "full");
    const verbs: Record<string, () => Promise<unknown>> = {
      "channel.pause": () => bus.channels.pause("email"),
      "channel.set": () => bus.channels.set("email", { concurrency: 1 }),
      "subscriber.pause": () => bus.subscribers.pause("receipt"),
      "subscriber.drain": () => bus.subscribers.drain("receipt"),
      "subscriber.seek": () => bus.subscribers.seek("receipt", { to: "now" }),
      "schedule.run": () => bus.schedules.run("nightly"),
      "schedule.pause": () => bus.schedules.pause("nightly"),
      "key.create": () => keys.control.create({ name: "other", scopes: ["read"] }),
      "key.rotate": () => keys.control.rotate(id),
      "key.revoke": () => keys.control.revoke(id),
      "suppression.add": () => bus.suppressions.add({ channel: "sms", address: "+919845000000", reason: "asked" }),
      "suppression.release": () => bus.suppressions.release({ channel: "sms", address: "+919845012345" }),
    };
    for (const [name, verb] of Object.entries(verbs)) await expect(verb(), name).rejects.toThrow(/WRONGTYPE/);
    expect(await seen()).toEqual(before);
  } finally {
    await keys.close();
    await redis.del(`${prefix}:test:audit`);
  }
});

describe("B4: a rate that is set at run time", () => {
  it("holds for all processes with the next delivery, and a higher one is heard of while an hour's is used up", async () => {
    const prefix = newPrefix();
    const [one, two] = [newProcess({ prefix }), newProcess({ prefix })];
    await started([one, two]);
    await one.bus.channels.set("handler", { rateLimit: { max: 2, per: "1h" } });
    const routed = observed(one.bus, "routed", 1);
    const routedToo = observed(two.bus, "routed", 1);
    await one.bus.publishEvent.orderPlaced.batch(orders(10));
    await Promise.race([routed, routedToo]);
    const both = () => one.seen.begun + two.seen.begun;
    await expect.poll(both, { interval: 10 }).toBe(2);
    // The hour ends with its rate.
    await one.bus.channels.set("handler", { rateLimit: { max: 3, per: "1m" } });
    await expect.poll(both, { interval: 10, timeout: promptMs }).toBe(5);
    const begun = performance.now();
    await two.bus.channels.reset("handler");
    await expect.poll(underWay([one, two]), { interval: 10, timeout: promptMs }).toEqual([3, 3]);
    expect(performance.now() - begun).toBeLessThan(promptMs);
    await allDone([one, two], 10);
  });
});

it("says of limits, names and ages that cannot be what is right, and changes nothing", async () => {
  const { bus } = newProcess({ prefix: newPrefix() });
  for (const concurrency of [0, -1, 1e9, Number.NaN, 1.5])
    expect(await problemOf(bus.channels.set("email", { concurrency }))).toBe(
      `INVALID_LIMIT Nothing was set for email:\n  - concurrency: must be a whole number from 1 to 1000, not ${concurrency}`,
    );
  expect(await problemOf(bus.channels.set("email", { concurrency: 0, rateLimit: { max: 0, per: "0s" } }))).toBe(
    [
      "INVALID_LIMIT Nothing was set for email:",
      "concurrency: must be a whole number from 1 to 1000, not 0",
      "rateLimit.max: must be a whole number from 1 to 1000000, not 0",
      'rateLimit.per: must be a time from 1 ms to 31 d, not "0s"',
    ].join("\n  - "),
  );
  expect(await problemOf(bus.channels.set("email", { rateLimit: { max: 5, per: "40d" } }))).toMatch(/from 1 ms to 31 d, not "40d"/);
  expect(await problemOf(bus.channels.set("email", {}))).toMatch(/neither a concurrency nor a rateLimit/);
  expect(await problemOf(bus.channels.set("emial", { concurrency: 1 }))).toBe(
    'UNKNOWN_QUEUE No channel is called "emial". Did you mean "email"?',
  );
  expect(await problemOf(bus.channels.set("routing", { concurrency: 1 }))).toMatch(/^UNKNOWN_QUEUE routing is no channel/);
  for (const olderThan of [-1, Number.NaN])
    expect(await problemOf(bus.channels.clean("email", { olderThan }))).toMatch(/^INVALID_RANGE Nothing was cleaned:/);
  expect((await bus.audit()).entries).toEqual([]);
  expect((await bus.channels.list()).filter(({ atRunTime }) => atRunTime !== undefined)).toEqual([]);
});
