import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { firingId } from "../../src/define/firing.ts";
import { defineSchedule, defineTopic, type MissedRuns, type PublishOptions, type ScheduleDiff } from "../../src/index.ts";
import { mostCaughtUp, whatIsDue } from "../../src/router/schedules/due.ts";
import { reconcileSchedules } from "../../src/router/schedules/reconcile-schedules.ts";
import { startScheduler } from "../../src/router/schedules/scheduler.ts";
import { testClock } from "../../src/testing/test-clock.ts";
import { memorySchedules } from "../support/memory-schedules.ts";

const checkDue = defineTopic("check.due", z.object({ date: z.string(), previous: z.string().optional() }));
const nightly = (more: { readonly name?: string; readonly cron?: string; readonly missed?: MissedRuns; readonly timeZone?: string } = {}) =>
  defineSchedule(checkDue, {
    name: "nightly",
    cron: "30 2 * * *",
    timeZone: "Asia/Kolkata",
    data: ({ date, previous }) => ({ date, previous }),
    ...more,
  });

const hourly = (missed: MissedRuns) => nightly({ cron: "0 * * * *", missed });

interface Call {
  readonly payload: unknown;
  readonly options: PublishOptions;
}

/** A world with a store and a clock, in which processes are started. */
function world(start = "2026-11-28T00:00:00Z") {
  const store = memorySchedules();
  const clock = testClock(start);
  const calls: Call[] = [];
  const seen: [string, unknown][] = [];
  return {
    store,
    clock,
    calls,
    seen,
    times: () =>
      calls
        .map(({ options }) => Number.parseInt(options.id!.replace("-", "").slice(0, 12), 16))
        .map((time) => new Date(time).toISOString().slice(0, 16)),
    process: (schedules: readonly ReturnType<typeof nightly>[], publish?: (call: Call) => Promise<void>) =>
      startScheduler({
        application: "test",
        schedules,
        store,
        clock,
        log: { find: async () => undefined },
        async publish(topic, payload, options) {
          await publish?.({ payload, options });
          calls.push({ payload, options });
          return { id: options.id!, topic, repeated: false, durability: undefined };
        },
        observe: (name, fact) => void seen.push([name, fact]),
        logger: silentLogger,
      }),
  };
}
const day = 86_400_000;

describe("C5: a schedule fires", () => {
  it("at its times, with an id made of what fires and when, and with the firing before it", async () => {
    const { process, clock, calls, seen } = world();
    const scheduler = await process([nightly()]);
    await clock.move(2 * day);
    await scheduler.stop();
    expect(calls.map(({ payload }) => payload)).toEqual([
      { date: "2026-11-29", previous: undefined },
      { date: "2026-11-30", previous: "2026-11-28T21:00:00.000Z" },
    ]);
    expect(calls[0]!.options.id).toBe(firingId("test", "nightly", Date.parse("2026-11-28T21:00:00Z")));
    expect(seen).toEqual(
      calls.map(({ options: { id } }) => ["fired", expect.objectContaining({ schedule: "nightly", eventId: id, late: 0 })]),
    );
  });

  it("again after a publish that failed, as the same event", async () => {
    const { process, clock, calls } = world();
    let failures = 2;
    const scheduler = await process([nightly()], async () => {
      if (failures-- > 0) throw new Error("Redis is away");
    });
    await clock.move(day);
    await scheduler.stop();
    expect(calls).toHaveLength(1);
  });

  it("D9: asks Redis nothing between two firings, but once an hour that it lives", async () => {
    vi.useFakeTimers({ now: Date.parse("2026-11-28T00:00:00Z") });
    const { store } = world();
    const scheduler = await startScheduler({
      application: "test",
      schedules: [nightly()],
      store,
      clock: { now: () => Date.now() },
      log: { find: async () => undefined },
      publish: async (topic, _payload, { id }) => ({ id: id!, topic, repeated: false, durability: undefined }),
      observe: () => undefined,
      logger: silentLogger,
    });
    await vi.advanceTimersByTimeAsync(60_000);
    store.asked = 0;
    await vi.advanceTimersByTimeAsync(day);
    expect(store.asked).toBe(24 + 2);
    const stopped = scheduler.stop();
    await vi.advanceTimersByTimeAsync(1);
    await stopped;
  });
  afterEach(() => void vi.useRealTimers());
});

