import { expect, it } from "vitest";
import { fuzzArguments } from "../chaos/fuzz/fuzz-cli.ts";
import { seeded } from "../chaos/random.ts";

it("F23: command lines that nobody should type are understood, or a wrong call, and nothing else", async () => {
  const seed = Date.now() % 1_000_000;
  const { outcomes, broken } = await fuzzArguments({ random: seeded(seed), inputs: 1_500, say: () => undefined });
  expect(broken, `seed ${seed}`).toEqual([]);
  expect(Object.keys(outcomes).toSorted()).toEqual(["arguments: done", "arguments: help", "arguments: usage"]);
});
