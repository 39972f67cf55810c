import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { shortHash, timeOrderedId } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { dayOf, logKeys } from "../../src/log/redis-log-keys.ts";
import { redisLog } from "../../src/log/redis-log.ts";
import type { LogEntry, NewEntry } from "../../src/log/topic-log.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const log = redisLog({ url, prefix, logger: silentLogger, partitions: 2 });
const redis = new Redis(url);
const keys = logKeys(prefix);
afterAll(async () => {
  await log.close();
  redis.disconnect();
});

let made = 0;
const newTopic = (): string => `topic.${(made += 1)}`;
const append = (topic: string, eventId: string, more: Partial<NewEntry> = {}) =>
  log.append({ topic, eventId, partitionKey: "k", time: Date.now(), json: JSON.stringify({ id: eventId }), ...more });
const appendAll = async (topic: string, count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, (_, index) => `${topic}-${index}`);
  for (const id of ids) await append(topic, id);
  return ids;
};
const idsOf = (entries: readonly LogEntry[]): string[] => entries.map(({ json }) => (JSON.parse(json) as { id: string }).id);
/** The partition of the key `k`, which all entries here have. */
const partitionOfK = async (topic: string): Promise<number> => ((await redis.exists(keys.log(topic, 0))) === 1 ? 0 : 1);

describe("range", () => {
  it("gives pages of a time, oldest first, and moves nobody's position", async () => {
    const topic = newTopic();
    const ids = await appendAll(topic, 5);
    const partition = await partitionOfK(topic);
    const all = { from: 0, to: Date.now() + 1_000 };
    const first = await log.range(topic, partition, { ...all, count: 2 });
    const rest = await log.range(topic, partition, { ...all, count: 10, after: first.at(-1)!.id });
    expect([idsOf(first), idsOf(rest)]).toEqual([ids.slice(0, 2), ids.slice(2)]);
    expect(await log.range(topic, partition, { from: 0, to: 1_000, count: 10 })).toEqual([]);
    expect((await log.standing(topic, partition)).groups).toEqual([]);
  });
});

describe("find", () => {
  it("finds an event by its id alone, in whatever topic and partition it is", async () => {
    const topics = [newTopic(), newTopic()];
    await append(topics[0]!, "a");
    await append(topics[1]!, "order:1");
    expect(await log.find("order:1", { topics, time: undefined })).toMatchObject({ topic: topics[1], entry: { number: 1 } });
    expect(await log.find("order:2", { topics, time: undefined })).toBeUndefined();
  });

  it("finds an old event by its time, when the log no longer remembers its id", async () => {
    const topic = newTopic();
    const time = Date.now() - 50 * 3_600_000;
    const eventId = timeOrderedId(time);
    await log.partitions(topic);
    await redis.xadd(keys.log(topic, 1), `${time + 10}-0`, "n", 1, "event", JSON.stringify({ id: "another" }));
    await redis.xadd(keys.log(topic, 1), `${time + 20}-0`, "n", 2, "event", JSON.stringify({ id: eventId }));
    expect(await log.find(eventId, { topics: [topic], time })).toMatchObject({ topic, partition: 1, entry: { number: 2 } });
  });

  it("says which event an idempotency key belongs to", async () => {
    const topic = newTopic();
    await append(topic, "e-1", { idempotency: { key: "order 7", fingerprint: "f" } });
    expect(await log.eventOfKey("order 7", [newTopic(), topic])).toBe("e-1");
    expect(await log.eventOfKey("order 8", [topic])).toBeUndefined();
  });
});

const indexKeys = (topic: string): Promise<string[]> => redis.keys(`${prefix}:{*}:log-index:${topic}:*`);