describe("C5: what nobody fired in time", () => {
  const until = Date.parse("2026-11-28T00:00:00Z");

  it.each([
    ["once", "2026-11-28T05:40:00Z", { fire: [5], missed: 5 }],
    ["skip", "2026-11-28T05:40:00Z", { fire: [], missed: 6 }],
    ["skip", "2026-11-28T05:31:01Z", { fire: [], missed: 6 }],
    // In time is within a minute.
    ["skip", "2026-11-28T05:31:00Z", { fire: [5], missed: 5 }],
    ["catch-up", "2026-11-28T05:40:00Z", { fire: [0, 1, 2, 3, 4, 5], missed: 0 }],
    ["once", "2026-11-28T00:29:00Z", { fire: [], missed: 0 }],
  ] as const)("with %s, at %s", (missed, now, { fire, missed: count }) => {
    // By the clocks of Kolkata the full hours are at half past.
    const due = whatIsDue(hourly(missed), until, Date.parse(now));
    expect(due.fire.map((time) => Math.floor((time - until) / 3_600_000))).toEqual(fire);
    expect(due.missed).toBe(count);
  });

  it("is caught up as far as the newest hundred", () => {
    const due = whatIsDue(nightly({ cron: "* * * * *", missed: "catch-up" }), until, until + 30 * day);
    expect(due.fire).toHaveLength(mostCaughtUp);
    expect(due.missed).toBe(30 * 1_440 - mostCaughtUp);
    expect(due.fire.at(-1)).toBe(until + 30 * day);
  });

  it("is made or counted when a process is there again, in order", async () => {
    const { process, clock, times, seen } = world();
    const schedules = [
      nightly({ name: "a-once" }),
      nightly({ name: "b-skip", missed: "skip" }),
      nightly({ name: "c-catch-up", missed: "catch-up" }),
    ];
    await (await process(schedules)).stop();
    await clock.move(3 * day);
    await (await process(schedules)).stop();
    expect(times()).toEqual(["2026-11-30T21:00", "2026-11-28T21:00", "2026-11-29T21:00", "2026-11-30T21:00"]);
    expect(seen.filter(([name]) => name === "firingsMissed")).toEqual([
      ["firingsMissed", { schedule: "a-once", topic: "check.due", count: 2 }],
      ["firingsMissed", { schedule: "b-skip", topic: "check.due", count: 3 }],
    ]);
  });

  it("a payload that the topic does not take is passed over, counted and said, and the next firing comes", async () => {
    const { process, clock, calls, seen, store } = world();
    let first = true;
    const broken = defineSchedule(checkDue, {
      name: "nightly",
      cron: "@daily",
      data({ date }) {
        if (date !== "2026-11-30" || !first) return { date };
        first = false;
        throw new Error("no figures yet");
      },
    });
    const scheduler = await process([broken]);
    await clock.move(2 * day);
    expect(seen.at(-1)).toEqual(["firingsMissed", expect.objectContaining({ count: 1, reason: "data threw: no figures yet" })]);
    expect((await store.read("nightly"))!.trouble).toBe("data threw: no figures yet");
    await clock.move(day);
    await scheduler.stop();
    expect(calls).toHaveLength(2);
    expect(await store.read("nightly")).toMatchObject({ missed: 1 });
    expect((await store.read("nightly"))!.trouble).toBeUndefined();
  });
});

describe("C5: what the code says is brought in line with what Redis knows", () => {
  const nobodyDead = { isDead: () => false };
  const none: ScheduleDiff = { added: [], changed: [], removed: [], unchanged: [], waiting: [] };

  it("as added, changed, removed and unchanged", async () => {
    const store = memorySchedules();
    const start = (schedules: readonly ReturnType<typeof nightly>[], now: number) =>
      reconcileSchedules({ store, schedules, me: "p", now, ...nobodyDead });
    expect(await start([nightly(), nightly({ name: "other" })], 1)).toEqual({ ...none, added: ["nightly", "other"] });
    expect(await start([nightly(), nightly({ name: "other" })], 2)).toEqual({ ...none, unchanged: ["nightly", "other"] });
    expect(await start([nightly({ cron: "0 3 * * *" }), nightly({ name: "new" })], 3)).toEqual({
      ...none,
      changed: ["nightly"],
      added: ["new"],
      removed: ["other"],
    });
    expect([...(await store.all()).keys()]).toEqual(["nightly", "new"]);
  });

  it("in a rolling deploy nothing changes to and fro: the old terms hold until the last process that has them has stopped", async () => {
    const { process, clock, times } = world();
    const [old1, old2] = [await process([nightly()]), await process([nightly()])];
    const new1 = await process([nightly({ cron: "0 6 * * *" })]);
    expect(new1.diff).toEqual({ ...none, waiting: ["nightly"] });
    await clock.move(day);
    expect(times()).toEqual(["2026-11-28T21:00"]);
    // A straggler of the old build is started again, and the deploy goes on.
    await old1.stop();
    const straggler = await process([nightly()]);
    expect(straggler.diff).toEqual({ ...none, unchanged: ["nightly"] });
    await Promise.all([old2.stop(), straggler.stop()]);
    await clock.move(2 * day);
    await new1.stop();
    expect(times()).toEqual(["2026-11-28T21:00", "2026-11-29T00:30", "2026-11-30T00:30"]);
  });

  it("what a new build no longer has goes on as long as an old process lives, and begins anew should it come back", async () => {
    const { process, clock, times, store } = world();
    const old = await process([nightly({ missed: "catch-up" })]);
    const next = await process([]);
    expect(next.diff).toEqual({ ...none, removed: ["nightly"] });
    await clock.move(day);
    expect(times()).toHaveLength(1);
    await Promise.all([old.stop(), next.stop()]);
    await clock.move(30 * day);
    const back = await process([nightly({ missed: "catch-up" })]);
    expect(back.diff).toEqual({ ...none, added: ["nightly"] });
    await clock.move(day);
    await back.stop();
    // The thirty nights without it are nobody's.
    expect(times()).toHaveLength(2);
    expect((await store.all()).get("nightly")!.missed).toBe(0);
  });

  it("terms of a process that died without a word hold for two and a half hours, and what fell due meanwhile is made then", async () => {
    const { store, process, clock, times } = world("2026-11-28T20:00:00Z");
    await reconcileSchedules({ store, schedules: [nightly()], me: "elsewhere/1/x", now: clock.now(), ...nobodyDead });
    const next = await process([nightly({ cron: "0 * * * *", timeZone: "UTC" })]);
    await clock.move(2 * 3_600_000);
    expect(times()).toEqual([]);
    await clock.move(3_600_000);
    await next.stop();
    expect(times()).toEqual(["2026-11-28T23:00"]);
    expect((await store.read("nightly"))!.missed).toBe(2);
  });
});
