import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { wireBus } from "../../src/bus/bus.ts";
import { firingId } from "../../src/define/firing.ts";
import { defineSchedule, defineSubscriber, defineTopic, type MissedRuns } from "../../src/index.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { begunMs } from "../../src/router/schedules/fire.ts";
import { redisSchedules } from "../../src/router/schedules/redis-schedules.ts";
import type { ScheduleStore } from "../../src/router/schedules/schedule-record.ts";
import { startScheduler } from "../../src/router/schedules/scheduler.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { testClock } from "../../src/testing/test-clock.ts";
import { busesOf } from "../support/buses.ts";
import { ask, httpDoor } from "../support/http.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const kept = busesOf();
const redis = new Redis(url);
const door = httpDoor({ redis: url, prefix: `${prefix}-http`, application: "http" });
afterAll(async () => void (await redis.quit()));

const checkDue = defineTopic("check.due", z.object({ date: z.string() }));
const nightly = (missed: MissedRuns = "once") =>
  defineSchedule(checkDue, { name: "nightly", cron: "30 2 * * *", timeZone: "Europe/Berlin", missed, data: ({ date }) => ({ date }) });
const start = "2026-11-28T12:00:00Z";
const due = Date.parse("2026-11-29T01:30:00Z");

/** A bus of an application of its own, on a clock that the test moves. */
function wired(application: string, clock: ReturnType<typeof testClock>, schedules = [nightly()]) {
  return kept(() =>
    wireBus(
      { application, topics: { checkDue }, subscribers: [], schedules, redis: url, prefix: `${prefix}-${application}`, channels: {} },
      { clock },
    ),
  );
}

const eventsOf = async (application: string): Promise<string[]> => {
  const entries = await redis.xrange(`${prefix}-${application}:{0}:log:check.due`, "-", "+");
  return entries.map(([, fields]) => (JSON.parse(fields[3]!) as { id: string }).id);
};

describe("C5, A14: a schedule", () => {
  it("fires once however many buses have it, at the time by its clocks", async () => {
    const clock = testClock(start);
    const buses = [wired("crowd", clock), wired("crowd", clock), wired("crowd", clock)];
    for (const bus of buses) await bus.start({ only: ["router"] });
    expect(buses.map((bus) => bus.schedules.started())).toEqual([
      expect.objectContaining({ added: ["nightly"] }),
      ...Array.from({ length: 2 }, () => expect.objectContaining({ added: [], unchanged: ["nightly"] }) as unknown),
    ]);
    const fired: string[] = [];
    for (const bus of buses) bus.on("fired", ({ time }) => void fired.push(time));
    await clock.move(20 * 86_400_000);
    const times = Array.from({ length: 20 }, (_, day) => due + day * 86_400_000);
    expect(fired).toEqual(times.map((time) => new Date(time).toISOString()));
    expect(await eventsOf("crowd")).toEqual(times.map((time) => firingId("crowd", "nightly", time)));
    await Promise.all(buses.map((bus) => bus.stop()));
    expect(await redis.hlen(`${prefix}-crowd:{crowd}:schedule-holders`)).toBe(0);
  });

  it("is listed, run, paused and resumed for all processes, and it is written down who did that", async () => {
    const clock = testClock(start);
    const [one, other] = [wired("verbs", clock), wired("verbs", clock)];
    await one.start({ only: ["router"] });
    await other.start({ only: ["router"] });
    const by = { actor: "asha", reason: "a new supplier" };

    const ran = await other.schedules.run("nightly", by);
    expect(await one.schedules.list()).toMatchObject([
      {
        name: "nightly",
        state: "running",
        timeZone: "Europe/Berlin",
        next: ["2026-11-29T01:30:00.000Z", "2026-11-30T01:30:00.000Z", "2026-12-01T01:30:00.000Z"],
        missed: 0,
        ran: { by: "asha", reason: "a new supplier", event: ran.id },
      },
    ]);

    expect(await one.schedules.pause("nightly", by)).toMatchObject({ state: "paused", next: [], paused: { by: "asha" } });
    const already = { by: "asha", at: new Date(clock.now()).toISOString(), reason: "a new supplier" };
    await clock.move(3 * 86_400_000);
    expect(await eventsOf("verbs")).toEqual([ran.id]);
    expect(await other.schedules.pause("nightly", { actor: "ravi" })).toMatchObject({ paused: already, already });
    expect(await other.schedules.resume("nightly")).toMatchObject({
      state: "running",
      next: [expect.stringMatching(/^2026-12-02T01:30/), expect.anything(), expect.anything()],
      missed: 0,
    });
    await clock.move(86_400_000);
    expect(await eventsOf("verbs")).toHaveLength(2);

    expect((await one.audit()).entries.map(({ what, by: who, of, reason }) => [what, who, of, reason])).toEqual([
      ["schedule.resume", "a person", "nightly", undefined],
      ["schedule.pause", "ravi", `nightly: it was paused already, by asha at ${already.at}`, undefined],
      ["schedule.pause", "asha", "nightly", "a new supplier"],
      ["schedule.run", "asha", "nightly", "a new supplier"],
    ]);
    await expect(one.schedules.pause("nigthly")).rejects.toThrow('No schedule is called "nigthly". Did you mean "nightly"?');
    await Promise.all([one.stop(), other.stop()]);
  });

  it("is what the HTTP API and the metrics say it is", async () => {
    const clock = testClock(start);
    const bus = wired("http", clock);
    await bus.start({ only: ["router"] });
    const server = await door.serve({ bus });
    const [read, operate] = [
      await door.key({ name: "reader", scopes: ["read"] }),
      await door.key({ name: "operator", scopes: ["operate", "read"] }),
    ];
    const post = (verb: string, key = operate) =>
      ask(`${server.url}/v1/schedules/${verb}`, { method: "POST", key, body: { reason: "a test" } });

    expect((await ask(`${server.url}/v1/schedules`, { key: read })).body).toMatchObject({
      schedules: [{ name: "nightly", state: "running" }],
    });
    expect((await post("nightly/pause", read)).status).toBe(403);
    expect((await post("nightly/pause")).body).toMatchObject({ state: "paused", paused: { by: "operator", reason: "a test" } });
    expect(await (await createMetrics({ bus, keep: 0 })).text()).toContain('busbar_schedule_paused{schedule="nightly"} 1');
    expect((await post("nightly/run")).body).toMatchObject({ topic: "check.due", repeated: false });
    expect((await post("nightly/resume")).body).toMatchObject({ state: "running" });
    expect((await post("daily/run")).body).toMatchObject({ status: 404, code: "UNKNOWN_SCHEDULE" });
    await clock.move(86_400_000);
    expect((await bus.stats()).schedules).toMatchObject([{ last: { time: "2026-11-29T01:30:00.000Z" } }]);
    expect((await bus.audit()).entries.map(({ what, by }) => [what, by])).toEqual([
      ["schedule.resume", "operator"],
      ["schedule.run", "operator"],
      ["schedule.pause", "operator"],
    ]);
    await bus.stop();
  });
});

