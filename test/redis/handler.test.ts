import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  createBus,
  defineSubscriber,
  defineTopic,
  type HandlerContext,
  PermanentError,
  RetryLater,
  type Subscriber,
} from "../../src/index.ts";
import { observed } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import { busesOf } from "../support/buses.ts";

const { url, prefix: filePrefix } = testRedis();
let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const newBus = busesOf();

const reportRequested = defineTopic("report.requested", z.object({ month: z.string(), rows: z.int().default(3) }));
const reportReady = defineTopic("report.ready", z.object({ month: z.string(), url: z.url() }));
const topics = { reportRequested, reportReady };

/** A handler with quick retries. */
function handling(handle: (event: unknown, context: HandlerContext) => unknown, more: object = {}): Subscriber {
  return defineSubscriber(reportRequested, {
    name: "report",
    deliver: ({ handler }) => [handler({ handle: handle as never, retry: { attempts: 3, delay: 10, jitter: 0 }, ...more })],
  });
}

function busWith(subscribers: readonly Subscriber[], more: object = {}) {
  return newBus(() => createBus({ application: "test", topics, subscribers, redis: url, prefix: newPrefix(), ...more }));
}

describe("C1: handlers", () => {
  it("run code of the team's own with services, and what they publish names its cause, once however often they are tried", async () => {
    let tries = 0;
    const subscriber = handling(async (event, { services, publishEvent, attempt }) => {
      tries += 1;
      const { data } = event as { data: { month: string; rows: number } };
      const link = (services as unknown as { store: (month: string) => string }).store(data.month);
      await (publishEvent as never as { reportReady: (payload: object) => Promise<unknown> }).reportReady({ month: data.month, url: link });
      if (attempt === 1) throw new Error("the first try ends after it has published");
    });
    const bus = busWith([subscriber], { services: { store: (month: string) => `https://files.example.in/${month}.pdf` } });
    const published = observed(bus, "published", 3);
    const sent = observed(bus, "sent");
    await bus.start();
    const { id } = await bus.publishEvent.reportRequested({ month: "2025-10" });
    await sent;
    const facts = await published;
    expect(tries).toBe(2);
    expect(facts.map(({ event, repeated }) => [event.type, repeated])).toEqual([
      ["report.requested", false],
      ["report.ready", false],
      ["report.ready", true],
    ]);
    expect(facts[1]!.event).toMatchObject({ causationid: id, correlationid: id, data: { url: "https://files.example.in/2025-10.pdf" } });
    const ready = facts[1]!.event.id;
    // A trace draws it from both ends.
    const caused = { id: ready, topic: "report.ready", caused: [] };
    expect((await bus.inspect.trace(id))?.chain).toMatchObject({ causes: [], caused: [caused], more: false });
    expect((await bus.inspect.trace(ready))?.chain).toMatchObject({ causes: [{ id, topic: "report.requested" }], caused: [], more: false });
    expect(await bus.inspect.events(10)).toHaveLength(2);
  });

  it("report their progress, drawn together, the last of it always", async () => {
    const bus = busWith([
      handling(async (_event, { progress }) => {
        for (let done = 1; done <= 500; done += 1) progress({ done, total: 500, note: "rows" });
      }),
    ]);
    const seen: number[] = [];
    bus.on("progress", ({ progress }) => seen.push(progress.done));
    const sent = observed(bus, "sent");
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-10" });
    await sent;
    expect(seen).toEqual([1, 500]);
    const [routing] = await bus.inspect.deliveries((await bus.inspect.events(1))[0]!);
    expect(routing!.deliveries[0]!.progress).toEqual({ done: 500, total: 500, note: "rows" });
  });

  it("end as a dead letter at once with a PermanentError, with the stack of what they threw", async () => {
    const bus = busWith([
      handling(async () => {
        throw new PermanentError("there is no such month");
      }),
    ]);
    const dead = observed(bus, "dead");
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-13" });
    expect((await dead)[0]!.reason).toBe("handler: there is no such month");
    await expect
      .poll(async () => (await bus.deadLetters.list()).deadLetters)
      .toMatchObject([
        { queue: "handler", subscriber: "report", route: "handler", attempts: 1, reason: "handler: there is no such month" },
      ]);
    expect((await bus.deadLetters.list()).deadLetters[0]!.stack.join("\n")).toContain("handler.test.ts");
  });

  it("come back after RetryLater without burning an attempt", async () => {
    const attempts: number[] = [];
    const bus = busWith([
      handling(async (_event, { attempt }) => {
        attempts.push(attempt);
        if (attempts.length <= 5) throw new RetryLater(10, "the export is not there yet");
      }),
    ]);
    const [sent, retrying] = [observed(bus, "sent"), observed(bus, "retrying", 5)];
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-10" });
    await sent;
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1]);
    expect((await retrying).map(({ burned, reason }) => [burned, reason])).toEqual(
      Array.from({ length: 5 }, () => [false, "handler: the export is not there yet"]),
    );
  });

  it.each([
    ["text", "handler: out of paper (try 3 of 3)", () => "out of paper"],
    ["nothing", "handler: undefined (try 3 of 3)", () => undefined],
    ["an object", 'handler: {"code":7} (try 3 of 3)', () => ({ code: 7 })],
    ["an error without a message", "handler: it threw without a message (try 3 of 3)", () => new Error("")],
    [
      "what cannot be shown",
      "handler: something that cannot be shown was thrown (try 3 of 3)",
      () => ({
        toJSON() {
          throw new Error("no");
        },
      }),
    ],
  ])("are tried again and then dead, with a reason, when they throw %s", async (_name, reason, thrown) => {
    const bus = busWith([
      handling(() => {
        throw thrown();
      }),
    ]);
    const dead = observed(bus, "dead");
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-10" });
    expect((await dead)[0]!.reason).toBe(reason);
  });

  it("that never return are given up when their time is over: perhaps done, so it is counted", async () => {
    const signals: AbortSignal[] = [];
    const bus = busWith([
      handling(
        (_event, { signal, attempt }) => {
          signals.push(signal);
          return attempt === 1 ? new Promise(() => undefined) : undefined;
        },
        { timeout: 50 },
      ),
    ]);
    const [retrying, sent] = [observed(bus, "retrying"), observed(bus, "sent")];
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-10" });
    expect((await retrying)[0]).toMatchObject({ burned: true, reason: expect.stringContaining("may still be running") });
    await sent;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(await bus.inspect.doubtful()).toBe(1);
  });

  it("that fail after their time was over change nothing", async () => {
    let fail: ((error: Error) => void) | undefined;
    const bus = busWith([
      handling((_event, { attempt }) => (attempt === 1 ? new Promise((_, reject) => (fail = reject)) : undefined), { timeout: 50 }),
    ]);
    const [retrying, sent] = [observed(bus, "retrying"), observed(bus, "sent")];
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-10" });
    await retrying;
    fail!(new Error("much too late"));
    await sent;
    expect(await bus.deadLetters.list()).toEqual({ deadLetters: [] });
  });
});

