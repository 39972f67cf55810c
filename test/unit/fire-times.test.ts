import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCron } from "../../src/define/cron.ts";
import { fireTimes, nextFireTime } from "../../src/define/fire-times.ts";
import { fireTimesByMinute } from "../support/fire-times-by-minute.ts";

function between(cron: string, timeZone: string, from: string, to: string): string[] {
  const parsed = parseCron(cron);
  if ("problems" in parsed) throw new Error(parsed.problems.join());
  const times: string[] = [];
  for (const time of fireTimes(parsed.cron, timeZone, Date.parse(from) - 1)) {
    if (time >= Date.parse(to)) break;
    times.push(new Date(time).toISOString().slice(0, 16));
  }
  return times;
}

/** Days around which the clocks of a zone change, or do not. */
const places = [
  { timeZone: "Europe/Berlin", around: ["2026-03-29", "2026-10-25"] },
  { timeZone: "America/New_York", around: ["2026-03-08", "2026-11-01"] },
  { timeZone: "Asia/Kolkata", around: ["2026-03-29", "2026-10-25"] },
  // Half an hour; at midnight; south of the equator.
  { timeZone: "Australia/Lord_Howe", around: ["2026-04-05", "2026-10-04"] },
  { timeZone: "Asia/Beirut", around: ["2026-03-29", "2026-10-25"] },
  { timeZone: "Pacific/Auckland", around: ["2026-04-05", "2026-09-27"] },
] as const;

function field(least: number, most: number, few: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constant("*"),
    fc.integer({ min: 1, max: most === 7 ? 6 : Math.min(most, 20) }).map((step) => `*/${step}`),
    fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: few }).map((values) => values.join(",")),
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
}

describe("C5: the times of a schedule", () => {
  it("are those of a minute-by-minute look at the clocks of its time zone, on ordinary days and on those on which the clocks change", () => {
    // Around the changes: the hours in which they are, more often.
    const hour = fc.oneof(field(0, 23, 4), fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }).map(String));
    const cron = fc
      .tuple(
        field(0, 59, 4),
        hour,
        fc.oneof({ weight: 4, arbitrary: fc.constant("*") }, field(1, 31, 5)),
        fc.constant("*"),
        fc.oneof({ weight: 4, arbitrary: fc.constant("*") }, field(0, 7, 3)),
      )
      .map((parts) => parts.join(" "));
    const when = fc.constantFrom(...places.flatMap(({ timeZone, around }) => around.map((day) => ({ timeZone, day }))));
    fc.assert(
      fc.property(cron, when, fc.integer({ min: 0, max: 2 * 1_440 }), (text, { timeZone, day }, minutesIn) => {
        const parsed = parseCron(text);
        if ("problems" in parsed) throw new Error(`${text}: ${parsed.problems.join()}`);
        const [from, to] = [Date.parse(day) - 86_400_000, Date.parse(day) + 2 * 86_400_000];
        // What it says does not depend on where it begins to look.
        const after = from + minutesIn * 60_000;
        const found: number[] = [];
        for (const time of fireTimes(parsed.cron, timeZone, after)) {
          if (time >= to) break;
          found.push(time);
        }
        expect(found).toEqual(fireTimesByMinute(text, timeZone, from, to).filter((time) => time > after));
      }),
      { numRuns: 200 },
    );
  });

  it("where the clocks are set forward over 02:30, it fires an hour later on that day, and once", () => {
    expect(between("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00Z", "2026-03-31T00:00Z")).toEqual([
      "2026-03-28T01:30",
      "2026-03-29T01:30",
      "2026-03-30T00:30",
    ]);
    expect(between("30 2 * * *", "America/New_York", "2026-03-07T00:00Z", "2026-03-10T00:00Z")).toEqual([
      "2026-03-07T07:30",
      "2026-03-08T07:30",
      "2026-03-09T06:30",
    ]);
    // 03:30 of that day is the same moment.
    expect(between("30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00Z", "2026-03-30T00:00Z")).toEqual(["2026-03-29T01:30"]);
  });

  it("where 02:30 comes twice, because the clocks are set back, it fires the first time", () => {
    expect(between("30 2 * * *", "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-26T00:00Z")).toEqual(["2026-10-25T00:30"]);
    expect(between("30 1 * * *", "America/New_York", "2026-11-01T00:00Z", "2026-11-02T00:00Z")).toEqual(["2026-11-01T05:30"]);
    // Also for a process that starts between the two.
    expect(nextOf("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10Z")).toBe("2026-10-26T01:30");
  });

  it("what fires in every hour goes on in the hour that is repeated", () => {
    expect(between("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-25T02:00Z")).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T00:30",
      "2026-10-25T01:00",
      "2026-10-25T01:30",
    ]);
  });

  it("knows India's half hour, leap days eight years away, and either of two fields of days", () => {
    expect(nextOf("0 9 * * *", "Asia/Kolkata", "2026-11-28T00:00Z")).toBe("2026-11-28T03:30");
    expect(nextOf("0 0 29 2 *", "UTC", "2096-03-01T00:00Z")).toBe("2104-02-29T00:00");
    expect(between("0 0 1 * mon", "UTC", "2026-12-01T00:00Z", "2026-12-15T00:00Z")).toEqual([
      "2026-12-01T00:00",
      "2026-12-07T00:00",
      "2026-12-14T00:00",
    ]);
  });
});

function nextOf(cron: string, timeZone: string, after: string): string | undefined {
  const parsed = parseCron(cron);
  if ("problems" in parsed) throw new Error(parsed.problems.join());
  const time = nextFireTime(parsed.cron, timeZone, Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);
}

describe("C5: what is no cron is said", () => {
  it.each([
    ["31 2 31 2 *", /never fires: no year has such a day/],
    ["0 0 30 2 *", /never fires/],
    ["0 30 2 * * *", /has 6 fields and needs five: .*; seconds are not taken: a schedule fires on whole minutes/],
    ["30 2 * *", /has 4 fields and needs five/],
    ["60 2 * * *", /the minute "60" is none of 0-59/],
    ["0 24 * * *", /the hour "24" is none of 0-23/],
    ["0 0 * * 8", /the day of the week "8" is none of 0-7/],
    ["0 0 L * *", /the day of the month "l" is none of \*, 1-31/],
    ["0 0 * fbr *", /the month "fbr" is none of \*, 1-12, jan-dec/],
    ["50-10 * * * *", /the minute "50-10" begins after its end: write two ranges, such as 50-59,0-10/],
    ["5/15 * * * *", /the minute "5\/15" has a step without a range: write 5-59\/15, or \*\/15/],
    ["*/0 * * * *", /has a step that is none of 1-59/],
    ["@nightly", /is none of @hourly, @daily, @weekly, @monthly, @yearly/],
    ["", /must be text such as/],
  ])("%j", (text, problem) => {
    const parsed = parseCron(text);
    expect("problems" in parsed ? parsed.problems.join("; ") : "none").toMatch(problem);
  });

  it("says all of it at once", () => {
    const parsed = parseCron("61 25 * * *");
    expect("problems" in parsed && parsed.problems).toHaveLength(2);
  });

  it("takes names, lists, ranges, steps, and 7 for a Sunday", () => {
    const parsed = parseCron("0-10/5,30 8 * Jan-Mar MON-Fri,7");
    expect(parsed).toEqual({
      cron: {
        minutes: [0, 5, 10, 30],
        hours: [8],
        days: Array.from({ length: 31 }, (_, index) => index + 1),
        months: [1, 2, 3],
        weekdays: [0, 1, 2, 3, 4, 5],
        eitherDay: false,
      },
    });
  });
});
