/** Everything between two bounds, both of which belong to it; a bound that is left out is none. */
export interface Interval<T, V> {
  readonly from: T | undefined;
  readonly to: T | undefined;
  readonly value: V;
}

/**
 * Finds the intervals around a point in time that depends on their logarithm and on how many are found. It is built when it is first asked after a
 * change, since many are registered before one event comes.
 */
export function intervalTree<T extends number | string, V>() {
  const intervals = new Set<Interval<T, V>>();
  let sorted: readonly Interval<T, V>[] | undefined;
  /** Of the intervals from one place to another, as they are halved, the farthest end; by the place in their middle. */
  let farthest: (T | undefined)[] = [];

  const build = (): readonly Interval<T, V>[] => {
    sorted = [...intervals].toSorted((a, b) => compared(a.from, b.from));
    farthest = Array.from({ length: sorted.length });
    measure(0, sorted.length);
    return sorted;
  };

  const measure = (low: number, high: number): { readonly end: T | undefined } | undefined => {
    if (low >= high) return undefined;
    const middle = (low + high) >> 1;
    const ends = [{ end: sorted![middle]!.to }, measure(low, middle), measure(middle + 1, high)].filter((each) => each !== undefined);
    let end = ends[0]!.end;
    for (const each of ends) if (end !== undefined && (each.end === undefined || each.end > end)) end = each.end;
    farthest[middle] = end;
    return { end };
  };

  return {
    get size(): number {
      return intervals.size;
    },
    add(interval: Interval<T, V>): void {
      intervals.add(interval);
      sorted = undefined;
    },
    delete(interval: Interval<T, V>): void {
      intervals.delete(interval);
      sorted = undefined;
    },
    around(point: T, visit: (value: V) => void): void {
      const all = sorted ?? build();
      const look = (low: number, high: number): void => {
        if (low >= high) return;
        const middle = (low + high) >> 1;
        const end = farthest[middle];
        if (end !== undefined && end < point) return;
        look(low, middle);
        const { from, to, value } = all[middle]!;
        if (from !== undefined && from > point) return;
        if (to === undefined || to >= point) visit(value);
        look(middle + 1, high);
      };
      look(0, all.length);
    },
  };
}

/** What has no beginning comes first. */
function compared<T extends number | string>(a: T | undefined, b: T | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}
