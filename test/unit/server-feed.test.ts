import { expect, it } from "vitest";
import type { InspectedRouting } from "../../src/bus/routings.ts";
import { feedReader, type WatchedBus } from "../../src/dashboard/feed.ts";
import { catalogOf } from "../../src/define/catalog.ts";
import type { BusEvent } from "../../src/define/event.ts";
import { orderPlaced, receipt } from "../support/line.ts";

const event = (id: string): BusEvent => ({
  specversion: "1.0",
  id,
  source: "/test",
  type: "order.placed",
  time: new Date(1_000_000).toISOString(),
  datacontenttype: "application/json",
  dataversion: 1,
  data: { orderId: "A-1" },
});

/** A bus in memory that counts how often it is asked. */
function watchedBus(events: readonly BusEvent[], routingsOf: (id: string) => readonly InspectedRouting[]) {
  const asked: string[] = [];
  const bus: WatchedBus = {
    ready: async () => true,
    catalog: async () => catalogOf({ orderPlaced }, [receipt]),
    inspect: {
      events: async () => {
        asked.push("events");
        return events;
      },
      deliveries: async ({ id }) => {
        asked.push(id);
        return routingsOf(id);
      },
      doubtful: async () => 0,
      queues: async () => ({}),
    },
    channels: { standings: async () => [] },
  };
  return { bus, asked };
}

const routing = (steps: InspectedRouting["deliveries"][number]["timeline"]): readonly InspectedRouting[] => [
  {
    subscriber: "receipt",
    problem: undefined,
    skipped: [],
    more: 0,
    deliveries: [{ id: "d_a", route: "email", channel: "email", timeline: steps }],
  },
];
const clock = { now: () => 1_000_500 };

it("asks the bus once for all who ask at the same time", async () => {
  const { bus, asked } = watchedBus([], () => []);
  const read = feedReader({ bus, clock });
  const [first, second] = await Promise.all([read(), read()]);
  expect(second).toBe(first);
  expect(await read()).toBe(first);
  expect(asked).toEqual(["events"]);
});

it("looks an event up again only while something can still happen to it", async () => {
  const { bus, asked } = watchedBus([event("ended"), event("open")], (id) =>
    routing(id === "ended" ? [{ at: 1, step: "sent", detail: "x" }] : []),
  );
  const read = feedReader({ bus, clock, keep: 0 });
  await read();
  const feed = await read();
  expect(asked.filter((what) => what === "ended")).toHaveLength(1);
  expect(asked.filter((what) => what === "open")).toHaveLength(2);
  expect(feed.events.map(({ id, subscribers }) => [id, subscribers?.[0]?.deliveries[0]?.state])).toEqual([
    ["ended", "sent"],
    ["open", "waiting"],
  ]);
});

it("reads again after a reading that failed", async () => {
  const { bus } = watchedBus([], () => []);
  let failures = 1;
  const read = feedReader({
    bus: { ...bus, catalog: () => (failures-- > 0 ? Promise.reject(new Error("Redis is away")) : bus.catalog()) },
    clock,
  });
  await expect(read()).rejects.toThrow("Redis is away");
  expect(await read()).toMatchObject({ working: true, topics: [{ name: "order.placed", subscribers: ["receipt"] }] });
});
