import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, smsTemplate } from "../../src/index.ts";
import { createTestBus, eventOf, plan, type TestBus } from "../../src/testing/index.ts";
import { leaksText } from "../../src/testing/leaks.ts";
import { holds, isText } from "../../src/testing/matching.ts";
import { table } from "../../src/testing/table.ts";
import { testClock } from "../../src/testing/test-clock.ts";
import { orderPlaced, receipt } from "../support/line.ts";

const rewardEarned = defineTopic(
  "reward.earned",
  z.object({ userId: z.string(), points: z.number().default(10), tags: z.array(z.object({ name: z.string() })).default([]) }),
  { key: ({ userId }) => userId, example: { userId: "u-1", points: 25 } },
);

describe("eventOf", () => {
  it("makes the event of the topic's example, the same each time", () => {
    expect(eventOf(rewardEarned)).toEqual({
      specversion: "1.0",
      id: "evt_1",
      source: "/test",
      type: "reward.earned",
      time: "2026-01-01T00:00:00.000Z",
      datacontenttype: "application/json",
      dataversion: 1,
      partitionkey: "u-1",
      data: { userId: "u-1", points: 25, tags: [] },
    });
    expect(eventOf(rewardEarned)).toEqual(eventOf(rewardEarned));
  });

  it("parses the payload that it is given: defaults are there, and every problem is named with its path", () => {
    expect(eventOf(rewardEarned, { userId: "u-2" }).data).toEqual({ userId: "u-2", points: 10, tags: [] });
    const wrong = { userId: 7, tags: [{ name: "a" }, {}] } as never;
    expect(() => eventOf(rewardEarned, wrong)).toThrow(
      /^reward\.earned: no such event can be published:\n {2}- userId: Invalid input.*\n {2}- tags\[1\]\.name: Invalid input.*$/,
    );
    expect(() => eventOf(orderPlaced)).toThrow("order.placed has no example: give eventOf the payload.");
  });

  it("takes over what a publish may say, and refuses what it may not", () => {
    const overrides = {
      id: "evt_9",
      time: "2026-03-01T10:00:00+05:30",
      key: "k",
      correlationId: "c",
      priority: "high",
      delay: "5m",
    } as const;
    expect(eventOf(rewardEarned, undefined, overrides)).toMatchObject({
      id: "evt_9",
      time: "2026-03-01T04:30:00.000Z",
      partitionkey: "k",
      correlationid: "c",
      priority: "high",
      delay: "5m",
    });
    const wrong = { time: "noon", priorty: "high", expiresIn: "soon" } as never;
    expect(() => eventOf(rewardEarned, undefined, wrong)).toThrow(
      /it knows no option "priorty": did you mean "priority"\?\n {2}- time: "noon" is no time.*\n {2}- expiresIn: "soon" is not a length of time/,
    );
  });

  it("is typed by its topic", () => {
    expectTypeOf(eventOf(rewardEarned).type).toEqualTypeOf<"reward.earned">();
    expectTypeOf(eventOf(rewardEarned).data.points).toEqualTypeOf<number>();
    // @ts-expect-error -- points are a number
    expect(() => eventOf(rewardEarned, { userId: "u-1", points: "many" })).toThrow("points");
  });
});

describe("plan", () => {
  it("plans for the application test with all channels on, unless it is told otherwise", () => {
    const code = smsTemplate({ name: "points", data: z.object({ points: z.number() }), text: "{{points}} points" });
    const points = defineSubscriber(rewardEarned, {
      name: "points",
      deliver: ({ sms }) => [sms({ to: () => "+919845012345", template: code, data: ({ data }) => ({ points: data.points }) })],
    });
    const { deliveries, skipped } = plan(points, eventOf(rewardEarned));
    expect(deliveries).toMatchObject([{ channel: "sms", to: "+919845012345", data: { points: 25 } }]);
    expect(skipped).toEqual([]);
    expect(plan(points, eventOf(rewardEarned), { application: "shop" }).deliveries[0]!.id).not.toBe(deliveries[0]!.id);
    expect(plan(points, eventOf(rewardEarned), { off: { sms: "no credit" } }).skipped).toEqual([{ route: "sms", reason: "no credit" }]);
  });

  it("takes part in what a publish says", () => {
    const event = eventOf(orderPlaced, { orderId: "A-1", email: "asha@example.com" }, { deliverAt: "2026-01-02T00:00:00Z" });
    expect(plan(receipt, event).deliveries).toMatchObject([{ notBefore: Date.parse("2026-01-02T00:00:00Z") }]);
  });
});

