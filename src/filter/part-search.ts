import { unitsOf } from "./units.ts";

/** What is looked for between two stars. */
export interface Part {
  readonly units: Uint16Array;
  readonly hash: number;
  /** What a unit counts for in the hash when as many others as the part has have come behind it. */
  readonly top: number;
  /** Made when they are first needed. */
  borders: Int32Array | undefined;
}

/**
 * Another in every process. There are texts that have the same hash whatever the base is (of Thue and Morse, since hashes are cut to 32 bits); with three more than a
 * multiple of eight, of ASCII letters they have at least 128, which is more than a part may have.
 */
const base = 8 * Math.floor(Math.random() * 0x0fff_ffff) + 3;

export function partOf(text: string): Part {
  const units = unitsOf(text).slice(0, text.length);
  let [hash, top] = [0, 1];
  for (const unit of units) {
    hash = (Math.imul(hash, base) + unit) | 0;
    top = Math.imul(top, base);
  }
  return { units, hash, top, borders: undefined };
}

/**
 * Where a text goes on behind the first place at which a part of at least one unit stands, from one place to another; -1 where it stands nowhere. A hash of as many units as
 * the part has moves along the text (Karp and Rabin), one step a unit; where it is the part's, the units are compared. A text on which that is often
 * in vain is searched in another way from there on, so that the time is linear whatever is given.
 */
export function behind(part: Part, units: Uint16Array, from: number, end: number): number {
  const { units: sought, hash: wanted, top } = part;
  const { length } = sought;
  const last = end - length;
  if (from > last) return -1;
  let hash = 0;
  for (let at = from; at < from + length; at++) hash = (Math.imul(hash, base) + units[at]!) | 0;
  let left = end - from;
  // Its only way out is from within: V8 leaves compiled code at what stands behind a loop that was still running when it was compiled, each time.
  for (let at = from; ; at++) {
    if (hash === wanted) {
      const same = sameUnits(sought, units, at);
      if (same === length) return at + length;
      left -= same + 1;
      if (left < 0) return behindSlowly(part, units, at + 1, end);
    }
    if (at === last) return -1;
    hash = (Math.imul(hash, base) + (units[at + length]! - Math.imul(units[at]!, top))) | 0;
  }
}

/** How many units of a part stand at a place of a text. */
function sameUnits(sought: Uint16Array, units: Uint16Array, from: number): number {
  let same = 0;
  while (same < sought.length && sought[same] === units[from + same]) same += 1;
  return same;
}

/** The search of Knuth, Morris and Pratt: each unit of the text is looked at once or twice. */
function behindSlowly(part: Part, units: Uint16Array, from: number, end: number): number {
  const { units: sought } = part;
  const borders = (part.borders ??= bordersOf(sought));
  let matched = 0;
  for (let at = from; at < end; at++) {
    const unit = units[at];
    while (matched > 0 && sought[matched] !== unit) matched = borders[matched]!;
    if (sought[matched] === unit && ++matched === sought.length) return at + 1;
  }
  return -1;
}

/** How much is still matched, of so many matched units before one that differs. */
function bordersOf(units: Uint16Array): Int32Array {
  const borders = new Int32Array(units.length + 1);
  for (let at = 1, matched = 0; at < units.length; at++) {
    while (matched > 0 && units[matched] !== units[at]) matched = borders[matched]!;
    if (units[matched] === units[at]) matched += 1;
    borders[at + 1] = matched;
  }
  return borders;
}
