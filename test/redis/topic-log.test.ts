import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { redisLog } from "../../src/log/redis-log.ts";
import type { NewEntry, Position } from "../../src/log/topic-log.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const log = redisLog({ url, prefix, logger: silentLogger });
const redis = new Redis(url);
const keys = logKeys(prefix);
afterAll(async () => {
  await log.close();
  redis.disconnect();
});

let made = 0;
const newTopic = (): string => `topic.${(made += 1)}`;
const entry = (topic: string, eventId: string, more: Partial<NewEntry> = {}): NewEntry => ({
  topic,
  eventId,
  partitionKey: eventId,
  time: Date.UTC(2026, 0, 1),
  json: JSON.stringify({ id: eventId }),
  ...more,
});
const position = (topic: string, group = "app.s"): Position => ({ topic, partition: 0, group });
const register = (topic: string, groups: readonly string[] = ["app.s"], application = "app") =>
  log.register({ application, topic, partition: 0, groups });
const budget = { events: 500, bytes: 4_000_000 };
const sweepAll = { minIdle: 0, limit: 100, suspectFrom: 3, suspectsTogether: 2 };
const idsOf = (entries: readonly { json: string }[]): string[] => entries.map(({ json }) => (JSON.parse(json) as { id: string }).id);
const readers = async (topic: string): Promise<string[]> => {
  const infos = (await redis.xinfo("CONSUMERS", keys.log(topic, 0), "app.s")) as [string, string][];
  return infos.map(([, name]) => name).toSorted();
};
const appendAll = (topic: string, ids: readonly string[]) => Promise.all(ids.map((id) => log.append(entry(topic, id))));

describe("append", () => {
  it("keeps one entry for an event, however often and however concurrently it is appended", async () => {
    const topic = newTopic();
    const results = await Promise.all(Array.from({ length: 20 }, () => log.append(entry(topic, "e-1"))));
    expect(results.filter(({ kind }) => kind === "appended")).toHaveLength(1);
    expect(new Set(results.map((result) => "entryId" in result && result.entryId)).size).toBe(1);
    expect(await redis.xlen(keys.log(topic, 0))).toBe(1);
  });

  it("numbers the entries of a log from 1 without a hole", async () => {
    const topic = newTopic();
    await appendAll(
      topic,
      Array.from({ length: 250 }, (_, index) => `e-${index}`),
    );
    const entries = await redis.xrange(keys.log(topic, 0), "-", "+");
    expect(entries.map(([, fields]) => Number(fields[1]))).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
  });

  it("gives the first id for the same idempotency key and payload, and a conflict for another payload", async () => {
    const topic = newTopic();
    const idempotency = { key: "order-1", fingerprint: "aaa" };
    await log.append(entry(topic, "e-1", { partitionKey: "order-1", idempotency }));
    expect(await log.append(entry(topic, "e-2", { idempotency }))).toMatchObject({ kind: "repeated", eventId: "e-1" });
    expect(await log.append(entry(topic, "e-3", { idempotency: { ...idempotency, fingerprint: "bbb" } }))).toEqual({
      kind: "conflict",
      eventId: "e-1",
      fingerprint: "aaa",
    });
    expect(await redis.xlen(keys.log(topic, 0))).toBe(1);
  });

  it("fails one event whose log is broken and no other event of the same call", async () => {
    const [broken, fine] = [newTopic(), newTopic()];
    await Promise.all([log.partitions(broken), log.partitions(fine)]);
    await redis.set(keys.log(broken, 0), "not a stream");
    const [first, second] = await Promise.allSettled([log.append(entry(broken, "e-1")), log.append(entry(fine, "e-2"))]);
    expect(first).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("WRONGTYPE") as string } });
    expect(second).toMatchObject({ status: "fulfilled", value: { kind: "appended" } });
  });

  it("records how many partitions a topic has when it is first used, and keeps to that", async () => {
    const wide = redisLog({ url, prefix, logger: silentLogger, partitions: 4 });
    const narrow = redisLog({ url, prefix, logger: silentLogger, partitions: 1 });
    const topic = newTopic();
    for (let index = 0; index < 40; index++) await wide.append(entry(topic, `e-${index}`));
    expect(await narrow.partitions(topic)).toBe(4);
    const lengths = await Promise.all([0, 1, 2, 3].map((partition) => redis.xlen(keys.log(topic, partition))));
    expect(lengths.reduce((sum, length) => sum + length)).toBe(40);
    expect(lengths.every((length) => length > 0)).toBe(true);
    await Promise.all([wide.close(), narrow.close()]);
  });
});

