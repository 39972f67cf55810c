import { expect, it } from "vitest";
import { limitProblems, rateFromText, rateOf, rateToText } from "../../src/bus/channel-limits.ts";

const shown = (text: string) => rateToText(rateOf(rateFromText(text)!));

it("B4: a rate is read as people type it, and shown in the largest unit that says it", () => {
  expect(["10/1s", "10/s", "10/1000ms", "90/90s", "100/60m", "5/48h", "3/1500ms", "off"].map(shown)).toEqual([
    "10/1s",
    "10/1s",
    "10/1s",
    "90/90s",
    "100/1h",
    "5/2d",
    "3/1500ms",
    "off",
  ]);
  for (const text of ["", "5", "5/", "/1s", "5/1w", "-5/1s", "1.5/1s", "5/1.5s", "5 / 1s", "Off", "NaN/1s", "1e9/1s"])
    expect([text, rateFromText(text)]).toEqual([text, undefined]);
});

it("limits that cannot be are told, each once", () => {
  expect(limitProblems({})).toEqual([]);
  expect(limitProblems({ concurrency: 1_000, rateLimit: { max: 1_000_000, per: "31d" } })).toEqual([]);
  expect(limitProblems({ rateLimit: "5/1s" as never })).toEqual(["rateLimit: must be { max, per } or false"]);
  expect(limitProblems({ concurrency: "3" as never, rateLimit: { max: 2.5, per: "1 fortnight" as never } })).toEqual([
    "concurrency: must be a whole number from 1 to 1000, not 3",
    "rateLimit.max: must be a whole number from 1 to 1000000, not 2.5",
    expect.stringContaining('rateLimit.per: "1 fortnight" is not a length of time'),
  ]);
});
