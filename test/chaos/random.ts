/** A seeded source of numbers in [0, 1): a run can be repeated with its seed. (mulberry32, by Tommy Ettinger, public domain.) */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

/** The items in a random order. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** So many points in `from`..`to`, one in each of as many equal parts, ascending. */
export function spread(random: Random, { count, from, to }: { count: number; from: number; to: number }): number[] {
  const part = (to - from) / count;
  return Array.from({ length: count }, (_, index) => Math.floor(from + part * (index + random())));
}