describe("positions", () => {
  it("begin with everything on an application's first start, and at the end for a subscriber that comes later", async () => {
    const topic = newTopic();
    await appendAll(topic, ["before"]);
    expect(await register(topic, ["app.a", "app.b"])).toEqual([
      { group: "app.a", at: "beginning" },
      { group: "app.b", at: "beginning" },
    ]);
    expect(await register(topic, ["app.a", "app.b", "app.c"])).toEqual([
      { group: "app.a", at: "exists" },
      { group: "app.b", at: "exists" },
      { group: "app.c", at: "end" },
    ]);
    expect(idsOf((await log.read(position(topic, "app.a"), "r", budget)).entries)).toEqual(["before"]);
    expect((await log.read(position(topic, "app.c"), "r", budget)).entries).toEqual([]);
  });

  it("of one application say nothing about another application's first start", async () => {
    const topic = newTopic();
    await appendAll(topic, ["before"]);
    await register(topic, ["app.s"]);
    expect(await register(topic, ["application.s"], "application")).toEqual([{ group: "application.s", at: "beginning" }]);
  });

  it("exist before the first event is published", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["first"]);
    const page = await log.read(position(topic), "r", budget);
    expect(idsOf(page.entries)).toEqual(["first"]);
    expect(page.gap).toBe(0);
  });

  it("move alone: each group reads every entry, in order, once", async () => {
    const topic = newTopic();
    await register(topic, ["app.a", "app.b"]);
    const ids = Array.from({ length: 30 }, (_, index) => `e-${index}`);
    for (const id of ids) await log.append(entry(topic, id));
    for (const group of ["app.a", "app.b"]) {
      const first = await log.read(position(topic, group), "r", { events: 20, bytes: 1_000_000 });
      const second = await log.read(position(topic, group), "r", budget);
      expect([first.more, second.more]).toEqual([true, false]);
      expect(idsOf([...first.entries, ...second.entries])).toEqual(ids);
    }
  });

  it("are read in pages of about the bytes that were asked for", async () => {
    const topic = newTopic();
    await register(topic);
    const json = JSON.stringify({ id: "x", data: "x".repeat(10_000) });
    await Promise.all(Array.from({ length: 100 }, (_, index) => log.append(entry(topic, `e-${index}`, { json }))));
    const page = await log.read(position(topic), "r", { events: 500, bytes: 200_000 });
    expect(page.more).toBe(true);
    expect(page.entries.length * json.length).toBeGreaterThanOrEqual(200_000);
    expect(page.entries.length * json.length).toBeLessThan(400_000);
  });

  it("count what was deleted before they read it, between pages and inside one", async () => {
    const topic = newTopic();
    await register(topic);
    const appended = await appendAll(topic, ["1", "2", "3", "4", "5", "6"]);
    const entryIds = appended.map((result) => ("entryId" in result ? result.entryId : ""));
    await redis.xdel(keys.log(topic, 0), entryIds[0]!, entryIds[1]!, entryIds[3]!);
    const page = await log.read(position(topic), "r", budget);
    expect(idsOf(page.entries)).toEqual(["3", "5", "6"]);
    expect(page.gap).toBe(3);
    expect(await redis.hget(keys.groups(topic, 0), "app.s|gaps")).toBe("3");
  });
});