describe("C5: the test kit", () => {
  it("lets a schedule fire at its times when its clock is moved, and sees to what comes of that", async () => {
    const handled: string[] = [];
    const check = defineSubscriber(checkDue, {
      name: "check",
      deliver: ({ handler }) => [
        handler({
          async handle({ data, time }, { channels }) {
            handled.push(`${data.date} at ${time}`);
            await channels.clean("all", { olderThan: "2d" });
          },
        }),
      ],
    });
    await using bus = await createTestBus({
      topics: { checkDue },
      subscribers: [check],
      schedules: [nightly()],
      now: "2026-10-24T12:00:00Z",
      redis: url,
    });
    await bus.clock.advance("12h");
    expect(handled).toEqual([]);
    // The clocks are set back in that night.
    await bus.clock.advance("2d");
    expect(handled).toEqual(["2026-10-25 at 2026-10-25T00:30:00.000Z", "2026-10-26 at 2026-10-26T01:30:00.000Z"]);
    await bus.schedules.run("nightly");
    await bus.drain();
    expect(handled).toHaveLength(3);
    // C8: what a handler cleans stands in the audit record, by its delivery.
    const { entries } = await bus.audit();
    expect(entries.map(({ what, by }) => `${what} ${by}`)).toEqual([
      expect.stringMatching(/^channel\.clean handler d_/),
      "schedule.run a person",
      expect.stringMatching(/^channel\.clean handler d_/),
      expect.stringMatching(/^channel\.clean handler d_/),
    ]);
  });
});

/** What a process does for a firing, each of which may be its last. */
const steps = ["notes that it begins", "publishes", "notes that it is made"] as const;
const deaths = steps.flatMap((does, step) => [
  { step, does, did: false },
  { step, does, did: true },
]);

describe("C5: a process that is killed", () => {
  it.each(deaths)("where it $does, having done so: $did, leaves one firing, made by the next process", async ({ step, did }) => {
    const application = `killed-${step}-${did}`;
    const clock = testClock(start);
    const publisher = wired(application, clock, []);
    const store = redisSchedules(redis, `${prefix}-${application}`, application);
    let made = 0;
    const dead = new Promise<never>(() => undefined);
    const death = new AbortController();
    /** Does the work or not, and then nothing any more. */
    const perhapsLast = async <T>(work: () => Promise<T>): Promise<T> => {
      if (made++ !== step) return made > step + 1 ? dead : work();
      if (did) await work();
      death.abort();
      return dead;
    };
    const process = (mortal: boolean, missed: MissedRuns) => {
      const killed: ScheduleStore = {
        ...store,
        swap: (...change) => (change[1] === undefined ? store.swap(...change) : perhapsLast(() => store.swap(...change))),
      };
      return startScheduler({
        application,
        schedules: [nightly(missed)],
        store: mortal ? killed : store,
        clock,
        log: { find: async () => undefined },
        publish: (...event) => (mortal ? perhapsLast(() => publisher.publish(...event)) : publisher.publish(...event)),
        observe: () => undefined,
        logger: silentLogger,
      });
    };
    await process(true, "skip");
    void clock.move(86_400_000);
    await new Promise((resolve) => death.signal.addEventListener("abort", resolve));

    // The dead one's alarm still rings, so that the next process has a clock of its own.
    const later = testClock(due + (step === 0 && !did ? 10_000 : 600_000));
    const next = await startScheduler({
      application,
      schedules: [nightly("skip")],
      store,
      clock: later,
      log: { find: async () => undefined },
      publish: publisher.publish,
      observe: () => undefined,
      logger: silentLogger,
    });
    await later.move(begunMs);
    await next.stop();
    expect(await eventsOf(application)).toEqual([firingId(application, "nightly", due)]);
    expect(await store.read("nightly")).toMatchObject({ missed: 0, until: due, last: { time: due } });
    expect(await store.read("nightly")).not.toHaveProperty("begun");
    await publisher.stop();
  });
});
