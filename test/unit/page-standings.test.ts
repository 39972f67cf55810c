import { expect, it } from "vitest";
import type { PausedBefore } from "../../src/bus/paused-before.ts";
import type { RoutingTries } from "../../src/bus/routing-tries.ts";

interface Standings {
  triesText(problem: string, tries: RoutingTries | undefined): string;
  pausedText(name: string, already: PausedBefore): string;
}
const { triesText, pausedText } = (await import(new URL("../../src/dashboard/page/standings.js", import.meta.url).href)) as Standings;
const at = "2026-11-28T10:00:00.000Z";

it("the page says of an event that cannot be planned that it is tried again, how often it was, what went wrong last, and when it goes on", () => {
  const tries = { id: "r_1", made: 2, most: 4, reason: "no price, 3", next: at } as const;
  expect(triesText("no price, 1", { ...tries, state: "delayed" })).toBe(
    `could not plan it, and tries again by itself: 2 of 4 tries failed, the next at ${new Date(at).toLocaleTimeString("en-GB")}: no price, 3`,
  );
  expect(triesText("no price, 1", { ...tries, made: 4, state: "dead" })).toBe(
    "could not plan it in 4 tries, a dead letter of routing: no price, 3",
  );
  expect(triesText("no price, 1", undefined)).toBe("could not plan it: no price, 1. Its dead letter was given up, or has passed its time");
});

it("the page tells who pauses a channel that is paused who was first", () => {
  expect(pausedText("email", { by: "asha", at, reason: "wrong prices" })).toBe(
    `email was paused already by asha, ${new Date(at).toLocaleString("en-GB")}: wrong prices. That stays.`,
  );
  expect(pausedText("email", {})).toBe("email was paused already. That stays.");
});