describe("sweep", () => {
  it("A2: takes over what a reader left behind, and counts each hand-out", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    await log.read(position(topic), "dead", budget);
    const [swept] = await log.sweep([position(topic)], "alive", sweepAll);
    expect(swept!.taken).toMatchObject([{ number: 1, deliveries: 2 }]);
    expect(idsOf(swept!.taken)).toEqual(["e-1"]);
  });

  it("leaves alone what its reader keeps, and keeping does not count as a hand-out", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    const { entries } = await log.read(position(topic), "busy", budget);
    for (let round = 0; round < 5; round++) await log.keep(position(topic), "busy", [entries[0]!.id]);
    expect((await log.sweep([position(topic)], "other", { ...sweepAll, minIdle: 60_000 }))[0]!.taken).toEqual([]);
    expect((await log.sweep([position(topic)], "other", sweepAll))[0]!.taken[0]!.deliveries).toBe(2);
  });

  it("takes those that have become suspects some at a time, and from then on each alone, so that only the culprit's count goes on growing", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["culprit", "a", "b", "c"]);
    await log.read(position(topic), "r1", budget);
    expect(idsOf((await log.sweep([position(topic)], "r2", sweepAll))[0]!.taken)).toEqual(["culprit", "a", "b", "c"]);
    // All were handed out twice by now: r2 died too.
    const rounds: unknown[] = [];
    for (let round = 0; round < 6; round++) {
      const { taken } = (await log.sweep([position(topic)], `r${round + 3}`, sweepAll))[0]!;
      rounds.push([idsOf(taken), taken[0]!.deliveries]);
      // Each reader dies of the culprit, and finishes anything else.
      if (!idsOf(taken).includes("culprit"))
        await log.acknowledge(
          position(topic),
          taken.map(({ id }) => ({ entryId: id })),
        );
    }
    expect(rounds).toEqual([
      [["culprit", "a"], 3],
      [["b", "c"], 3],
      [["culprit"], 4],
      [["a"], 4],
      [["culprit"], 5],
      [["culprit"], 6],
    ]);
  });

  it("takes suspects of all positions together, and only when nothing else is left to take, be it behind pages of suspects", async () => {
    const [one, two] = [newTopic(), newTopic()];
    for (const topic of [one, two]) {
      await register(topic);
      await appendAll(topic, ["old", "older", "oldest"]);
      await log.read(position(topic), "r1", budget);
    }
    const both = [position(one), position(two)];
    const taken = async (reader: string, limit = 100) =>
      (await log.sweep(both, reader, { ...sweepAll, limit, suspectsTogether: 4 })).map((swept) => idsOf(swept.taken));
    await taken("r2");
    await appendAll(one, ["young"]);
    await log.read(position(one), "r2", budget);
    expect(await taken("r3", 2)).toEqual([["young"], []]);
    const all = ["old", "older", "oldest"];
    expect(await taken("r4")).toEqual([[...all, "young"], []]);
    expect(await taken("r5")).toEqual([[], all]);
    // Then there are only those that readers died with as suspects.
    expect((await taken("r6")).map((list) => list.length)).toEqual([1, 0]);
  });

  it("what its reader has lived with for a while is no suspect, should it die later", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["held"]);
    await log.read(position(topic), "r1", budget);
    for (const reader of ["r2", "r3", "r4"]) {
      const { taken } = (await log.sweep([position(topic)], reader, sweepAll))[0]!;
      await log.keep(
        position(topic),
        reader,
        taken.map(({ id }) => id),
      );
    }
    expect((await log.sweep([position(topic)], "r5", sweepAll))[0]!.taken).toMatchObject([{ deliveries: 2 }]);
  });

  it("says whether anything is unread: the bell that was missed", async () => {
    const topic = newTopic();
    await register(topic);
    expect((await log.sweep([position(topic)], "r", sweepAll))[0]!.unread).toBe(false);
    await appendAll(topic, ["e-1"]);
    expect((await log.sweep([position(topic)], "r", sweepAll))[0]!.unread).toBe(true);
    await log.read(position(topic), "r", budget);
    expect((await log.sweep([position(topic)], "r2", { ...sweepAll, minIdle: 60_000 }))[0]!.unread).toBe(false);
  });

  it("looks after a group whose reader has enough in hand, and takes nothing over for it", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    await log.read(position(topic), "dead", budget);
    await redis.hset(keys.groups(topic, 0), "app.s|seen", 0);
    expect((await log.sweep([{ ...position(topic), takes: false }], "full", sweepAll))[0]!.taken).toEqual([]);
    const [standing] = (await log.standing(topic, 0)).groups;
    expect([standing!.pending, Date.now() - standing!.seen!]).toEqual([1, expect.toSatisfy((age: number) => age < 60_000)]);
  });

  it("counts what was deleted while a reader held it", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1", "e-2"]);
    const { entries } = await log.read(position(topic), "dead", budget);
    await redis.xdel(keys.log(topic, 0), entries[0]!.id);
    const [swept] = await log.sweep([position(topic)], "alive", sweepAll);
    expect(swept).toMatchObject({ gap: 1, taken: [{ number: 2 }] });
    expect((await log.sweep([position(topic)], "later", sweepAll))[0]!.gap).toBe(0);
  });
});

