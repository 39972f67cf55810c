import type { Step } from "./grown-tree.ts";

/**
 * Trees in one row of numbers (Aoe's double array): each step has a place, and a base, behind which the steps that follow it lie, each as far as the number of the unit that
 * leads to it. A place says which place is before it, so that steps of all trees can lie among each other; whether one follows is found by one look, without an `if`.
 */
export interface DoubleArray {
  /** By place: in the upper half the place before it, in the lower the base. Place 0, which no step has, leads nowhere. */
  readonly cells: Int32Array;
  /** Of each tree, where its steps stand. */
  readonly places: readonly (readonly number[])[];
}

/** What roots, and places that are free, have before them. */
const none = 0xffff;

/** Units have numbers from 1 to `count`. Of places for a step, so many are looked at before it is put behind all others. Undefined where places do not fit into 16 bits. */
export function doubleArray(
  trees: readonly (readonly Step[])[],
  { numberOf, count, looks }: { readonly numberOf: (unit: number) => number; readonly count: number; readonly looks: number },
): DoubleArray | undefined {
  const places = trees.map((steps) => steps.map(() => 0));
  const bases = trees.map((steps) => steps.map(() => 0));
  const room = newRoom(looks);
  for (const own of places) own[0] = room.take([0]) + 0;
  const parents = trees.flatMap((steps, tree) => followersOf(steps).map((after, step) => ({ tree, step, after })));
  // Those that need most room come first; those of one step fill what is left between them.
  for (const { tree, step, after } of parents.filter((each) => each.after.length > 0).toSorted((a, b) => b.after.length - a.after.length)) {
    const numbers = after.map((each) => numberOf(trees[tree]![each]!.unit));
    const base = room.take(numbers.toSorted((a, b) => a - b));
    bases[tree]![step] = base;
    for (const [index, each] of after.entries()) places[tree]![each] = base + numbers[index]!;
  }
  if (room.end() >= none) return undefined;
  const cells = new Int32Array(room.end() + count + 1).fill(none << 16);
  cells[0] = none << 16;
  for (const [tree, steps] of trees.entries())
    for (const [step, { from }] of steps.entries()) {
      const before = step === 0 ? none : places[tree]![from]!;
      cells[places[tree]![step]!] = (before << 16) | bases[tree]![step]!;
    }
  return { cells, places };
}

function followersOf(steps: readonly Step[]): number[][] {
  const after: number[][] = steps.map(() => []);
  for (const [index, { from }] of steps.entries()) if (index > 0) after[from]!.push(index);
  return after;
}

/** Gives rows of numbers room behind a base that no others have. */
function newRoom(looks: number) {
  const isTaken: boolean[] = [true];
  let free = 1;
  let start = 1;
  const fits = (base: number, numbers: readonly number[]): boolean => base >= 0 && numbers.every((each) => isTaken[base + each] !== true);
  const found = (numbers: readonly number[]): number => {
    const first = numbers[0]!;
    if (numbers.length === 1) {
      while (isTaken[free] === true) free += 1;
      let place = free;
      while (isTaken[place] === true || place < first) place += 1;
      return place - first;
    }
    for (let place = start; place < start + looks; place++) if (fits(place - first, numbers)) return place - first;
    start = Math.max(isTaken.length, first);
    return start - first;
  };
  return {
    take(numbers: readonly number[]): number {
      const base = found(numbers);
      for (const each of numbers) {
        while (isTaken.length < base + each) isTaken.push(false);
        isTaken[base + each] = true;
      }
      return base;
    },
    end: () => isTaken.length,
  };
}
