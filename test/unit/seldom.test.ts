import { expect, it } from "vitest";
import { seldom } from "../../src/base/seldom.ts";

it("what fails again and again is told at first, then every half minute, and at once where it worked in between", () => {
  let now = 5;
  const told = seldom(() => now);
  const after = (ms: number): boolean => {
    now += ms;
    return told.due();
  };
  expect([after(0), after(500), after(29_400), after(100), after(500)]).toEqual([true, false, false, true, false]);
  told.over();
  expect([after(500), after(500)]).toEqual([true, false]);
});
