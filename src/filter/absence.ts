import { type Bits, keepCommon, keepOnly } from "./bits.ts";

/** From how many sets on it pays to have the common part of each run of 2, 4, 8 … of them at hand. */
const few = 16;

/** Of a row of sets, what many of them have in common: however long the row is, two sets are read. */
export interface Absence {
  /** Of each, what those before it have in common, those behind it, and both. */
  readonly before: readonly Bits[];
  readonly behind: readonly Bits[];
  readonly beside: readonly Bits[];
  /** Keeps what all those between two places have in common: `from` is the first of them, `to` the first that is not. */
  readonly keepBetween: (from: number, to: number, into: Bits) => void;
}

/** `all` is what no sets have in common. */
export function absenceOf(sets: readonly Bits[], all: Bits): Absence {
  const before = commonBefore(sets, all);
  const behind = commonBefore(sets.toReversed(), all).toReversed();
  const beside = before.map((set, index) => {
    const both = set.slice();
    keepOnly(both, behind[index]!);
    return both;
  });
  return { before, behind, beside, keepBetween: betweenOf(sets) };
}

function commonBefore(sets: readonly Bits[], all: Bits): Bits[] {
  const common = all.slice();
  return sets.map((set) => {
    const before = common.slice();
    keepOnly(common, set);
    return before;
  });
}

function betweenOf(sets: readonly Bits[]): Absence["keepBetween"] {
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
    keepCommon(into, runs[level]![from]!, runs[level]![to - (1 << level)]!);
  };
}
