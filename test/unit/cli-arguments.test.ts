import { describe, expect, it } from "vitest";
import { lengthArgument, numberArgument, timeArgument } from "../../src/cli/arguments.ts";
import { ageText, bytesText, countOf, countText, momentText } from "../../src/cli/figures.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

const now = Date.UTC(2026, 10, 24, 12);

describe("what is typed", () => {
  it("is a time: how long ago, or RFC 3339", () => {
    expect(timeArgument("--from", "2h", now)).toBe(now - 7_200_000);
    expect(timeArgument("--from", "2026-11-24T10:00:00Z", now)).toBe(now - 7_200_000);
    expect(timeArgument("--from", "2026-11-24T10:00:00.5+05:30", now)).toBe(Date.UTC(2026, 10, 24, 4, 30, 0, 500));
    expect(timeArgument("--from", "2026-11-24", now)).toBe(now - 12 * 3_600_000);
  });

  it.each(["", "yesterday", "2h ago", "-2h", "120", "2026-13-01", "2026-11-24T10:00:00", "11/24/2026"])("refuses %j as a time", (text) => {
    expect(() => timeArgument("--from", text, now)).toThrow(UsageError);
    expect(() => timeArgument("--from", text, now)).toThrow(/^--from takes how long ago, such as 30m, 2h or 3d, or a time/);
  });

  it("is a length of time, or a number within its bounds", () => {
    expect(lengthArgument("--older-than", "1h")).toBe(3_600_000);
    expect(() => lengthArgument("--older-than", "1 hour")).toThrow(/^--older-than takes a length of time/);
    expect(numberArgument("--last", "0", { least: 0, most: 10 })).toBe(0);
    for (const text of ["11", "-1", "1.5", "1e1", "", " 1"])
      expect(() => numberArgument("--last", text, { least: 0, most: 10 })).toThrow(/^--last takes a number from 0 to 10, not /);
  });
});

describe("a figure", () => {
  it("is written for people", () => {
    expect([countText(1_204), countOf(1, "event"), countOf(2, "delivery", "deliveries")]).toEqual(["1,204", "1 event", "2 deliveries"]);
    expect([-3, 12.4, 3_440, 75_000, 300_000, 26 * 3_600_000, 96 * 3_600_000].map(ageText)).toEqual([
      "0 ms",
      "12 ms",
      "3.4 s",
      "75 s",
      "5 min",
      "26 h",
      "4 d",
    ]);
    expect([512, 2_048, 3_565_158, 5 * 1_024 ** 3].map(bytesText)).toEqual(["512 B", "2.0 KB", "3.4 MB", "5.0 GB"]);
    expect([momentText(now), momentText("never")]).toEqual(["2026-11-24 12:00:00", "never"]);
  });
});
