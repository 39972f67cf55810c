import { setImmediate as nextTurn } from "node:timers/promises";

/** Milliseconds of work after which others have a turn. */
const turnMs = 10;

export interface PacedOptions<Item, Result> {
  readonly items: readonly Item[];
  /** Must not reject. */
  readonly begin: (item: Item) => Promise<Result>;
}

/**
 * Begins all of them at once, or nearly: checking a thousand payloads that are wrong in every line takes seconds, and meanwhile the other
 * requests and the probes are answered. What is begun in one turn still shares its calls to Redis. The results are in the items' order.
 */
export async function paced<Item, Result>({ items, begin }: PacedOptions<Item, Result>): Promise<readonly Result[]> {
  const begun: Promise<Result>[] = [];
  let turn = performance.now();
  for (const item of items) {
    begun.push(begin(item));
    if (performance.now() - turn < turnMs) continue;
    await nextTurn();
    turn = performance.now();
  }
  return Promise.all(begun);
}
