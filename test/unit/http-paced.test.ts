import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { paced } from "../../src/server/paced.ts";

/** Work that nothing can interrupt, such as checking a payload. */
function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

it("long work gives others their turns, and its results keep their order", async () => {
  let turns = 0;
  const working = new AbortController();
  const others = (async () => {
    for (; !working.signal.aborted; turns++) await nextTurn();
  })();
  const items = Array.from({ length: 40 }, (_, index) => index);
  const results = await paced({
    items,
    async begin(index) {
      busy(5);
      return index * 2;
    },
  });
  working.abort();
  await others;
  expect(results).toEqual(items.map((index) => index * 2));
  // 200 ms of work in turns of 10 ms and the 5 ms that one item may take beyond them.
  expect(turns).toBeGreaterThanOrEqual(10);
});

it("what is done quickly is begun in one turn, so that it shares the calls to Redis", async () => {
  let begun = 0;
  const all = paced({ items: Array.from({ length: 20 }), begin: async () => (begun += 1) });
  expect(begun).toBe(20);
  await all;
});
