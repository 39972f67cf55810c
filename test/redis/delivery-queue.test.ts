import { Redis } from "ioredis";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { type Priority, resolvePolicy, type Retry } from "../../src/define/policy.ts";
import type { Locks } from "../../src/base/locks.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import type { DeliveryQueue, Job, QueuedContent, QueueWorker, Verdict } from "../../src/queues/delivery-queue.ts";
import { startExpiry } from "../../src/queues/expiry.ts";
import { stalledReason } from "../../src/queues/stalled-reason.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
const queues: DeliveryQueue<QueuedContent>[] = [];
const workers: QueueWorker[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop(2_000)));
  await Promise.all(queues.map((queue) => queue.close()));
  redis.disconnect();
});

function newQueue({ keepCompleted = { age: 60_000, count: 100 }, clock = systemClock, name = `q${queues.length}` }: NewQueueOptions = {}) {
  const queue = bullmqQueue<QueuedContent>({ url, prefix, application: "app", name, logger: silentLogger, keepCompleted, clock });
  queues.push(queue);
  return { queue, key: (part: string): string => `${prefix}:{app.${name}}:${part}` };
}

interface NewQueueOptions {
  readonly keepCompleted?: { readonly age: number; readonly count: number };
  readonly clock?: Clock;
  /** Default: one of its own; two of one name are two processes' view of one queue. */
  readonly name?: string;
}

const content = (id: string, more: { priority?: Priority; retry?: Retry; notBefore?: number } = {}): QueuedContent => ({
  id,
  policy: resolvePolicy({ retry: { delay: 1, jitter: 0 } }, more),
  ...(more.notBefore === undefined ? {} : { notBefore: more.notBefore }),
});

/** Works until `until` says that it has seen enough; gives every job that was handed out. */
async function work(
  queue: DeliveryQueue<QueuedContent>,
  handle: (job: Job<QueuedContent>) => Verdict,
  until: (handed: Job<QueuedContent>[]) => boolean,
) {
  const handed: Job<QueuedContent>[] = [];
  let enough!: () => void;
  const seen = new Promise<void>((resolve) => (enough = resolve));
  const worker = queue.work(
    async (job) => {
      handed.push(job);
      if (until(handed)) enough();
      return handle(job);
    },
    { concurrency: 1, onGivenUp: () => undefined },
  );
  workers.push(worker);
  await seen;
  await worker.stop(5_000);
  return handed;
}

const done: Verdict = { kind: "done", end: "sent" };

