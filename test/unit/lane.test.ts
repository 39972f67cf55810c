import { afterEach, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { encodeEvent } from "../../src/define/event.ts";
import type { LogEntry, TopicLog } from "../../src/log/topic-log.ts";
import type { Gates } from "../../src/router/gates.ts";
import { createLane } from "../../src/router/lane.ts";
import type { Admission } from "../../src/router/queue-gate.ts";
import { defineSubscriber, type Subscriber } from "../../src/index.ts";
import { orderPlaced, receipt, receiptEmail } from "../support/line.ts";

afterEach(() => void vi.useRealTimers());

/** A lane of an endless log, whose queue answers a page when the test says so. */
function endlessLane(subscriber: Subscriber = receipt, pageEvents = 500) {
  const budgets: unknown[] = [];
  const answers: ((admission: Admission) => void)[] = [];
  let number = 0;
  const entry = (): LogEntry => {
    const id = String((number += 1));
    const event = { specversion: "1.0", id, source: "/shop", type: orderPlaced.name, time: "2026-01-01T00:00:00.000Z" };
    const data = { orderId: id, email: "asha@example.com" };
    return { id, number, json: encodeEvent({ ...event, data } as never), deliveries: 1 };
  };
  const log: Pick<TopicLog, "read" | "acknowledge"> = {
    async read(_position, _reader, budget) {
      budgets.push(budget);
      return { entries: Array.from({ length: pageEvents }, entry), gap: 0, more: true, held: false };
    },
    acknowledge: async () => undefined,
  };
  const gate = { add: () => new Promise<Admission>((resolve) => answers.push(resolve)), stop: () => undefined };
  const lane = createLane({
    position: { topic: orderPlaced.name, partition: 0, group: "test.receipt" },
    subscriber,
    log: log as TopicLog,
    gates: { of: () => gate } as unknown as Gates,
    planning: { application: "test" },
    newer: { tell: () => undefined, waits: async () => undefined, taken: async () => undefined, wakeKnown: async () => undefined },
    reader: () => "reader",
    observe: () => undefined,
    logger: silentLogger,
  });
  return {
    lane,
    budgets,
    asked: (pages: number) => vi.waitFor(() => expect(answers.length).toBeGreaterThanOrEqual(pages), { interval: 1, timeout: 10_000 }),
    /** The queue's answer to the page of that number, from 1. */
    answer: (page: number, admission: Admission = { later: undefined }): void => answers[page - 1]!(admission),
  };
}

it("a lane reads pages of at most 500 events and 4 MB, two at a time, and the next when one is acknowledged", async () => {
  const { lane, budgets, asked, answer } = endlessLane();
  lane.wake();
  await asked(2);
  expect(budgets).toEqual(Array.from({ length: 2 }, () => ({ events: 500, bytes: 4 * 1024 * 1024 })));
  answer(2);
  await asked(3);
  expect(budgets).toHaveLength(3);
});

it("a lane reads nothing ahead of a page that has waited for 5 s, and goes on behind it", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { lane, budgets, asked, answer } = endlessLane();
  lane.wake();
  await asked(2);
  vi.advanceTimersByTime(5_001);
  answer(2);
  // A lane that were to read would have by the time that others of its promises are settled.
  await new Promise((resolve) => setImmediate(resolve));
  expect(budgets).toHaveLength(2);
  answer(1);
  await asked(4);
});

it("a lane holds at most 10,000 entries for a queue that refuses", async () => {
  const { lane, budgets, asked, answer } = endlessLane();
  const later = new Promise<void>(() => undefined);
  lane.wake();
  expect(lane.hasRoom()).toBe(true);
  for (let page = 1; page <= 20; page++) {
    await asked(page);
    answer(page, { later });
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(lane.hasRoom()).toBe(false);
  expect(budgets.length * 500).toBe(10_000);
});

it("a lane that plans for long gives others their turn every 20 ms", async () => {
  const turns: number[] = [];
  const slow = defineSubscriber(orderPlaced, {
    name: "slow",
    deliver: ({ email }) => [
      email({
        when: () => {
          const start = performance.now();
          while (performance.now() - start < 5) turns.length += 0;
          return true;
        },
        to: ({ data }) => data.email,
        template: receiptEmail,
        data: ({ data }) => ({ orderId: data.orderId }),
      }),
    ],
  });
  const { lane, asked } = endlessLane(slow, 40);
  const others = setInterval(() => turns.push(performance.now()), 1);
  lane.wake();
  await asked(1);
  clearInterval(others);
  // A page of 40 plans of 5 ms each has at least eight such turns; a machine that is busy may miss some.
  expect(turns.length).toBeGreaterThanOrEqual(4);
});
