import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { createBus, defineSchedule, defineTopic, type Firing, type Schedule } from "../../src/index.ts";

/** Each `@ts-expect-error` was seen as a real error at its line: `tsc` fails if one of them ever compiles. */
const syncRequested = defineTopic(
  "sync.requested",
  z.discriminatedUnion("mode", [
    z.object({ mode: z.literal("full"), tags: z.array(z.string()).default([]) }),
    z.object({ mode: z.literal("incremental"), since: z.iso.datetime() }),
  ]),
);
const checkDue = defineTopic(
  "check.due",
  z.object({ task: z.enum(["stock", "files"]), lines: z.array(z.object({ sku: z.string() })).optional() }),
);
const daily = { name: "daily", cron: "@daily" } as const;

it("C5: the payload of a firing is typed by what the topic's schema takes, words and alternatives included", () => {
  const made = [
    defineSchedule(checkDue, { ...daily, data: () => ({ task: "stock", lines: [{ sku: "A" }] }) }),
    defineSchedule(syncRequested, { ...daily, data: () => ({ mode: "full" }) }),
    defineSchedule(syncRequested, {
      ...daily,
      timeZone: "Asia/Kolkata",
      missed: "catch-up",
      priority: "low",
      data(firing) {
        expectTypeOf(firing).toEqualTypeOf<Firing>();
        expectTypeOf(firing.previous).toEqualTypeOf<string | undefined>();
        return firing.previous === undefined ? { mode: "full", tags: [firing.date] } : { mode: "incremental", since: firing.previous };
      },
    }),
  ];
  expectTypeOf(made[0]!).toEqualTypeOf<Schedule>();
  const bus = createBus({ application: "types", topics: { checkDue, syncRequested }, schedules: made });
  expectTypeOf(bus.schedules.run).returns.resolves.toHaveProperty("id");
  expect(made.map(({ topic, timeZone }) => [topic.name, timeZone])).toEqual([
    ["check.due", "UTC"],
    ["sync.requested", "UTC"],
    ["sync.requested", "Asia/Kolkata"],
  ]);
});

it("C5: a wrong payload, word or option does not compile", () => {
  const wrong = [
    // @ts-expect-error there is no such task
    () => defineSchedule(checkDue, { ...daily, data: () => ({ task: "stocks" }) }),
    // @ts-expect-error the task is missing
    () => defineSchedule(checkDue, { ...daily, data: () => ({ lines: [] }) }),
    // @ts-expect-error no topic has this field
    () => defineSchedule(checkDue, { ...daily, data: () => ({ task: "stock", more: 1 }) }),
    // @ts-expect-error since belongs to the other alternative, and is missing here
    () => defineSchedule(syncRequested, { ...daily, data: () => ({ mode: "incremental" }) }),
    // @ts-expect-error a payload is no promise
    () => defineSchedule(checkDue, { ...daily, data: async () => ({ task: "stock" }) }),
    // @ts-expect-error a firing has no such field
    () => defineSchedule(checkDue, { ...daily, data: ({ fireTime }) => ({ task: fireTime }) }),
    // @ts-expect-error there is no such policy
    () => defineSchedule(checkDue, { ...daily, missed: "always", data: () => ({ task: "stock" }) }),
    // @ts-expect-error the word is timeZone
    () => defineSchedule(checkDue, { ...daily, timezone: "UTC", data: () => ({ task: "stock" }) }),
    // @ts-expect-error a cron is needed
    () => defineSchedule(checkDue, { name: "daily", data: () => ({ task: "stock" }) }),
  ];
  expect(wrong).toHaveLength(9);
});
