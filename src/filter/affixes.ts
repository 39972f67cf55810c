import { type Bits, union } from "./bits.ts";
import { foldedUnit } from "./folded.ts";
import type { Lookup } from "./ranges.ts";

export interface AffixOptions {
  /** The texts are endings, not beginnings. */
  readonly ending?: boolean;
  /** The texts are folded, and values are compared so. */
  readonly folded?: boolean;
}

/** A step along the texts: most have one way on. */
interface Step {
  /** What a value has that came so far; undefined where that is nothing yet. */
  bits: Bits | undefined;
  unit: number;
  only: Step | undefined;
  more: Map<number, Step> | undefined;
}

/**
 * Which of many beginnings a text has, by their sets; or which endings, which are beginnings read from behind. Each character is looked at once at
 * most, however many they are. Undefined where there are none.
 */
export function affixes(
  sets: ReadonlyMap<string, Bits>,
  { ending = false, folded = false }: AffixOptions = {},
): Lookup<string> | undefined {
  if (sets.size === 0) return undefined;
  const root = newStep();
  // Shorter texts first, so that each takes over what those have that it begins with.
  for (const [text, bits] of [...sets].toSorted(([a], [b]) => a.length - b.length)) {
    let step = root;
    let before = root.bits;
    for (let at = 0; at < text.length; at++) {
      step = wayOn(step, text.charCodeAt(ending ? text.length - 1 - at : at));
      before = step.bits ?? before;
    }
    step.bits = union(before, bits);
  }
  return (value) => {
    const { length } = value;
    let step: Step | undefined = root;
    let found = root.bits;
    for (let at = 0; at < length; at++) {
      const read = value.charCodeAt(ending ? length - 1 - at : at);
      const unit = folded ? foldedUnit(read) : read;
      step = step.unit === unit ? step.only : step.more?.get(unit);
      if (step === undefined) break;
      if (step.bits !== undefined) found = step.bits;
    }
    return found;
  };
}

function newStep(): Step {
  return { bits: undefined, unit: -1, only: undefined, more: undefined };
}

function wayOn(step: Step, unit: number): Step {
  if (step.unit === unit) return step.only!;
  if (step.only === undefined) {
    step.unit = unit;
    return (step.only = newStep());
  }
  step.more ??= new Map();
  const known = step.more.get(unit);
  if (known !== undefined) return known;
  const next = newStep();
  step.more.set(unit, next);
  return next;
}