describe("search", () => {
  const retain = 2 * 86_400_000;
  const searched = (...values: string[]) => ({ search: { values, retain } });
  const found = async (value: string, topics: readonly string[], within = log): Promise<string[]> => {
    const entries: LogEntry[] = [];
    for await (const { entry } of within.search(
      value,
      topics.map((name) => ({ name, retain })),
    ))
      entries.push(entry);
    return idsOf(entries);
  };

  it("finds what was appended with a value, in whatever topics and partitions it is, the newest first", async () => {
    const topics = [newTopic(), newTopic()];
    for (const id of ["1", "2", "3", "4", "5"]) {
      await append(topics[Number(id) % 2]!, id, { partitionKey: `k-${id}`, ...searched("A-1", `own-${id}`) });
      await wait(2); // the stream's ids, which order them, have milliseconds
    }
    await append(topics[0]!, "another", searched("A-2"));
    await append(topics[0]!, "none");
    expect(await found("A-1", topics)).toEqual(["5", "4", "3", "2", "1"]);
    expect(await found("A-1", [topics[1]!])).toEqual(["5", "3", "1"]);
    expect(await found("own-3", topics)).toEqual(["3"]);
    for (const value of ["A-", "A-11", "a-1", ""]) expect([value, await found(value, topics)]).toEqual([value, []]);
    expect(await found("A-1", [])).toEqual([]);
  });

  it("finds hundreds of one value, each once, in the order in which they were appended within one millisecond", async () => {
    const topic = newTopic();
    const ids = Array.from({ length: 900 }, (_, index) => `e-${index}`);
    await Promise.all(ids.map((id) => append(topic, id, searched("busy"))));
    expect(await found("busy", [topic])).toEqual(ids.toReversed());
  });

  it("adds nothing for an append that is repeated, in conflict, or refused", async () => {
    const topic = newTopic();
    const idempotency = { key: "order-1", fingerprint: "f" };
    await append(topic, "e-1", { idempotency, ...searched("A-1") });
    await append(topic, "e-1", searched("A-1", "late"));
    expect(await append(topic, "e-2", { idempotency, ...searched("A-1") })).toMatchObject({ kind: "repeated" });
    expect(await append(topic, "e-3", { idempotency: { ...idempotency, fingerprint: "g" }, ...searched("A-1") })).toMatchObject({
      kind: "conflict",
    });
    expect(await found("A-1", [topic])).toEqual(["e-1"]);
    expect(await found("late", [topic])).toEqual([]);
    const broken = newTopic();
    await log.partitions(broken);
    await redis.set(keys.log(broken, 0), "not a stream");
    await redis.set(keys.log(broken, 1), "not a stream");
    await expect(append(broken, "e-1", searched("A-1"))).rejects.toThrow("WRONGTYPE");
    expect(await indexKeys(broken)).toEqual([]);
  });

  it("keeps each event's values apart where several are appended in one call, with and without them", async () => {
    const topic = newTopic();
    const values = [["a", "b", "c"], [], ["b"], undefined, ["c", "d"]];
    await Promise.all(
      values.map((each, index) =>
        append(topic, `e-${index}`, {
          ...(each && searched(...each)),
          ...(index === 2 ? { idempotency: { key: "k", fingerprint: "f" } } : {}),
        }),
      ),
    );
    expect(await Promise.all(["a", "b", "c", "d"].map((value) => found(value, [topic])))).toEqual([
      ["e-0"],
      ["e-2", "e-0"],
      ["e-4", "e-0"],
      ["e-4"],
    ]);
    expect(await log.eventOfKey("k", [topic])).toBe("e-2");
  });

  it("leaves out what is no longer in the log, and forgets it a day after its time", async () => {
    const topic = newTopic();
    await append(topic, "old", searched("A-1"));
    await wait(2);
    const cut = Date.now();
    await append(topic, "new", searched("A-1"));
    const partition = await partitionOfK(topic);
    await redis.xtrim(keys.log(topic, partition), "MINID", String(cut));
    expect(await found("A-1", [topic])).toEqual(["new"]);
    const [key] = await indexKeys(topic);
    expect(await redis.pttl(key!)).toBeGreaterThan(retain + 86_400_000 - 60_000);
    expect(await redis.pttl(key!)).toBeLessThanOrEqual(retain + 86_400_000);
  });

  it("finds what was appended days ago, as far back as the topic keeps it", async () => {
    const topic = newTopic();
    await append(topic, "e-1", searched("A-1"));
    const [today] = await indexKeys(topic);
    const daysAgo = (days: number) => today!.replace(`:${dayOf(Date.now())}:`, `:${dayOf(Date.now()) - days}:`);
    await redis.rename(today!, daysAgo(3));
    expect(await found("A-1", [topic])).toEqual(["e-1"]);
    await redis.rename(daysAgo(3), daysAgo(4));
    expect(await found("A-1", [topic])).toEqual([]);
  });

  it("keeps nothing readable: the same value has another hash under another prefix or secret, and is not found with it", async () => {
    const topic = newTopic();
    const value = "asha.iyer@example.in";
    await append(topic, "e-1", searched(value));
    const [key] = await indexKeys(topic);
    const [member] = await redis.zrangebylex(key!, "-", "+");
    expect(`${key} ${member}`).not.toMatch(/asha|iyer|example/);
    expect(member).toMatch(/^[a-z2-7]{16}\d{13}-\d+$/);
    expect(member!.startsWith(shortHash(value).slice(0, 16))).toBe(false);

    const secret = redisLog({ url, prefix, logger: silentLogger, indexSecret: "x".repeat(32) });
    expect(await found(value, [topic], secret)).toEqual([]);
    await secret.append({ topic, eventId: "e-2", partitionKey: "k", time: Date.now(), json: '{"id":"e-2"}', ...searched(value) });
    expect(await found(value, [topic], secret)).toEqual(["e-2"]);
    expect(await found(value, [topic])).toEqual(["e-1"]);
    const elsewhere = redisLog({ url, prefix: `${prefix}-other`, logger: silentLogger });
    await elsewhere.append({ topic, eventId: "e-1", partitionKey: "k", time: Date.now(), json: '{"id":"e-1"}', ...searched(value) });
    const [other] = await redis.keys(`${prefix}-other:{*}:log-index:${topic}:*`);
    expect((await redis.zrangebylex(other!, "-", "+"))[0]!.slice(0, 16)).not.toBe(member!.slice(0, 16));
    await Promise.all([secret.close(), elsewhere.close()]);
  });
});