describe("a group that is held up", () => {
  it("is not read, and while it is paused what a reader left behind is left alone; while it drains, that is taken over", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    await log.read(position(topic), "dead", budget);
    await appendAll(topic, ["e-2"]);
    await log.hold(position(topic), "paused");
    expect(await log.read(position(topic), "alive", budget)).toEqual({ entries: [], gap: 0, more: false, held: true });
    expect(await log.sweep([position(topic)], "alive", sweepAll)).toMatchObject([{ unread: false, taken: [] }]);
    await log.hold(position(topic), "draining");
    const [swept] = await log.sweep([position(topic)], "alive", sweepAll);
    expect([swept!.unread, idsOf(swept!.taken)]).toEqual([false, ["e-1"]]);
    expect((await log.read(position(topic), "alive", budget)).held).toBe(true);
  });

  it("holds its log as any other, for as long as a reader looks after it", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    await log.hold(position(topic), "paused");
    await redis.hset(keys.groups(topic, 0), "app.s|seen", 0);
    await log.sweep([position(topic)], "r", sweepAll);
    const rule = { retain: -1_000, retainBytes: 1, grace: 60_000 };
    expect(await log.trim(topic, 0, rule)).toEqual({ removed: 0, heldBy: "app.s", abandoned: [] });
  });
});

describe("acknowledge", () => {
  it("records what was planned, where it can be found by the event, and ends the entry", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    const { entries } = await log.read(position(topic), "r", budget);
    const time = "2026-01-01T00:00:00.000Z";
    const record = { eventId: "e-1", time, subscriber: "s", deliveries: [{ id: "d_1", route: "email", channel: "email" }] };
    await log.acknowledge(position(topic), [{ entryId: entries[0]!.id, record }]);
    expect(await log.routed("e-1", time, 1)).toEqual([record]);
    expect((await log.sweep([position(topic)], "r2", sweepAll))[0]!.taken).toEqual([]);
  });

  it("does not remove a reader that holds entries, only one that left nothing behind", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    const { entries } = await log.read(position(topic), "r", budget);
    await log.leave([position(topic)], "r");
    expect((await redis.xpending(keys.log(topic, 0), "app.s"))[0]).toBe(1);
    await log.acknowledge(position(topic), [{ entryId: entries[0]!.id }]);
    await log.leave([position(topic)], "r");
    expect(await redis.xinfo("CONSUMERS", keys.log(topic, 0), "app.s")).toEqual([]);
  });
});

describe("readers that are gone", () => {
  it("are removed when they hold nothing and were idle for an hour, and not before", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    await log.read(position(topic), "holds", budget);
    await redis.xgroup("CREATECONSUMER", keys.log(topic, 0), "app.s", "young");
    await log.removeIdleReaders(position(topic));
    expect(await readers(topic)).toEqual(["holds", "young"]);
    const script = readFileSync(new URL("../../src/log/remove-idle-readers.lua", import.meta.url), "utf8");
    // The same script, with patience for nobody.
    await expect.poll(() => redis.eval(script, 1, keys.log(topic, 0), "app.s", 0)).toBe(1);
    expect(await readers(topic)).toEqual(["holds"]);
  });
});

