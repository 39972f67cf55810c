import type { Redis } from "ioredis";
import { expect, it } from "vitest";
import { unreplicated } from "../../src/base/redis-replication.ts";
import { partitionAppender } from "../../src/log/redis-append.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";

const entry = (eventId: string) => ({ topic: "order.placed", partitionKey: eventId, eventId, time: 0, json: "{}" });

it("what nobody waits for any more does not leave, and keeps nobody behind it waiting", async () => {
  const answers: (() => void)[] = [];
  const sent: string[][] = [];
  const redis = {
    defineCommand: () => undefined,
    "busbar:append.lua": (keys: number, ...rest: string[]) => {
      // After the keys: two settings, then five words an event of which the second is its id.
      const words = rest.slice(keys + 2);
      const ids = words.filter((_, index) => index % 5 === 1);
      sent.push(ids);
      return new Promise((resolve) => answers.push(() => resolve(ids.map((id) => ["appended", `${id}-0`]))));
    },
  } as unknown as Redis;
  const append = partitionAppender({
    redis,
    keys: logKeys("test"),
    partition: 0,
    idempotencyWindow: 1_000,
    replicated: unreplicated,
    searchHash: String,
  });
  const first = append(entry("e-1"));
  await Promise.resolve();
  const second = append(entry("e-2"));
  await Promise.resolve();
  // Two calls are under way: these wait.
  const late = new AbortController();
  const third = append(entry("e-3"), late.signal);
  const fourth = append(entry("e-4"), new AbortController().signal);
  await Promise.resolve();
  late.abort(new Error("too late"));
  answers[0]!();
  await first;
  await expect(third).rejects.toThrow("too late");
  answers[1]!();
  await second;
  answers[2]!();
  expect(await fourth).toMatchObject({ eventId: "e-4" });
  expect(sent).toEqual([["e-1"], ["e-2"], ["e-4"]]);
});