describe("a delivery queue", () => {
  it("holds a job once, however often it is added, also after it is done", async () => {
    const { queue } = newQueue();
    await Promise.all([queue.add([content("d_1")]), queue.add([content("d_1"), content("d_1")])]);
    await work(
      queue,
      () => done,
      (handed) => handed.length === 1,
    );
    await queue.add([content("d_1")], { verify: true });
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, completed: 1, dead: 0 });
  });

  it("D1: hands out the most urgent first", async () => {
    const { queue } = newQueue();
    await queue.add(
      (["low", "normal", "critical", "high", "critical"] as const).map((priority, index) =>
        content(`d_${index}_${priority}`, { priority }),
      ),
    );
    const handed = await work(
      queue,
      () => done,
      (jobs) => jobs.length === 5,
    );
    expect(handed.map((job) => job.content.id)).toEqual(["d_2_critical", "d_4_critical", "d_3_high", "d_1_normal", "d_0_low"]);
  });

  it("mends a job that was added halfway: a hash without a place in any list", async () => {
    const { queue, key } = newQueue();
    await queue.add([content("d_1"), content("d_2")]);
    await redis.zrem(key("prioritized"), "d_1");
    await queue.add([content("d_1"), content("d_2")]);
    expect((await queue.counts()).waiting).toBe(1);
    await queue.add([content("d_1"), content("d_2")], { verify: true });
    const handed = await work(
      queue,
      () => done,
      (jobs) => jobs.length === 2,
    );
    expect(handed.map((job) => job.content.id).toSorted()).toEqual(["d_1", "d_2"]);
  });

  it("B1: tries a failing job as often as its policy says, then keeps it as a dead letter with its reason", async () => {
    const { queue } = newQueue();
    await queue.add([content("d_1")]);
    const handed = await work(
      queue,
      ({ attempt }) => ({ kind: "failed", reason: `failure ${attempt}` }),
      (jobs) => jobs.length === 4,
    );
    expect(handed.map((job) => job.attempt)).toEqual([1, 2, 3, 4]);
    expect(await queue.deadLetters({ from: 0, count: 10 })).toMatchObject([{ content: { id: "d_1" }, reason: "failure 4", attempts: 4 }]);
  });

  it("makes a dead letter at once where the verdict says so, with the stack of what was thrown", async () => {
    const { queue } = newQueue();
    await queue.add([content("d_1")]);
    await work(
      queue,
      () => ({ kind: "dead", reason: "never", error: new TypeError("inner") }),
      (jobs) => jobs.length === 1,
    );
    const [letter] = await queue.deadLetters({ from: 0, count: 10 });
    expect(letter).toMatchObject({ reason: "never", attempts: 1 });
    expect(letter!.stack.join("\n")).toContain("delivery-queue.test.ts");
  });

  it("burns no attempt for a wait", async () => {
    const { queue } = newQueue();
    await queue.add([content("d_1")]);
    let waits = 6;
    const handed = await work(
      queue,
      () => ((waits -= 1) > 0 ? { kind: "again", after: 1 } : done),
      (jobs) => jobs.length === 6,
    );
    expect(new Set(handed.map((job) => job.attempt))).toEqual(new Set([1]));
    expect((await queue.counts()).completed).toBe(1);
  });

  it("B5, E5: keeps no more completed jobs than it was told", async () => {
    const { queue } = newQueue({ keepCompleted: { age: 60_000, count: 3 } });
    await queue.add(Array.from({ length: 10 }, (_, index) => content(`d_${index}`)));
    await work(
      queue,
      () => done,
      (jobs) => jobs.length === 10,
    );
    expect((await queue.counts()).completed).toBe(3);
  });

  it("B5: removes dead letters that are past their time and says how many; the others stay", async () => {
    const { queue } = newQueue();
    await queue.add([content("d_1"), content("d_2")]);
    await work(
      queue,
      () => ({ kind: "dead", reason: "x" }),
      (jobs) => jobs.length === 2,
    );
    const [before, after] = [Date.now() - 60_000, Date.now() + 1_000];
    expect(await queue.pastKeeping({ dead: before, finished: after })).toEqual({ dead: 0, finished: 0 });
    expect(await queue.pastKeeping({ dead: after, finished: after })).toEqual({ dead: 2, finished: 0 });
    expect(await queue.expireDeadLetters(Date.now() - 60_000)).toBe(0);
    expect(await queue.expireDeadLetters(Date.now() + 1_000)).toBe(2);
    expect((await queue.counts()).dead).toBe(0);
  });

  it("B5, C8, E5: what is past its time goes from a queue that has nothing to do any more, too, and dead letters stay for theirs", async () => {
    const { queue } = newQueue();
    await queue.add([content("d_1"), content("d_2"), content("d_3")]);
    await work(
      queue,
      ({ content: { id } }) => (id === "d_2" ? { kind: "dead", reason: "x" } : done),
      (jobs) => jobs.length === 3,
    );
    const free: Locks = { acquire: async () => ({ renew: async () => true, release: async () => undefined }) };
    const shared = { queue, locks: free, every: 60_000, clock: systemClock, observe: () => undefined, logger: silentLogger };
    const kept = startExpiry({ ...shared, keepDeadLetters: 60_000, keepFinished: 60_000 });
    await kept.stop();
    expect(await queue.counts()).toMatchObject({ completed: 2, dead: 1 });
    const past = startExpiry({ ...shared, keepDeadLetters: 60_000, keepFinished: -1_000 });
    await past.stop();
    expect(await queue.counts()).toMatchObject({ completed: 0, dead: 1 });
  });

  it("B4: has the rate of the configuration, until another one is set, which outlives every start, until it is reset", async () => {
    const { queue, key } = newQueue();
    const rate = () => redis.hmget(key("meta"), "max", "duration");
    const [configured, later] = [
      { concurrency: 5, rateLimit: { max: 10, per: 1_000 } },
      { concurrency: 6, rateLimit: false },
    ] as const;
    const deed = { by: "asha", at: 1_000, reason: "asked for" };
    expect(await queue.configure(configured)).toEqual({ configured });
    expect(await rate()).toEqual(["10", "1000"]);
    await queue.setLimits({ rateLimit: { max: 2, per: 60_000 }, concurrency: 1 }, { configured: later, done: deed });
    expect(await rate()).toEqual(["2", "60000"]);
    const set = { concurrency: { value: 1, ...deed }, rateLimit: { value: { max: 2, per: 60_000 }, ...deed } };
    expect(await queue.configure(later)).toEqual({ configured: later, ...set });
    expect(await rate()).toEqual(["2", "60000"]);
    expect(await queue.setLimits({ rateLimit: false }, { configured, done: deed })).toMatchObject({ rateLimit: { value: false } });
    expect(await rate()).toEqual([null, null]);
    await queue.configure(configured);
    expect(await queue.setLimits({ rateLimit: null }, { configured: later, done: deed })).toEqual({
      configured,
      concurrency: set.concurrency,
    });
    expect(await rate()).toEqual(["10", "1000"]);
  });

  it("B4: hands out no more than the rate allows, however many processes work", async () => {
    const shared = { name: "rated" };
    const [one, other] = [newQueue(shared).queue, newQueue(shared).queue];
    await one.configure({ concurrency: 5, rateLimit: { max: 4, per: 400 } });
    await one.add(Array.from({ length: 12 }, (_, index) => content(`d_${index}`)));
    const begun = performance.now();
    const handed: number[] = [];
    let enough!: () => void;
    const all = new Promise<void>((resolve) => (enough = resolve));
    for (const queue of [one, other]) {
      const handle = async (): Promise<Verdict> => {
        if (handed.push(performance.now()) === 12) enough();
        return { kind: "done", end: "sent" };
      };
      workers.push(queue.work(handle, { concurrency: 5, onGivenUp: () => undefined }));
    }
    await all;
    // Four at once, and the next four when the time of the first is over; Redis counts in whole milliseconds.
    expect([handed[4]! - begun >= 395, handed[8]! - begun >= 795]).toEqual([true, true]);
  });

  it("hands out what waits when a clock that tests move has come to its time, and not before: added, tried again, or put back", async () => {
    const start = Date.parse("2026-01-01T00:00:00Z");
    let now = start;
    const clock = { now: () => now, wallTime: (time: number) => time - start + Date.parse("2036-01-01T00:00:00Z") };
    // BullMQ looks at the wall clock a moment after we did: here, each look is a moment later than the one before.
    let wall = Date.now();
    const looks = vi.spyOn(Date, "now").mockImplementation(() => (wall += 2));
    onTestFinished(() => looks.mockRestore());
    const { queue } = newQueue({ clock });
    const retry = { delay: 2_000, jitter: 0 };
    await queue.add([content("d_added", { notBefore: start + 5_000 }), content("d_failing", { retry }), content("d_again")]);
    const tries = new Map<string, number[]>();
    let left = 3;
    let enough!: () => void;
    const rest = (jobs: number): Promise<void> => {
      left = jobs;
      return new Promise((resolve) => (enough = resolve));
    };
    const first = rest(2);
    const worker = queue.work(
      async ({ content: { id } }) => {
        const seconds = [...(tries.get(id) ?? []), (now - start) / 1_000];
        tries.set(id, seconds);
        if ((left -= 1) === 0) enough();
        if (seconds.length > 1 || id === "d_added") return done;
        return id === "d_failing" ? { kind: "failed", reason: "503" } : { kind: "again", after: 3_000 };
      },
      { concurrency: 1, onGivenUp: () => undefined },
    );
    workers.push(worker);
    await first;
    await vi.waitFor(async () => expect(await queue.counts()).toMatchObject({ active: 0, waiting: 0, delayed: 3 }));
    const passed: number[] = [];
    for (const second of [1, 2, 3, 4, 5]) {
      now = start + second * 1_000;
      const due = second === 1 || second === 4 ? Promise.resolve() : rest(1);
      passed.push(await queue.handOutDue());
      await due;
    }
    expect(passed).toEqual([0, 1, 1, 0, 1]);
    expect(Object.fromEntries(tries)).toEqual({ d_failing: [0, 2], d_again: [0, 3], d_added: [5] });
  });

  it("wakes what waits for a time, says what is with a worker, and leaves all else where it is", async () => {
    const { queue } = newQueue();
    const later = { notBefore: Date.now() + 3_600_000 };
    await queue.add([content("d_later", later), content("d_held"), content("d_dead"), content("d_done")]);
    const handed: string[] = [];
    let underWay: readonly string[] = [];
    const worker = queue.work(
      async ({ content: { id } }) => {
        handed.push(id);
        if (handed.filter((other) => other === id).length > 1 || id === "d_done") return done;
        if (id === "d_dead") return { kind: "dead", reason: "no" };
        if (id === "d_later") return done;
        // What it is told to wait for is known a moment too late: it is found with its worker.
        underWay = await queue.wake(["d_held"]);
        return { kind: "again", after: 3_600_000 };
      },
      { concurrency: 1, onGivenUp: () => undefined },
    );
    workers.push(worker);
    await expect.poll(() => queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 2, completed: 1, dead: 1 });
    expect(underWay).toEqual(["d_held"]);
    expect(handed.toSorted()).toEqual(["d_dead", "d_done", "d_held"]);
    expect(await queue.wake(["d_later", "d_held", "d_dead", "d_done", "d_unknown"])).toEqual([]);
    await expect.poll(() => queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, completed: 3, dead: 1 });
    expect(handed.slice(3).toSorted()).toEqual(["d_held", "d_later"]);
    expect(await queue.wake([])).toEqual([]);
  });

  it("leaves a woken job its turn: the most urgent goes first", async () => {
    const { queue } = newQueue();
    const later = { notBefore: Date.now() + 3_600_000 };
    await queue.add([
      content("d_woken", { ...later, priority: "low" }),
      content("d_waiting"),
      content("d_urgent", { priority: "critical" }),
    ]);
    await Promise.all([queue.wake(["d_woken"]), queue.wake(["d_woken", "d_woken"])]);
    const handed = await work(
      queue,
      () => done,
      (jobs) => jobs.length === 3,
    );
    expect(handed.map((job) => job.content.id)).toEqual(["d_urgent", "d_waiting", "d_woken"]);
  });

  it("A3: gives a dead letter that is redriven all that a new job has: attempts, and deaths of its workers", async () => {
    const { queue, key } = newQueue();
    await queue.add([content("job", { retry: { attempts: 1 } })]);
    // Its workers died five times before it failed for good.
    await redis.hset(key("job"), "stc", 5);
    await work(
      queue,
      () => ({ kind: "failed", reason: `no ${"x".repeat(5_000)}` }),
      (handed) => handed.length === 1,
    );
    const letter = await queue.deadLetter("job");
    expect(letter!.reason).toMatch(/^no x{997}… \(5003 characters\)$/);
    expect(await queue.redrive("job")).toBe(true);
    expect(await redis.hexists(key("job"), "stc")).toBe(0);
    expect(await queue.redrive("job")).toBe(false);
    const [again] = await work(
      queue,
      () => done,
      (handed) => handed.length === 1,
    );
    expect(again!.attempt).toBe(1);
    expect(await queue.counts()).toMatchObject({ dead: 0, completed: 1 });
  });

  it("says in our words that a job's workers died again and again", () => {
    expect(stalledReason("job stalled more than allowable limit")).toBe("poison: its workers died again and again");
    expect(stalledReason("SMTP 451")).toBeUndefined();
  });

  it("A3: gives up a dead letter, and nothing that was queued again meanwhile", async () => {
    const { queue, key } = newQueue();
    await queue.add(["again", "up"].map((id) => content(id, { retry: { attempts: 1 } })));
    await work(
      queue,
      () => ({ kind: "failed", reason: "no" }),
      (handed) => handed.length === 2,
    );
    expect(await queue.redrive("again")).toBe(true);
    expect([await queue.discard("again"), await queue.discard("up"), await queue.discard("up"), await queue.redrive("up")]).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(await queue.counts()).toMatchObject({ waiting: 1, dead: 0 });
    expect(await redis.keys(key("up*"))).toEqual([]);
  });

  it("C3: finds a job wherever it is, and takes away what no worker holds", async () => {
    const { queue } = newQueue();
    await queue.add([content("waiting"), content("later", { notBefore: Date.now() + 60_000 })]);
    expect(await queue.find("waiting")).toMatchObject({ state: "waiting", attempts: 0, content: { id: "waiting" } });
    expect(await queue.find("later")).toMatchObject({ state: "delayed" });
    expect(await queue.find("unknown")).toBeUndefined();
    const states: unknown[] = [];
    let removed: boolean | undefined;
    const worker = queue.work(
      async ({ content: { id } }) => {
        states.push((await queue.find(id))?.state);
        removed = await queue.remove(id);
        return done;
      },
      { concurrency: 1, onGivenUp: () => undefined },
    );
    workers.push(worker);
    await expect.poll(async () => (await queue.find("waiting"))?.state).toBe("completed");
    expect([states, removed]).toEqual([["active"], false]);
    expect(await queue.remove("later")).toBe(true);
    expect([await queue.remove("later"), await queue.find("later")]).toEqual([false, undefined]);
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, completed: 1, dead: 0 });
  });

  it("E2: hands nothing out while it is paused, and says since when the oldest waits", async () => {
    const { queue } = newQueue();
    await queue.pause();
    expect([await queue.paused(), await queue.oldestWaiting(), await queue.workers()]).toEqual([true, undefined, 0]);
    const before = Date.now();
    await queue.add([content("first", { priority: "low" }), content("second", { priority: "critical" })]);
    const oldest = await queue.oldestWaiting();
    expect(oldest).toBeGreaterThanOrEqual(before);
    await queue.add([content("third", { priority: "critical" })]);
    expect(await queue.oldestWaiting()).toBe(oldest);
    const handed: string[] = [];
    const worker = queue.work(
      async ({ content: { id } }) => {
        handed.push(id);
        return done;
      },
      { concurrency: 1, onGivenUp: () => undefined },
    );
    workers.push(worker);
    await worker.ready();
    await expect.poll(() => queue.workers()).toBe(1);
    expect(handed).toEqual([]);
    await queue.resume();
    await expect.poll(() => handed.length).toBe(3);
    expect(handed.at(-1)).toBe("first");
    expect(await queue.paused()).toBe(false);
  });

  it("C8: forgets finished jobs of an age, and no dead letter", async () => {
    const { queue } = newQueue();
    await queue.add([content("good"), content("bad", { retry: { attempts: 1 } })]);
    await work(
      queue,
      ({ content: { id } }) => (id === "bad" ? { kind: "failed", reason: "no" } : done),
      (handed) => handed.length === 2,
    );
    expect(await queue.clean(Date.now() - 60_000)).toBe(0);
    expect(await queue.clean(Date.now() + 1_000)).toBe(1);
    expect(await queue.counts()).toMatchObject({ completed: 0, dead: 1 });
  });
});