describe("the bell", () => {
  it("A1: wakes a waiting reader when something is appended, without polling", async () => {
    const topic = newTopic();
    const { signal } = new AbortController();
    expect(await log.waitForBell(0, signal)).toBe("all");
    const rung = log.waitForBell(0, signal);
    await appendAll(topic, ["e-1"]);
    expect(await rung).toContain(topic);
  });

  it("wakes the readers of a group that goes on after a pause, and of one that was moved", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["e-1"]);
    const { signal } = new AbortController();
    await log.waitForBell(0, signal);
    await log.hold(position(topic), "paused");
    const goesOn = log.waitForBell(0, signal);
    await log.hold(position(topic), undefined);
    expect(await goesOn).toEqual([topic]);
    expect((await log.read(position(topic), "r", budget)).entries).toHaveLength(1);
    const moved = log.waitForBell(0, signal);
    await log.seek(position(topic), { to: "beginning", knownSince: 0, move: true });
    expect(await moved).toEqual([topic]);
    expect((await log.read(position(topic), "r", budget)).entries).toHaveLength(1);
  });
});

describe("retention", () => {
  const day = 86_400_000;
  const byAge = { retain: 0, retainBytes: 1e9, grace: 7 * day };

  it("E5: removes by age what everybody has acknowledged, and nothing else", async () => {
    const topic = newTopic();
    await register(topic, ["app.a", "app.b"]);
    await appendAll(topic, ["1", "2", "3"]);
    const { entries } = await log.read(position(topic, "app.a"), "r", budget);
    await log.acknowledge(
      position(topic, "app.a"),
      entries.map(({ id }) => ({ entryId: id })),
    );
    expect(await log.trim(topic, 0, byAge)).toMatchObject({ removed: 0, heldBy: "app.b" });
    const other = await log.read(position(topic, "app.b"), "r", budget);
    await log.acknowledge(position(topic, "app.b"), [{ entryId: other.entries[0]!.id }]);
    expect(await log.trim(topic, 0, { ...byAge, retain: -1_000 })).toMatchObject({ removed: 1, heldBy: "app.b" });
    expect(await log.trim(topic, 0, { ...byAge, retain: day })).toMatchObject({ removed: 0, heldBy: undefined });
  });

  it("E5: removes the oldest while the log is larger than it may be, never past the slowest group", async () => {
    const topic = newTopic();
    await register(topic);
    const json = JSON.stringify({ id: "x", data: "x".repeat(5_000) });
    await Promise.all(Array.from({ length: 400 }, (_, index) => log.append(entry(topic, `e-${index}`, { json }))));
    const rule = { retain: day, retainBytes: 500_000, grace: 7 * day };
    expect(await log.trim(topic, 0, rule)).toMatchObject({ removed: 0, heldBy: "app.s" });
    const { entries } = await log.read(position(topic), "r", { events: 300, bytes: 1e9 });
    await log.acknowledge(
      position(topic),
      entries.slice(0, 250).map(({ id }) => ({ entryId: id })),
    );
    const { removed } = await log.trim(topic, 0, rule);
    expect(removed).toBe(250);
    expect(await redis.xlen(keys.log(topic, 0))).toBe(150);
  });

  it("announces a group without a reader for its grace, once, and no longer waits for it", async () => {
    const topic = newTopic();
    await register(topic, ["app.gone"]);
    await appendAll(topic, ["1"]);
    const rule = { ...byAge, retain: -1_000, grace: -1_000 };
    expect(await log.trim(topic, 0, rule)).toEqual({ removed: 1, heldBy: undefined, abandoned: ["app.gone"] });
    expect((await log.trim(topic, 0, rule)).abandoned).toEqual([]);
  });

  it("keeps the log's last id when it is trimmed to nothing, so that ids only grow", async () => {
    const topic = newTopic();
    await register(topic);
    await appendAll(topic, ["1"]);
    const { entries } = await log.read(position(topic), "r", budget);
    await log.acknowledge(position(topic), [{ entryId: entries[0]!.id }]);
    await log.trim(topic, 0, { ...byAge, retain: -1_000 });
    await appendAll(topic, ["2"]);
    const page = await log.read(position(topic), "r", budget);
    expect(idsOf(page.entries)).toEqual(["2"]);
    expect(page.gap).toBe(0);
  });
});
