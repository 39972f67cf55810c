import { describe, expect, it } from "vitest";
import { maskUrl, readRedisAddress } from "../../src/base/redis-address.ts";

const noAccess = { tls: false, username: undefined, password: undefined };

describe("an address of Redis", () => {
  it("of servers with Sentinels has their places, the master's name and the servers' user", () => {
    expect(readRedisAddress("redis+sentinel://s1.example.com:26380,10.0.0.2,[::1]:26381/mymaster")).toEqual({
      kind: "sentinel",
      ...noAccess,
      places: [
        { host: "s1.example.com", port: 26_380 },
        { host: "10.0.0.2", port: 26_379 },
        { host: "::1", port: 26_381 },
      ],
      master: "mymaster",
      database: 0,
      sentinelUsername: undefined,
      sentinelPassword: undefined,
    });
    expect(readRedisAddress("rediss+sentinel://shop:p%40ss@s1/mymaster/2?sentinel_username=watch&sentinel_password=other")).toMatchObject({
      tls: true,
      username: "shop",
      password: "p@ss",
      database: 2,
      sentinelUsername: "watch",
      sentinelPassword: "other",
    });
  });

  it("of a Cluster has some of its places", () => {
    expect(readRedisAddress("rediss+cluster://:secret@c1,c2:7001/0")).toEqual({
      kind: "cluster",
      tls: true,
      username: undefined,
      password: "secret",
      places: [
        { host: "c1", port: 6_379 },
        { host: "c2", port: 7_001 },
      ],
    });
  });

  it.each([
    ["redis+sentinel://s1:26379", /the name that the sentinels know the master by/],
    ["redis+sentinel://s1:26379/mymaster/x", /the name that the sentinels know/],
    ["redis+cluster://c1:7000/3", /A Cluster has one database/],
    ["redis+cluster://c1:70000,c2", /host:port, with commas between them/],
    ["redis+cluster://", /host:port/],
    ["redis://a:1,b:2", /Several hosts are those of redis\+sentinel:\/\/ or of redis\+cluster:\/\//],
    ["sentinel://s1:26379", /redis\+sentinel:\/\/host:26379/],
  ])("%s is refused, and what to write is said", (url, advice) => {
    expect(() => readRedisAddress(url)).toThrow(advice);
  });

  it("is shown without its passwords", () => {
    expect(maskUrl("redis+sentinel://shop:p%40ss@s1,s2/mymaster?sentinel_username=w&sentinel_password=other")).toBe(
      "redis+sentinel://shop:***@s1,s2/mymaster?sentinel_username=w&sentinel_password=***",
    );
  });
});