describe("the types of a test bus", () => {
  it("know its topics", () => {
    const topics = { orderPlaced, rewardEarned };
    type Shop = TestBus<typeof topics>;
    expectTypeOf(createTestBus<typeof topics>).returns.resolves.toEqualTypeOf<Shop>();
    const check = async (bus: Shop): Promise<void> => {
      expectTypeOf(await bus.expectPublished("reward.earned", { tags: [{ name: /a/ }] }))
        .toHaveProperty("data")
        .toHaveProperty("points")
        .toBeNumber();
      expectTypeOf(await bus.expectPublished("reward.earned", {}, { times: 2 }))
        .toHaveProperty("length")
        .toBeNumber();
      expectTypeOf(await bus.expectSent({ to: "x" }))
        .toHaveProperty("provider")
        .toBeString();
      expectTypeOf(await bus.expectSent({ times: 2 }))
        .toHaveProperty("length")
        .toBeNumber();
      // @ts-expect-error -- no such topic
      await bus.expectPublished("reward.lost");
      // @ts-expect-error -- points are a number
      await bus.expectPublished("reward.earned", { points: "many" });
      // @ts-expect-error -- no such channel
      await bus.expectSent({ channel: "pigeon" });
      // @ts-expect-error -- it is started already
      void bus.start;
    };
    expect(check).toBeTypeOf("function");
  });
});

describe("what a failure shows", () => {
  it("is a table without empty columns, of twenty rows at most, on whose lines nothing else can stand", () => {
    expect(
      table([
        { to: "a@b.co", why: "", note: "x".repeat(80) },
        { to: "longer@example.com", why: "", note: "line\nsent \u001B[31m\u2028end" },
      ]),
    ).toBe(
      ["  to                  note", `  a@b.co              ${"x".repeat(55)}…`, "  longer@example.com  line sent  [31m end"].join("\n"),
    );
    expect(
      table(Array.from({ length: 23 }, (_, index) => ({ row: String(index) })))
        .split("\n")
        .slice(-2),
    ).toEqual(["  19", "  … and 3 more"]);
  });

  it("lists everything that a test left behind, and is nothing where nothing is left", () => {
    expect(leaksText({ undrained: [], unroutable: [], keys: [] })).toBeUndefined();
    const reason = "when threw: no price";
    expect(
      leaksText({
        undrained: [eventOf(rewardEarned)],
        unroutable: [{ eventId: "evt_2", subscriber: "points", reason }],
        keys: ["test-1:{0}:log"],
      }),
    ).toBe(
      [
        "stop: the test leaves something behind.",
        "Published after the last drain(), so that nobody waited for what becomes of it (1):",
        "  topic          event  data",
        '  reward.earned  evt_1  {"userId":"u-1","points":25,"tags":[]}',
        "Not planned, because a subscriber's code failed, and not expected with expectUnroutable() (1):",
        "  event  subscriber  reason",
        "  evt_2  points      when threw: no price",
        "Keys of the bus that something writes although it is stopped (1):",
        "  key",
        "  test-1:{0}:log",
      ].join("\n"),
    );
  });
});

describe("a pattern", () => {
  it("holds what is named: texts by expressions, objects by their keys, lists item for item", () => {
    const value = {
      id: "A-1",
      total: 5,
      items: [
        { sku: "a", count: 1 },
        { sku: "b", count: 2 },
      ],
    };
    for (const wanted of [{}, { id: "A-1" }, { id: /^A/ }, { items: [{ sku: "a" }, { count: 2 }] }, value])
      expect(holds(value, wanted)).toBe(true);
    for (const wanted of [
      { id: "A" },
      { id: /B/ },
      { total: "5" },
      { items: [{ sku: "a" }] },
      { items: {} },
      { gone: 1 },
      { id: { a: 1 } },
      [],
    ])
      expect(holds(value, wanted), JSON.stringify(wanted)).toBe(false);
  });

  it("finds with an expression wherever it was used before", () => {
    const pattern = /a/g;
    expect([isText("a", pattern), isText("a", pattern), pattern.test("a"), isText("a", pattern)]).toEqual([true, true, true, true]);
    expect([isText(undefined, "x"), isText(undefined, undefined)]).toEqual([false, true]);
  });
});

describe("a clock of a test", () => {
  it("stands still until it is moved, has no chance in it, and places what waits years away", () => {
    const clock = testClock("2026-01-01T00:00:00Z");
    const start = Date.parse("2026-01-01T00:00:00Z");
    clock.move(5_000);
    expect([clock.now() - start, clock.random()]).toEqual([5_000, 0]);
    expect(clock.wallTime(clock.now()) - clock.wallTime(start)).toBe(5_000);
    expect(clock.wallTime(start)).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000);
    expect(testClock(new Date(start)).now()).toBe(testClock(start).now());
  });
});
