import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { leastOf } from "../../src/base/redis-facts.ts";
import { replicatedBy } from "../../src/base/redis-replication.ts";
import type { RedisFacts } from "../../src/base/redis-suitability.ts";
import { createAppender } from "../../src/bus/append.ts";
import { judgeDurability } from "../../src/bus/declared-durability.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { slopePerHour } from "../chaos/slope.ts";

/** A connection whose WAIT gives this answer, after something has happened to it. */
function connection(answer: number, meanwhile: (redis: EventEmitter) => void = () => undefined): Redis {
  const redis = Object.assign(new EventEmitter(), {
    isCluster: false,
    wait: async () => {
      meanwhile(redis);
      return answer;
    },
  });
  return redis as unknown as Redis;
}
const rule = { replicas: 2, timeout: 500 };

describe("a write that replicas have to confirm", () => {
  it("is done when as many as are asked for have confirmed it, and not when they are fewer", async () => {
    await expect(replicatedBy(connection(2), rule)("key", async () => "written")).resolves.toBe("written");
    await expect(replicatedBy(connection(1), rule)("key", async () => "written")).rejects.toMatchObject({
      name: "TooFewReplicas",
      message: "1 of 2 replicas confirmed it within 500 ms",
    });
  });

  it("counts for nothing when its connection was lost before the answer: a new one, which wrote nothing, is confirmed by all", async () => {
    const lost = connection(2, (redis) => redis.emit("close"));
    await expect(replicatedBy(lost, rule)("key", async () => "written")).rejects.toMatchObject({ name: "ConnectionChanged" });
    const lostWhileWriting = connection(2);
    const write = async (): Promise<string> => {
      lostWhileWriting.emit("close");
      return "written, by the new connection";
    };
    await expect(replicatedBy(lostWhileWriting, rule)("key", write)).rejects.toMatchObject({ name: "ConnectionChanged" });
  });

  it("goes to the spool, where there is one, when too few confirm it", async () => {
    const replicated = replicatedBy(connection(0), rule);
    const log = {
      check: async () => undefined,
      append: () => replicated("key", async () => ({ kind: "appended", eventId: "e-1", entryId: "1-0" })),
      durability: () => "replicated",
    } as never;
    const kept: unknown[] = [];
    const spool = { start: async () => undefined, holding: () => false, add: async (record: unknown) => void kept.push(record) } as never;
    const record = { entry: { topic: "order.placed", eventId: "e-1" }, givenId: true } as never;
    expect(await createAppender({ log, deadline: 1_000, spool, vault: {} as never }).append(record)).toMatchObject({
      durability: "spooled",
    });
    expect(kept).toEqual([record]);
  });
});

const facts: RedisFacts = {
  version: "7.0.15",
  evictionPolicy: "noeviction",
  appendOnly: true,
  appendFsync: "always",
  replicas: { online: 1, coming: 0 },
};
const asked = { redis: "redis://host:6379", durability: "replicated", replication: { replicas: 1, timeout: 1_000 } } as const;

function problemsOf(options: object): readonly string[] {
  try {
    parseOptions({ application: "shop", topics: {}, channels: { email: { from: "a@example.com" } }, ...options });
    return [];
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
}

describe("a start that asks for replicas", () => {
  it.each([
    [{}, {}],
    [
      { replicas: { online: 0, coming: 0 } },
      { refusal: expect.stringMatching(/^DURABILITY=replicated is asked for, and the Redis at .* has 0 of 1 replica: start one/) },
    ],
    [
      { replicas: { online: 0, coming: 1 } },
      { warning: expect.stringMatching(/0 of 1 replica, 1 more on the way: until then publishing fails/) },
    ],
    [{ replicas: undefined }, { warning: expect.stringContaining("does not say how many replicas it has") }],
    [{ appendFsync: "everysec" }, { refusal: expect.stringContaining("keeps less: run redis-cli CONFIG SET appendonly yes") }],
    [{ appendFsync: undefined }, { warning: expect.stringContaining("whether Redis keeps it cannot be seen") }],
  ])("of a Redis with %j is judged", (differs, verdict) => {
    expect(judgeDurability({ ...facts, ...differs }, asked)).toEqual(verdict);
  });

  it("of a Cluster goes by the master that gives least", () => {
    const other = { ...facts, version: "7.2.0", appendFsync: "everysec", replicas: { online: 0, coming: 2 } };
    expect(leastOf([facts, other])).toEqual({ ...facts, appendFsync: "everysec", replicas: { online: 0, coming: 1 } });
    expect(leastOf([facts, { ...facts, appendFsync: undefined }]).appendFsync).toBeUndefined();
  });

  it("cannot be told nonsense", () => {
    expect(problemsOf({ durability: "replicated" })).toEqual([]);
    expect(problemsOf({ durability: "twice", replication: { replicas: 0, timeout: "3s", more: 1 } })).toEqual([
      "durability: must be one of memory, fsync, replicated",
      expect.stringContaining("replication: "),
      "replication.replicas: must be a whole number from 1, not 0",
      "replication.timeout: must be at least 1 ms and at most publishDeadline, 2000 ms, not 3000 ms",
    ]);
    expect(problemsOf({ replication: { timeout: 0 } })).toHaveLength(1);
  });
});

it("the slope of a soak is that of the line which fits its looks best", () => {
  expect(
    slopePerHour([
      [0, 10],
      [1_800_000, 11],
      [3_600_000, 12],
    ]),
  ).toBeCloseTo(2);
  expect(
    slopePerHour([
      [0, 10],
      [1_000, 12],
      [2_000, 10],
    ]),
  ).toBeCloseTo(0);
});
