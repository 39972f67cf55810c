import { expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { LogEntry, SweepOptions, Swept } from "../../src/log/topic-log.ts";
import { takeOver } from "../../src/router/take-over.ts";

const position = { topic: "order.placed", partition: 0, group: "test.receipt" };
const entry: LogEntry = { id: "1-0", number: 1, json: "{}", deliveries: 2 };

/** Takes over until `answer` says that it is enough; what was done, in order. */
async function takenOver(pace: { readonly sweep: number }, answer: (sweep: number) => readonly LogEntry[] | Error | "enough") {
  const stopping = new AbortController();
  const done: string[] = [];
  const asked: SweepOptions[] = [];
  await takeOver({
    log: {
      async sweep(_positions, reader, options): Promise<readonly Swept[]> {
        asked.push(options);
        done.push(`sweep as ${reader}`);
        const taken = answer(asked.length);
        if (taken instanceof Error) throw taken;
        if (taken === "enough") stopping.abort();
        return [{ position, unread: false, taken: taken === "enough" ? [] : taken, gap: 0 }];
      },
    },
    lanes: [
      {
        position,
        hasRoom: () => true,
        wake: () => undefined,
        take: async (entries) => void done.push(...entries.map(({ id }) => `take ${id}`)),
        keep: async () => void done.push("keep"),
      },
    ],
    renew: async () => `reader ${done.filter((step) => step === "keep").length}`,
    pace: { ...pace, takeOver: 13_000 },
    stopping: stopping.signal,
    onTurn: () => undefined,
    onError: async (error) => void done.push(String(error)),
    observe: () => undefined,
    logger: silentLogger,
  });
  return { done, asked };
}

it("a router takes over as long as there is something, page after page", async () => {
  const { done, asked } = await takenOver({ sweep: 60_000 }, (sweep) => (sweep < 3 ? [entry] : "enough"));
  expect(done).toEqual(["keep", "sweep as reader 0", "take 1-0", "sweep as reader 0", "take 1-0", "sweep as reader 0"]);
  expect(asked[0]).toEqual({ minIdle: 13_000, limit: 100, suspectFrom: 3, suspectsTogether: 50 });
});

it("a router that takes over for long says meanwhile that it lives, or what it has in hand would be taken from it and count as a death", async () => {
  const { done } = await takenOver({ sweep: 0 }, (sweep) => (sweep < 3 ? [entry] : "enough"));
  expect(done.filter((step) => !step.startsWith("take"))).toEqual([
    "keep",
    "sweep as reader 0",
    "keep",
    "sweep as reader 1",
    "keep",
    "sweep as reader 2",
  ]);
});

it("a router goes on after a sweep that failed", async () => {
  const { done } = await takenOver({ sweep: 0 }, (sweep) => (sweep === 1 ? new Error("no Redis") : "enough"));
  expect(done).toEqual(["keep", "sweep as reader 0", "Error: no Redis", "keep", "sweep as reader 1"]);
});