describe("dead letters", () => {
  it("A3: are redriven with all their attempts once the fault is mended, and only once", async () => {
    let broken = true;
    const bus = busWith([
      handling(async () => {
        if (broken) throw new Error("the disk is full");
      }),
    ]);
    const [dead, sent] = [observed(bus, "dead"), observed(bus, "sent")];
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-10" });
    const id = (await dead)[0]!.delivery.id;
    await expect.poll(async () => (await bus.deadLetters.counts())["handler"]).toBe(1);
    broken = false;
    expect(await bus.deadLetters.redrive([id, "d_unknown"])).toEqual({
      redriven: [id],
      refused: [{ id: "d_unknown", reason: "no dead letter has this id" }],
    });
    await sent;
    await expect.poll(async () => (await bus.deadLetters.redrive([id])).refused).toEqual([{ id, reason: "it is no dead letter any more" }]);
    const [event] = await bus.inspect.events(1);
    const [routing] = await bus.inspect.deliveries(event!);
    expect(routing!.deliveries[0]!.timeline.map(({ step }) => step)).toEqual(["retry", "retry", "dead", "redriven", "sent"]);
  });

  it("of events that could not be planned are planned again", async () => {
    let broken = true;
    const fragile = defineSubscriber(reportRequested, {
      name: "fragile",
      deliver: ({ handler }) => [
        handler({
          when: () => {
            if (broken) throw new PermanentError("the price list is missing");
            return true;
          },
          handle: async () => undefined,
        }),
      ],
    });
    const prefix = newPrefix();
    const bus = newBus(() => createBus({ application: "test", topics, subscribers: [fragile], redis: url, prefix }));
    const [unroutable, sent] = [observed(bus, "unroutable"), observed(bus, "sent")];
    await bus.start();
    await bus.publishEvent.reportRequested({ month: "2025-10" });
    await unroutable;
    broken = false;
    await sent;
    await expect(bus.deadLetters.list({ queue: "ruoting" })).rejects.toThrow('Did you mean "routing"?');
  });
});

describe("F16: a handler that has lost its worker twice", () => {
  it("runs alone in its process, so that it draws nobody along; those that wait for it burn no attempt", async () => {
    const started: { readonly month: string; readonly beside: number; readonly attempt: number }[] = [];
    let underWay = 0;
    const subscriber = handling(
      async (event, { attempt }) => {
        started.push({ month: (event as { data: { month: string } }).data.month, beside: underWay, attempt });
        underWay += 1;
        await pause(20);
        underWay -= 1;
      },
      { priority: "normal" },
    );
    const bus = busWith([subscriber], { prefix: `${filePrefix}-alone`, channels: { handler: { concurrency: 4 } } });
    const routed = observed(bus, "routed", 8);
    await bus.start({ only: ["router"] });
    const months = Array.from({ length: 8 }, (_, index) => `2025-0${index + 1}`);
    for (const month of months) await bus.publishEvent.reportRequested({ month });
    const suspect = (await routed).find(({ event }) => (event.data as { month: string }).month === "2025-03")!.planned[0]!;
    const redis = new Redis(url);
    // What BullMQ counts when it finds a job whose worker is gone.
    await redis.hset(`${filePrefix}-alone:{test.handler}:${suspect.id}`, "stc", 2);
    redis.disconnect();

    const workers = newBus(() =>
      createBus({
        application: "test",
        topics,
        subscribers: [subscriber],
        redis: url,
        prefix: `${filePrefix}-alone`,
        channels: { handler: { concurrency: 4 } },
      }),
    );
    const sent = observed(workers, "sent", 8);
    await workers.start({ only: ["workers"] });
    await sent;
    expect(started.map(({ month }) => month).toSorted()).toEqual(months);
    expect(started.every(({ attempt }) => attempt === 1)).toBe(true);
    const at = started.findIndex(({ month }) => month === "2025-03");
    expect(started[at]).toMatchObject({ beside: 0 });
    // Nothing began beside it, and before and after it several did beside one another.
    expect(started[at + 1]).toMatchObject({ beside: 0 });
    expect(Math.max(...started.slice(0, at).map(({ beside }) => beside))).toBeGreaterThan(0);
    expect(Math.max(...started.slice(at + 1).map(({ beside }) => beside))).toBeGreaterThan(0);
  });
});
