import { expect, it } from "vitest";
import { turnsOf } from "../../src/router/turns.ts";

it("a router is alive while each of its loops turns, however lively the others are, and where it has none", () => {
  let now = 0;
  const turns = turnsOf(() => now);
  expect(turns.alive()).toBe(true);
  const [bell, sweep] = [turns.watch(10_000), turns.watch(18_000)];
  now = 9_000;
  bell();
  sweep();
  now = 18_000;
  sweep();
  expect(turns.alive()).toBe(true);
  now = 19_000;
  sweep();
  expect(turns.alive()).toBe(false);
  bell();
  expect(turns.alive()).toBe(true);
});
