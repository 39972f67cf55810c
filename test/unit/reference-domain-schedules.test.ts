import { describe, expect, it } from "vitest";
import { loadSchedules } from "../../src/bus/load/load-schedules.ts";
import { fireTimes } from "../../src/define/fire-times.ts";
import { firingOf } from "../../src/define/firing.ts";
import { schedulesProblems } from "../../src/define/schedule-problems.ts";
import * as topics from "../../topics/index.ts";

const { schedules, problems } = await loadSchedules(new URL("../../schedules/", import.meta.url));
const night = Date.parse("2026-11-28T20:00:00Z");

/** What falls due in half a day from one evening on, with the firing before it named. */
const due = (name: string, previous?: number): unknown[] => {
  const schedule = schedules.find((each) => each.name === name)!;
  const found: unknown[] = [];
  for (const time of fireTimes(schedule.parsed, schedule.timeZone, night)) {
    if (time > night + 43_200_000) return found;
    found.push([new Date(time).toISOString().slice(0, 16), schedule.topic.name, schedule.data(firingOf(schedule, time, previous))]);
  }
  return found;
};

describe("the schedules of the reference domain", () => {
  it("can be used, each in a file of its name, and say what they are for", () => {
    expect([problems, schedulesProblems(topics, schedules, night)]).toEqual([[], []]);
    for (const { name, file, description } of schedules)
      expect([`schedules/${name}.ts`, description]).toEqual([file, expect.stringMatching(/\.$/)]);
  });

  it("A14: the affiliate network is asked every half hour", () => {
    expect(due("affiliate-sync")).toHaveLength(24);
    expect(due("affiliate-sync")[0]).toEqual(["2026-11-28T20:30", "affiliate.sync_due", { network: "saathi" }]);
  });

  it("C12: the stock is brought in line every night, with what changed since the night before, and then looked through", () => {
    const sync = { syncId: "sync_2026-11-29", supplier: "nilgiri-traders" };
    expect(due("supplier-sync")).toEqual([["2026-11-28T20:30", "inventory.sync_requested", { ...sync, mode: "full" }]]);
    expect(due("supplier-sync", night)).toMatchObject([
      ["2026-11-28T20:30", "inventory.sync_requested", { mode: "incremental", since: "2026-11-28T20:00:00.000Z" }],
    ]);
    expect(due("stock-check")).toEqual([
      ["2026-11-28T21:00", "maintenance.due", { task: "stock-check", dueAt: "2026-11-28T21:00:00.000Z" }],
    ]);
  });

  it("C12, C8: old files and old deliveries are cleaned up every night", () => {
    expect([...due("old-files"), ...due("old-deliveries")]).toMatchObject([
      ["2026-11-28T21:30", "maintenance.due", { task: "old-files" }],
      ["2026-11-28T22:00", "maintenance.due", { task: "old-deliveries" }],
    ]);
  });
});
