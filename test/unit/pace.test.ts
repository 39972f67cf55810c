import { expect, it } from "vitest";
import { lease, paces } from "../../src/base/pace.ts";

const { standard, economy } = paces;

it("what a killed worker held is taken over within 12 s, and what a killed router held within 20 s, with 2 s to spare", () => {
  // A look finds only jobs that were under way at the look before.
  expect(standard.stalled).toBeLessThan(lease.lasts);
  expect(lease.lasts + standard.stalled).toBeLessThanOrEqual(10_000);
  expect(standard.takeOver + standard.sweep).toBeLessThanOrEqual(18_000);
});

it("nothing is taken from a process that was silent for 5 s", () => {
  expect(lease.lasts - lease.renewed).toBeGreaterThanOrEqual(5_000);
  for (const { takeOver, sweep } of [standard, economy]) expect(takeOver - sweep).toBeGreaterThanOrEqual(5_000);
});
