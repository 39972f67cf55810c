import { type Bits, keepOnly } from "./bits.ts";

/** From how many sets on it pays to have the common part of each run of 2, 4, 8 … of them at hand. */
const few = 16;

/**
 * Of a row of sets, keeps what all those between two places have in common: `from` is the first of them, `to` the first that is not. However long the row
 * is, two sets are read.
 */
export function absenceOf(sets: readonly Bits[]): (from: number, to: number, into: Bits) => void {
  if (sets.length <= few) {
    return (from, to, into) => {
      for (let index = from; index < to; index++) keepOnly(into, sets[index]!);
    };
  }
  const runs: Bits[][] = [sets as Bits[]];
  for (let length = 2; length <= sets.length; length *= 2) {
    const shorter = runs.at(-1)!;
    runs.push(
      Array.from({ length: sets.length - length + 1 }, (_, index) => {
        const run = shorter[index]!.slice();
        keepOnly(run, shorter[index + length / 2]!);
        return run;
      }),
    );
  }
  return (from, to, into) => {
    if (from >= to) return;
    const level = 31 - Math.clz32(to - from);
    keepOnly(into, runs[level]![from]!);
    keepOnly(into, runs[level]![to - (1 << level)]!);
  };
}