describe("standing", () => {
  it("counts what was published, what is held, and how far each group has read", async () => {
    const topic = newTopic();
    await append(topic, "first");
    const partition = await partitionOfK(topic);
    await log.register({ application: "app", topic, partition, groups: ["app.quick", "app.idle"] });
    await appendAll(topic, 3);
    await log.read({ topic, partition, group: "app.quick" }, "reader", { events: 3, bytes: 1_000_000 });
    const { published, held, groups } = await log.standing(topic, partition);
    expect([published, held]).toEqual([4, 4]);
    const ages = groups.map(({ oldestAge = Number.NaN }) => oldestAge);
    expect(Math.max(...ages)).toBeLessThan(60_000);
    expect(groups.toSorted((a, b) => (a.group < b.group ? -1 : 1))).toMatchObject([
      { group: "app.idle", read: 0, pending: 0, gaps: 0 },
      { group: "app.quick", read: 3, pending: 3, gaps: 0, seen: expect.any(Number) as number },
    ]);
  });

  it("knows nothing of a log that nothing was published to", async () => {
    expect(await log.standing(newTopic(), 0)).toMatchObject({ published: 0, held: 0, lastId: "0-0", losses: 0, groups: [] });
  });
});

/** Follows, and gives the ids one by one. */
const follow = (topics: readonly string[], last: number) => {
  const ending = new AbortController();
  const entries = log.follow({ topics, last, signal: ending.signal })[Symbol.asyncIterator]();
  return { next: async () => idsOf([(await entries.next()).value as LogEntry])[0], end: () => ending.abort(), entries };
};

describe("follow", () => {
  it("begins with the newest of all topics together, and goes on with what is appended", async () => {
    const topics = [newTopic(), newTopic()];
    for (const id of ["1", "2", "3", "4"]) {
      await append(topics[Number(id) % 2]!, id);
      await wait(2); // the stream's ids, which order them, have milliseconds
    }
    const { next, end } = follow(topics, 3);
    expect([await next(), await next(), await next()]).toEqual(["2", "3", "4"]);
    await append(topics[0]!, "5", { partitionKey: "another" });
    expect(await next()).toBe("5");
    await append(topics[1]!, "6");
    expect(await next()).toBe("6");
    end();
  });

  it("loses nothing of thousands, and repeats nothing, however slowly they are taken", async () => {
    const topic = newTopic();
    await append(topic, "before");
    const { next, end } = follow([topic], 1);
    expect(await next()).toBe("before");
    const ids = Array.from({ length: 3_000 }, (_, index) => `e-${index}`);
    void Promise.all(ids.map((id) => append(topic, id)));
    const seen: (string | undefined)[] = [];
    while (seen.length < ids.length) seen.push(await next());
    expect(new Set(seen)).toEqual(new Set(ids));
    end();
  });

  it("ends when it is told to, while it waits", async () => {
    const topic = newTopic();
    const { entries, end } = follow([topic], 0);
    const waiting = entries.next();
    end();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });
});
