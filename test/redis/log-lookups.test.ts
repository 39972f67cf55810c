import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { timeOrderedId } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
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
    expect(groups.toSorted((a, b) => (a.group < b.group ? -1 : 1))).toMatchObject([
      { group: "app.idle", read: 0, pending: 0, gaps: 0 },
      { group: "app.quick", read: 3, pending: 3, gaps: 0, seen: expect.any(Number) as number },
    ]);
  });

  it("knows nothing of a log that nothing was published to", async () => {
    expect(await log.standing(newTopic(), 0)).toEqual({ published: 0, held: 0, groups: [] });
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
