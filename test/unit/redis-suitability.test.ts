import { describe, expect, it } from "vitest";
import { maskUrl, readRedisAddress } from "../../src/base/redis-address.ts";
import { judgeRedis } from "../../src/base/redis-suitability.ts";

const fit = { version: "7.0.15", evictionPolicy: "noeviction", appendOnly: true, appendFsync: "always" };

describe("a Redis to keep work in", () => {
  it("names what an acknowledged publish survives", () => {
    expect(judgeRedis(fit)).toEqual({ refusals: [], warnings: [], durability: "fsync" });
    expect(judgeRedis({ ...fit, appendFsync: "everysec" }).durability).toBe("memory");
    expect(judgeRedis({ ...fit, appendOnly: undefined, appendFsync: undefined }).durability).toBeUndefined();
  });

  it.each(["allkeys-lru", "volatile-ttl", "allkeys-random"])(
    "refuses %s, which evicts queued work, and says how to change it",
    (evictionPolicy) => {
      expect(judgeRedis({ ...fit, evictionPolicy }).refusals).toEqual([expect.stringMatching(/CONFIG SET maxmemory-policy noeviction/)]);
    },
  );

  it("refuses a version before 7.0, and an evicting one of these, for both reasons", () => {
    expect(judgeRedis({ ...fit, version: "6.2.14" }).refusals).toHaveLength(1);
    expect(judgeRedis({ ...fit, version: "6.2.14", evictionPolicy: "allkeys-lru" }).refusals).toHaveLength(2);
    expect(judgeRedis({ ...fit, version: "8.2.0" }).refusals).toEqual([]);
    expect(judgeRedis({ ...fit, version: "unknown" }).refusals).toHaveLength(1);
  });

  it("warns where nothing is written to disk, and where a host hides it", () => {
    expect(judgeRedis({ ...fit, appendOnly: false }).warnings).toEqual([expect.stringMatching(/appendonly yes/)]);
    expect(judgeRedis({ ...fit, appendOnly: undefined, evictionPolicy: undefined }).warnings).toHaveLength(2);
  });

  it("D6: takes redis:// and rediss:// addresses, and says which one to use instead of a REST address", () => {
    expect(() => readRedisAddress("rediss://user:pass@host:6380/2")).not.toThrow();
    expect(() => readRedisAddress("https://eu1-x.hosted.example")).toThrow(
      /REST address of a hosted Redis: use the one that begins with rediss:\/\//,
    );
    expect(() => readRedisAddress("localhost:6379")).toThrow(/Write redis:\/\//);
  });

  it("never shows a password", () => {
    expect(maskUrl("rediss://user:s3cret@host:1")).toBe("rediss://user:***@host:1");
    expect(() => readRedisAddress("http://user:s3cret@host")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("s3cret") as string }),
    );
  });
});
