/** Rule 10 of the router: the log's ids only grow, and a place in it from which nothing would come is found and mended. */
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { logFindings } from "../../src/bus/doctor/log-findings.ts";
import { redisLog } from "../../src/log/redis-log.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import type { Position } from "../../src/log/topic-log.ts";
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
const group = "app.s";
const place = (topic: string): Position => ({ topic, partition: 0, group });
const append = async (topic: string, ...ids: readonly string[]): Promise<string[]> => {
  const entryIds: string[] = [];
  for (const eventId of ids) {
    const appended = await log.append({ topic, eventId, partitionKey: "k", time: Date.now(), json: JSON.stringify({ id: eventId }) });
    if ("entryId" in appended) entryIds.push(appended.entryId);
  }
  return entryIds;
};
const register = (topic: string, groups = [group]) => log.register({ application: "app", topic, partition: 0, groups });
const hours = (count: number): number => count * 3_600_000;
const mend = (topic: string, { known = false, knownSince = Date.now() - hours(95), groups = [group] } = {}) =>
  log.mend({ topic, partition: 0, groups, known, knownSince });
const readAll = async (topic: string): Promise<string[]> => {
  const { entries } = await log.read(place(topic), "r", { events: 500, bytes: 4_000_000 });
  await log.acknowledge(
    place(topic),
    entries.map(({ id }) => ({ entryId: id })),
  );
  return entries.map(({ json }) => (JSON.parse(json) as { id: string }).id);
};
const findings = async (topic: string): Promise<string[]> => {
  const found = logFindings(new Map([[topic, [await log.standing(topic, 0)]]]), Date.now());
  return found.filter(({ level }) => level !== "ok").map(({ level, message }) => `${level} ${message}`);
};
/** A log with entries that are all read. */
async function readLog(...ids: readonly string[]): Promise<string> {
  const topic = newTopic();
  await register(topic);
  await append(topic, ...ids);
  expect(await readAll(topic)).toEqual(ids);
  return topic;
}

describe("a log where nothing was lost", () => {
  it("is left as it is: new, with groups that are behind, trimmed, and with entries that were deleted", async () => {
    const topic = newTopic();
    expect(await mend(topic)).toEqual([]);
    await register(topic);
    const ids = await append(topic, "1", "2", "3");
    expect(await mend(topic, { known: true })).toEqual([]);
    await redis.xdel(keys.log(topic, 0), ids[0]!);
    expect(await readAll(topic)).toEqual(["2", "3"]);
    await log.trim(topic, 0, { retain: -1_000, retainBytes: 1e9, grace: hours(1) });
    expect(await mend(topic, { known: true })).toEqual([]);
    expect(await findings(topic)).toEqual([]);
    expect(await readAll(topic)).toEqual([]);
  });
});

describe("a group that stands beyond the end of its log", () => {
  it("would get nothing of what comes; mended, it gets that and what it had not read, and ids go on above its own", async () => {
    const topic = await readLog("1", "2");
    const beyond = `${Date.now() + hours(1)}-0`;
    await redis.xgroup("SETID", keys.log(topic, 0), group, beyond);
    await append(topic, "3");
    expect(await readAll(topic)).toEqual([]);
    expect(await findings(topic)).toEqual([expect.stringMatching(/^error app\.s stands at \S+ in the log of \S+, which ends at/)]);

    expect(await mend(topic)).toEqual([
      { kind: "ids", group: undefined, again: 0 },
      { kind: "ahead", group, again: 3 },
    ]);
    const [next] = await append(topic, "4");
    expect(Number(next!.split("-")[0])).toBeGreaterThanOrEqual(Number(beyond.split("-")[0]));
    expect(await readAll(topic)).toEqual(["1", "2", "3", "4"]);
    expect(await mend(topic)).toEqual([]);
    expect(await findings(topic)).toEqual([expect.stringMatching(/^warning Something of the log .* twice|2 times ever/)]);
  });

  it("is not given again what is older than it is known what was sent, unless it had not read it", async () => {
    const topic = newTopic();
    await register(topic);
    const log0 = keys.log(topic, 0);
    const old = Date.now() - hours(200);
    // Several of one millisecond, as appends of one call have.
    for (let number = 1; number <= 6; number++)
      await redis.xadd(log0, `${old + Math.floor(number / 3)}-${number}`, "n", number, "event", `{"id":"${number}"}`);
    await redis.hset(keys.meta(topic, 0), "n", 6);
    const { entries } = await log.read(place(topic), "r", { events: 4, bytes: 1e6 });
    await log.acknowledge(
      place(topic),
      entries.map(({ id }) => ({ entryId: id })),
    );
    await append(topic, "7");
    await redis.xgroup("SETID", log0, group, `${Date.now() + hours(1)}-0`);
    expect(await mend(topic)).toContainEqual({ kind: "ahead", group, again: 3 });
    expect(await readAll(topic)).toEqual(["5", "6", "7"]);
  });
});

