import { add, type Bits } from "./bits.ts";
import { outcome } from "./outcomes.ts";

/** A range of numbers or texts; a bound that is left out is none. */
export interface Range<T> {
  readonly from?: { readonly than: T; readonly open: boolean };
  readonly to?: { readonly than: T; readonly open: boolean };
  readonly bits: Bits;
}

/** A line that is cut at sorted bounds: place 2i+1 is the i-th bound itself, 2i what lies before it and 2i+2 what lies behind it. */
export interface Line<T> {
  readonly bounds: readonly T[];
  /** What holds at each place; undefined where nothing does. */
  readonly holding: readonly (Bits | undefined)[];
}

/** In which of many ranges a value lies, by the place where it is found; of some of them, `leftOut`, those of `leaving` that it is not in. */
export function line<T extends number | string>(
  asked: readonly Range<T>[],
  { leftOut = [], leaving }: { readonly leftOut?: readonly Range<T>[]; readonly leaving?: Bits | undefined } = {},
): Line<T> {
  const all = [...asked, ...leftOut];
  const bounds: T[] = [...new Set(all.flatMap(({ from, to }) => [from, to].flatMap((bound) => (bound === undefined ? [] : [bound.than]))))];
  bounds.sort((a, b) => (a < b ? -1 : 1));
  const hit = spread(asked, bounds);
  const missed = spread(leftOut, bounds);
  return { bounds, holding: hit.map((set, place) => outcome(leaving, set, missed[place])) };
}

/** The set of each place, from the sets that begin and end there: each member is counted, as ranges may overlap. */
function spread<T extends number | string>(all: readonly Range<T>[], bounds: readonly T[]): (Bits | undefined)[] {
  const starts: Bits[][] = [];
  const ends: Bits[][] = [];
  const places = new Map(bounds.map((bound, index) => [bound, 2 * index + 1]));
  for (const { from, to, bits } of all) {
    const first = from === undefined ? 0 : places.get(from.than)! + (from.open ? 1 : 0);
    const last = to === undefined ? 2 * bounds.length : places.get(to.than)! - (to.open ? 1 : 0);
    (starts[first] ??= []).push(bits);
    (ends[last] ??= []).push(bits);
  }
  const open = new Map<Bits, number>();
  const sets: (Bits | undefined)[] = [];
  let now: Bits | undefined;
  let isKnown = true;
  for (let place = 0; place <= 2 * bounds.length; place++) {
    for (const bits of starts[place] ?? []) {
      open.set(bits, (open.get(bits) ?? 0) + 1);
      isKnown = false;
    }
    if (!isKnown) {
      now = open.size === 0 ? undefined : common(open.keys(), all[0]!.bits.length);
      isKnown = true;
    }
    sets.push(now);
    for (const bits of ends[place] ?? []) {
      const left = open.get(bits)! - 1;
      if (left > 0) open.set(bits, left);
      else open.delete(bits);
      isKnown = false;
    }
  }
  return sets;
}

function common(sets: Iterable<Bits>, words: number): Bits {
  const all = new Int32Array(words);
  for (const bits of sets) add(all, bits);
  return all;
}

/** At which place of a line of numbers a value lies; none of them is NaN. */
export function placeOfNumber(bounds: Float64Array, value: number): number {
  let low = 0;
  // By arithmetic: nobody can foresee which way an `if` would go.
  for (let left = bounds.length; left > 0;) {
    const half = (left + 1) >> 1;
    low += -Number(bounds[low + half - 1]! <= value) & half;
    left -= half;
  }
  return 2 * low - (low > 0 && bounds[low - 1] === value ? 1 : 0);
}
