import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import { observed, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const page = readFileSync(new URL("../../docs/redis-layout.md", import.meta.url), "utf8");

interface Row {
  readonly key: string;
  readonly type: string;
  readonly pattern: RegExp;
}

/** The rows of the page's tables, each key as a pattern: a name in angle brackets stands for anything without a colon. */
const rows: readonly Row[] = [...page.matchAll(/^\| `(<p>[^`]+)` \| ([^|]+) \|/gm)].map(([, key, type]) => {
  const pattern = key!
    .replace("<p>", prefix)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/<[^>]+>/g, "[^:]+")
    .replace("…", ".+");
  return { key: key!, type: type!, pattern: new RegExp(`^${pattern}$`) };
});

it("the page of the layout has every key that an event leaves in Redis, with its type and whether it expires", async () => {
  // The first try may have been accepted, so the second one is counted as doubtful.
  const { provider } = recordingProvider((_, earlier) => (earlier === 0 ? { kind: "unknown", reason: "reset" } : { kind: "sent" }));
  const bus = line.bus({ url, prefix, provider });
  await bus.start();
  const settled = Promise.all([observed(bus, "sent"), observed(bus, "routed")]);
  await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" }, { idempotencyKey: "order-A-1" });
  const [[sent]] = await settled;

  const redis = new Redis(url);
  try {
    // Its provider says more later.
    await redisLedger(redis, prefix).report(sent!.delivery, { status: "delivered", provider: "recorder", at: Date.now() });
    const found = new Set<string>();
    for (const name of await redis.keys(`${prefix}*`)) {
      const row = rows.find(({ pattern }) => pattern.test(name));
      expect(row, `a row for the key ${name}`).toBeDefined();
      found.add(row!.key);
      if (row!.type === "BullMQ's own") continue;
      expect([name, (await redis.type(name)).replace("zset", "sorted set")]).toEqual([name, row!.type]);
      const kept = page.split("\n").find((text) => text.startsWith(`| \`${row!.key}\` |`))!;
      const expires = /\| (?:always|until the group is removed|never deleted.*|the newest, about 100) \|$/.test(kept) ? -1 : 1;
      expect([name, Math.sign(await redis.pttl(name))]).toEqual([name, expires]);
    }
    // What stands from the replays on is left behind by people, not by events; and nothing died.
    const ofEvents = rows.filter(
      ({ key }) => page.indexOf(`| \`${key}\` |`) < page.indexOf("## Replays") && !key.startsWith("<p>:dead-letters:"),
    );
    expect(ofEvents.map(({ key }) => key).filter((key) => !found.has(key))).toEqual([]);
  } finally {
    redis.disconnect();
  }
});