describe("a log whose ids went back", () => {
  it("because it was deleted: its readers have their place again, and new ids lie above the old ones although the clock is behind", async () => {
    const topic = await readLog("1", "2");
    const later = `${Date.now() + hours(1)}-7`;
    await redis.xsetid(keys.log(topic, 0), later);
    await redis.hset(keys.meta(topic, 0), "last", later);
    await redis.del(keys.log(topic, 0));
    expect(await findings(topic)).toEqual([expect.stringContaining(`ends at 0-0, and had got to ${later}`)]);
    await append(topic, "3");

    expect((await mend(topic)).map(({ kind }) => kind)).toEqual(["ids", "lost"]);
    expect(await register(topic)).toMatchObject([{ at: "exists" }]);
    expect(await readAll(topic)).toEqual(["3"]);
    const [next] = await append(topic, "4");
    expect(Number(next!.split("-")[0])).toBeGreaterThanOrEqual(Number(later.split("-")[0]));
    expect(await readAll(topic)).toEqual(["4"]);
  });

  it("because it was restored alone from an older backup: what was lost is told, what it holds and was read is known, what comes is read", async () => {
    const topic = await readLog("1", "2");
    const backup = await redis.dumpBuffer(keys.log(topic, 0));
    await append(topic, "3", "4");
    expect(await readAll(topic)).toEqual(["3", "4"]);
    await redis.restore(keys.log(topic, 0), 0, backup!, "REPLACE");

    expect(await mend(topic)).toEqual([{ kind: "ids", group: undefined, again: 0 }]);
    await append(topic, "5");
    const page = await log.read(place(topic), "r", { events: 500, bytes: 1e6 });
    expect(page.entries.map(({ number }) => number)).toEqual([5]);
    expect((await log.standing(topic, 0)).groups).toMatchObject([{ read: 5, pending: 1 }]);
  });
});

/** Its group had read both of its entries before it was restored, and a third one is lost. */
async function restored(): Promise<string> {
  const topic = newTopic();
  await register(topic);
  await append(topic, "1", "2");
  const backup = await redis.dumpBuffer(keys.log(topic, 0));
  expect(await readAll(topic)).toEqual(["1", "2"]);
  await append(topic, "3");
  await redis.restore(keys.log(topic, 0), 0, backup!, "REPLACE");
  return topic;
}

describe("a group that was restored with its log to where it stood before", () => {
  it("reads again that of which it is known what was sent", async () => {
    const topic = await restored();
    expect(await mend(topic)).toContainEqual({ kind: "back", group, again: 3 });
    expect(await readAll(topic)).toEqual(["1", "2"]);
  });

  it("and nothing that is older", async () => {
    const topic = await restored();
    expect(await mend(topic, { knownSince: Date.now() + 1_000 })).toContainEqual({ kind: "back", group, again: 0 });
    await append(topic, "4");
    expect(await readAll(topic)).toEqual(["4"]);
  });
});

describe("a count of events that was lost", () => {
  it("goes on behind the newest entry, with an append or at the next look", async () => {
    const topic = await readLog("1", "2");
    await redis.del(keys.meta(topic, 0));
    await append(topic, "3");
    expect((await log.standing(topic, 0)).published).toBe(3);
    await redis.hset(keys.meta(topic, 0), "n", 1);
    expect(await mend(topic)).toEqual([{ kind: "numbers", group: undefined, again: 0 }]);
    await append(topic, "4");
    expect(await readAll(topic)).toEqual(["3", "4"]);
  });

  it("of a group is put where it stands, so that a sweep sees what is unread", async () => {
    const topic = await readLog("1", "2");
    await append(topic, "3");
    await redis.hset(keys.groups(topic, 0), `${group}|n`, 900);
    expect(await mend(topic)).toEqual([{ kind: "numbers", group, again: 0 }]);
    const [swept] = await log.sweep([place(topic)], "r", { minIdle: 0, limit: 10, suspectFrom: 3, suspectsTogether: 2 });
    expect(swept!.unread).toBe(true);
  });
});

describe("a group that is gone", () => {
  it("was lost where its place is remembered: it reads again what may not have been finished, and everything that it had not read", async () => {
    const topic = await readLog("1", "2");
    await redis.xgroup("DESTROY", keys.log(topic, 0), group);
    await append(topic, "3");
    expect(await mend(topic)).toEqual([{ kind: "lost", group, again: 3 }]);
    expect(await readAll(topic)).toEqual(["1", "2", "3"]);
  });

  it("is new where nothing is remembered of it, unless its reader has seen it before", async () => {
    const topic = await readLog("1");
    expect(await mend(topic, { groups: ["app.new"] })).toEqual([]);
    expect(await mend(topic, { groups: ["app.new"], known: true })).toEqual([{ kind: "lost", group: "app.new", again: 1 }]);
  });
});
