import { add, type Bits } from "./bits.ts";
import { type FarWays, farWays, stepFar, wayFrom } from "./far-ways.ts";
import { foldedUnit } from "./folded.ts";
import type { GrownTree } from "./grown-tree.ts";

/**
 * The trees of one place in one row of small numbers, `code`, so that they stay close to the processor: what a text costs is hardly more than waiting for memory. First a head for
 * each tree, then the steps. 0 stands for no step; places of steps are divided by 2 ** `shift`, so that they fit.
 *
 *     head   the first step, 1 for endings + 2 for folded keys, how long a text must be
 *     step   number of what holds here, length of the rest, the first of the units with which ways begin, and how many from there on have
 *            room; 0, and of each of these units the step that follows; the rest
 */
export interface TextTrees {
  readonly count: number;
  readonly code: Uint16Array;
  readonly shift: number;
  /** By number, what holds of a text that comes to a step and no farther, and of one that ends there. */
  readonly begun: readonly (Bits | undefined)[];
  readonly ended: readonly (Bits | undefined)[];
  /** By tree, what holds of a text that is not named as a whole. */
  readonly otherwise: readonly (Bits | undefined)[];
  /** Ways that begin with units that are not ASCII. */
  readonly far: FarWays | undefined;
  /** By tree, which sets were added last: the number twice, and 1 more where a text ended there. */
  readonly last: Int32Array;
  /** The last word of those sets, which is emptied after each text. */
  readonly marks: Int32Array;
}

const [headSize, stepSize] = [3, 4];
const near = 128;

export function textTrees(trees: readonly GrownTree[]): TextTrees {
  for (let shift = 0; ; shift++) {
    const made = laidOut(trees, shift);
    if (made !== undefined) return made;
  }
}

interface Laid {
  readonly place: number;
  /** Of the units of the ways on. */
  readonly low: number;
  readonly span: number;
}

/** Undefined where places do not fit into 16 bits. */
function laidOut(trees: readonly GrownTree[], shift: number): TextTrees | undefined {
  const { begun, ended, numberOf } = outcomes();
  const code: number[] = Array.from({ length: trees.length * headSize }, () => 0);
  const far: (readonly [number, number])[] = [];
  for (const [tree, { steps, ending, folds, shortest }] of trees.entries()) {
    const laid: Laid[] = [];
    const ranges = rangesOf(steps);
    for (const [index, step] of steps.entries()) {
      while (code.length % (1 << shift) !== 0) code.push(0);
      const place = code.length >> shift;
      if (place > 0xffff) return undefined;
      const { low, span } = ranges[index]!;
      laid.push({ place, low, span });
      code.push(numberOf(step), step.rest.length, low, span);
      for (let unit = 0; unit <= span; unit++) code.push(0);
      for (let at = 0; at < step.rest.length; at++) code.push(step.rest.charCodeAt(at));
      if (index === 0) continue;
      const before = laid[step.from]!;
      if (step.unit >= near) far.push([wayFrom(before.place, step.unit), place]);
      else code[(before.place << shift) + stepSize + 1 + step.unit - before.low] = place;
    }
    const head = [laid[0]!.place, (ending ? 1 : 0) + (folds ? 2 : 0), shortest];
    for (const [index, value] of head.entries()) code[tree * headSize + index] = value;
  }
  return {
    count: trees.length,
    code: Uint16Array.from(code),
    shift,
    begun,
    ended,
    otherwise: trees.map(({ otherwise }) => otherwise),
    far: far.length === 0 ? undefined : farWays(far),
    last: new Int32Array(trees.length).fill(-1),
    marks: new Int32Array(trees.length),
  };
}

/** Of each step, from which of the units near on ways lead on. */
function rangesOf(steps: GrownTree["steps"]): { readonly low: number; readonly span: number }[] {
  const lows = steps.map(() => near);
  const highs = steps.map(() => -1);
  for (const { from, unit } of steps.slice(1)) {
    if (unit >= near) continue;
    lows[from] = Math.min(lows[from]!, unit);
    highs[from] = Math.max(highs[from]!, unit);
  }
  return lows.map((low, step) => ({ low, span: Math.max(0, highs[step]! + 1 - low) }));
}

/** Numbers pairs of sets, each pair once. */
function outcomes() {
  const begun: (Bits | undefined)[] = [];
  const ended: (Bits | undefined)[] = [];
  const numbers = new Map<Bits | undefined, Map<Bits | undefined, number>>();
  const numberOf = (step: { readonly begun: Bits | undefined; readonly ended: Bits | undefined }): number => {
    const ofBegun = numbers.get(step.begun) ?? new Map<Bits | undefined, number>();
    numbers.set(step.begun, ofBegun);
    const number = ofBegun.get(step.ended) ?? begun.push(step.begun) - 1;
    ofBegun.set(step.ended, number);
    ended[number] = step.ended;
    return number;
  };
  return { begun, ended, numberOf };
}

/** Adds what holds of a text, by its units. What was added last of a tree is not added again: of most texts in a list, a tree gives the same. */
export function addBy(trees: TextTrees, row: Uint16Array, length: number, into: Bits): void {
  const { count, code, shift, far, last, marks } = trees;
  const end = into.length - 1;
  for (let tree = 0; tree < count; tree++) {
    const form = code[tree * headSize + 1]!;
    const stride = 1 - 2 * (form & 1);
    const folds = form > 1;
    let step = code[tree * headSize]! << shift;
    let place = (length - 1) * (form & 1);
    let left = length < code[tree * headSize + 2]! ? -1 : length;
    while (left > 0) {
      const read = row[place]!;
      const unit = folds ? foldedUnit(read) : read;
      // A unit that has no room takes the 0 that stands before: by arithmetic, since nobody can foresee which way an `if` would go.
      const way = unit - code[step + 2]!;
      const hasRoom = ~(way >> 31) & ((way - code[step + 3]!) >> 31);
      let on = code[step + stepSize + ((way + 1) & hasRoom)]! << shift;
      if (on === 0) {
        if (unit >= near && far !== undefined) on = stepFar(far, wayFrom(step >> shift, unit)) << shift;
        if (on === 0) break;
      }
      const rest = code[on + 1]!;
      place += stride;
      left -= 1 + rest;
      if (left < 0) break;
      if (rest > 0) {
        let at = on + stepSize + 1 + code[on + 3]!;
        const behind = at + rest;
        for (; at < behind; at++, place += stride) {
          const next = row[place]!;
          if ((folds ? foldedUnit(next) : next) !== code[at]) break;
        }
        if (at < behind) {
          left = -1;
          break;
        }
      }
      step = on;
    }
    const number = code[step]!;
    const now = 2 * number + (left === 0 ? 1 : 0);
    if (now === last[tree]) {
      into[end]! |= marks[tree]!;
      continue;
    }
    last[tree] = now;
    const begun = trees.begun[number];
    const ended = left === 0 ? trees.ended[number] : trees.otherwise[tree];
    marks[tree] = (begun === undefined ? 0 : begun[end]!) | (ended === undefined ? 0 : ended[end]!);
    if (begun !== undefined) add(into, begun);
    if (ended !== undefined) add(into, ended);
  }
}

/** To be called when a set is begun. */
export function forgetAdded({ count, last }: TextTrees): void {
  for (let tree = 0; tree < count; tree++) last[tree] = -1;
}
