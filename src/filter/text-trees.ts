import { add, type Bits } from "./bits.ts";
import { type DoubleArray, doubleArray } from "./double-array.ts";
import { foldedUnit } from "./folded.ts";
import type { Step } from "./grown-tree.ts";
import { classOf, numbered, type UnitClasses } from "./unit-classes.ts";

/**
 * Two trees of which a text is looked at from the same end, by its units as they are and folded, side by side: no step waits for one of the other tree, and none is foreseen wrongly, since
 * each unit costs the same whether a key goes on or not.
 */
export interface TextTrees {
  readonly ending: boolean;
  /** The numbers of units: of those of ASCII by the unit, its own in the lower half and that of its folded form in the upper; and of all. */
  readonly near: Int32Array;
  readonly units: UnitClasses;
  /** By place: in the upper half the place before it, in the lower the base. */
  readonly cells: Int32Array;
  /** The places of the roots; 0 where there is no tree. */
  readonly plain: number;
  readonly folding: number;
  /** By place, twice: the number of what holds of a text that comes so far and no farther, and of one that ends there. */
  readonly numbers: Uint16Array;
  /** By number. The first is nothing. */
  readonly sets: readonly (Bits | undefined)[];
  /** The last word of each, which is emptied after each text. */
  readonly marks: Int32Array;
  readonly isMarked: boolean;
  /** 1 for those that were not added since a set was begun; and those that were. */
  readonly isFresh: Uint8Array;
  readonly added: number[];
}

/** Looks for a place, at first. */
const looks = 128;
const ascii = 128;

export function textTrees({
  plain,
  folding,
  ending,
}: {
  readonly plain: readonly Step[] | undefined;
  readonly folding: readonly Step[] | undefined;
  readonly ending: boolean;
}): TextTrees | undefined {
  const trees = [plain, folding].filter((tree) => tree !== undefined);
  if (trees.length === 0) return undefined;
  const { places, cells, units } = laidOut(trees);
  const { sets, numberOf } = numberedSets();
  const numbers = new Uint16Array(2 * cells.length);
  for (const [tree, steps] of trees.entries())
    for (const [index, { passed, ended }] of steps.entries()) {
      const place = places[tree]![index]!;
      numbers[2 * place] = numberOf(passed);
      numbers[2 * place + 1] = numberOf(ended);
    }
  const marks = Int32Array.from(sets, (set) => (set === undefined ? 0 : set[set.length - 1]!));
  return {
    ending,
    near: Int32Array.from({ length: ascii }, (_, unit) => bothClasses(units, unit)),
    units,
    cells,
    plain: plain === undefined ? 0 : places[0]![0]!,
    folding: folding === undefined ? 0 : places.at(-1)![0]!,
    numbers,
    sets,
    marks,
    isMarked: marks.some((mark) => mark !== 0),
    isFresh: Uint8Array.from(sets, (set) => (set === undefined ? 0 : 1)),
    added: [],
  };
}

function laidOut(trees: readonly (readonly Step[])[]): DoubleArray & { readonly units: UnitClasses } {
  let units = [...new Set(trees.flatMap((steps) => steps.slice(1).map(({ unit }) => unit)))];
  for (let most = looks; ; most *= 2) {
    const { count, ...classes } = numbered(units);
    const made = doubleArray(trees, { numberOf: (unit) => classOf(classes, unit), count, looks: most });
    if (made !== undefined) return { ...made, units: classes };
    units = units
      .map((unit) => ({ unit, place: Math.random() }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ unit }) => unit);
  }
}

/** Numbers sets, equal ones alike. */
function numberedSets() {
  const sets: (Bits | undefined)[] = [undefined];
  const known = new Map<Bits | undefined, number>([[undefined, 0]]);
  const byMembers = new Map<string, number>();
  const numberOf = (set: Bits | undefined): number => {
    const before = known.get(set);
    if (before !== undefined) return before;
    const members = set!.join();
    const number = byMembers.get(members) ?? sets.push(set) - 1;
    byMembers.set(members, number);
    known.set(set, number);
    return number;
  };
  return { sets, numberOf };
}

/** The number of a unit in the lower half, and that of its folded form in the upper. */
function bothClasses(units: UnitClasses, unit: number): number {
  return classOf(units, unit) | (classOf(units, foldedUnit(unit)) << 16);
}

/** Adds what holds of a text, by its units. */
export function addBy(trees: TextTrees, row: Uint16Array, length: number, into: Bits): void {
  const { cells, numbers, isFresh, ending, marks, near, units } = trees;
  const stride = ending ? -1 : 1;
  let at = ending ? length - 1 : 0;
  let plain = trees.plain;
  let plainCell = cells[plain]!;
  let plainLast = plain;
  let folding = trees.folding;
  let foldingCell = cells[folding]!;
  let foldingLast = folding;
  for (let left = length; left > 0 && (plain | folding) !== 0; left--, at += stride) {
    const unit = row[at]!;
    const both = unit < ascii ? near[unit]! : bothClasses(units, unit);
    const plainNext = (plainCell & 0xffff) + (both & 0xffff);
    const foldingNext = (foldingCell & 0xffff) + (both >>> 16);
    plainCell = cells[plainNext]!;
    foldingCell = cells[foldingNext]!;
    // All bits where the step before is the one that it has come from, else none.
    const plainGoesOn = (((plainCell >>> 16) ^ plain) - 1) >> 31;
    const foldingGoesOn = (((foldingCell >>> 16) ^ folding) - 1) >> 31;
    plain = plainNext & plainGoesOn;
    folding = foldingNext & foldingGoesOn;
    plainLast += (plain - plainLast) & plainGoesOn;
    foldingLast += (folding - foldingLast) & foldingGoesOn;
  }
  // 1 for what has come to its end.
  const ofPlain = numbers[2 * plainLast + (-plain >>> 31)]!;
  const ofFolding = numbers[2 * foldingLast + (-folding >>> 31)]!;
  if (trees.isMarked) into[into.length - 1]! |= marks[ofPlain]! | marks[ofFolding]!;
  if ((isFresh[ofPlain]! | isFresh[ofFolding]!) === 0) return;
  addFresh(trees, ofPlain, into);
  addFresh(trees, ofFolding, into);
}

function addFresh({ sets, isFresh, added }: TextTrees, number: number, into: Bits): void {
  if (isFresh[number] === 0) return;
  isFresh[number] = 0;
  added.push(number);
  add(into, sets[number]!);
}

/** To be called when a set is begun. */
export function forgetAdded({ isFresh, added }: TextTrees): void {
  for (let number = added.pop(); number !== undefined; number = added.pop()) isFresh[number] = 1;
}
