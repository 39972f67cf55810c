import { add, type Bits } from "./bits.ts";

/** Looks up what holds for a value; undefined where nothing does. What it gives is not to be changed. */
export type Lookup<T> = (value: T) => Bits | undefined;

/** A range of numbers or texts; a bound that is left out is none. */
export interface Range<T> {
  readonly from?: { readonly than: T; readonly open: boolean };
  readonly to?: { readonly than: T; readonly open: boolean };
  readonly bits: Bits;
}

/** In which of many ranges a value lies: one binary search. Undefined where there are none. */
export function ranges<T extends number | string>(
  all: readonly Range<T>[],
  finder: (bounds: readonly T[]) => Finder<T>,
): Lookup<T> | undefined {
  if (all.length === 0) return undefined;
  const bounds: T[] = [...new Set(all.flatMap(({ from, to }) => [from, to].flatMap((bound) => (bound === undefined ? [] : [bound.than]))))];
  bounds.sort((a, b) => (a < b ? -1 : 1));
  // The line is cut at the bounds: place 2i+1 is the i-th bound itself, 2i what lies before it and 2i+2 what lies behind it.
  const starts: Bits[][] = [];
  const ends: Bits[][] = [];
  const places = new Map(bounds.map((bound, index) => [bound, 2 * index + 1]));
  for (const { from, to, bits } of all) {
    const first = from === undefined ? 0 : places.get(from.than)! + (from.open ? 1 : 0);
    const last = to === undefined ? 2 * bounds.length : places.get(to.than)! - (to.open ? 1 : 0);
    (starts[first] ??= []).push(bits);
    (ends[last] ??= []).push(bits);
  }
  const sets = spread(2 * bounds.length + 1, { starts, ends, words: all[0]!.bits.length });
  const find = finder(bounds);
  return (value) => {
    const place = find(value);
    return place === undefined ? undefined : sets[place];
  };
}

/**
 * At which place of a line that is cut at sorted bounds a value lies: 2i+1 is the i-th bound itself, 2i what lies before it and 2i+2 what lies behind it.
 * Undefined for what is on no line.
 */
export type Finder<T> = (value: T) => number | undefined;

export function numberFinder(bounds: readonly number[]): Finder<number> {
  return (value) => {
    if (value !== value) return undefined;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return 2 * low - (low > 0 && bounds[low - 1] === value ? 1 : 0);
  };
}

/** The set of each place, from the sets that begin and end there: each member is counted, as ranges may overlap. */
function spread(
  places: number,
  { starts, ends, words }: { readonly starts: readonly Bits[][]; readonly ends: readonly Bits[][]; readonly words: number },
): Bits[] {
  const open = new Map<Bits, number>();
  const sets: Bits[] = [];
  let now: Bits | undefined;
  for (let place = 0; place < places; place++) {
    for (const bits of starts[place] ?? []) {
      open.set(bits, (open.get(bits) ?? 0) + 1);
      now = undefined;
    }
    if (now === undefined) {
      now = new Int32Array(words);
      for (const bits of open.keys()) add(now, bits);
    }
    sets.push(now);
    for (const bits of ends[place] ?? []) {
      const left = open.get(bits)! - 1;
      if (left > 0) open.set(bits, left);
      else open.delete(bits);
      now = undefined;
    }
  }
  return sets;
}
