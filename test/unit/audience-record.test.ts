import fc from "fast-check";
import { expect, it } from "vitest";
import { resolvePolicy } from "../../src/define/policy.ts";
import { type AudienceRecord, audienceRecord, nextPage } from "../../src/router/audience-record.ts";

const task = { id: "a_1", event: {} as never, subscriber: "s", route: "email", channel: "email", policy: resolvePolicy() } as const;
const begin = (): AudienceRecord => audienceRecord(task, 0);

/** Follows the cursors that a store hands out until it ends, is refused, or has given so many pages. */
function follow(next: (cursor: unknown) => unknown, most: number): { pages: number; problem?: string } {
  let record = begin();
  while (record.pages < most) {
    const after = nextPage(record, next(record.cursor) as never);
    if (after === undefined) return { pages: record.pages + 1 };
    if ("problem" in after) return { pages: record.pages + 1, problem: after.problem };
    record = after;
  }
  return { pages: record.pages };
}

it("ends where there is no next page, in whatever way a store says so", () => {
  for (const none of [undefined, null, ""]) expect(nextPage(begin(), none)).toBeUndefined();
  expect(nextPage(begin(), 0)).toMatchObject({ cursor: 0 });
  expect(nextPage(begin(), undefined)).toBeUndefined();
  expect(follow((cursor) => (cursor === undefined ? 1 : cursor === 40 ? undefined : (cursor as number) + 1), 1_000)).toEqual({ pages: 41 });
});

it("begins each page anew: no recipient of it released, no try failed", () => {
  expect(nextPage({ ...begin(), offset: 70, failures: 2, released: 70 }, "b")).toMatchObject({
    cursor: "b",
    offset: 0,
    failures: 0,
    released: 70,
    pages: 1,
  });
});

it("finds a circle of any length, and never one where there is none", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 60 }), (lead, length) => {
      // A lead-in, then round and round.
      const circle = (cursor: unknown): number => {
        const at = cursor === undefined ? -1 : (cursor as number);
        return at === lead + length - 1 ? lead : at + 1;
      };
      const { pages, problem } = follow(circle, 10_000);
      expect(problem).toMatch(/it would never end/);
      expect(pages).toBeLessThanOrEqual(4 * (lead + length) + 4);
    }),
  );
  expect(follow((cursor) => ((cursor as number | undefined) ?? 0) + 1, 5_000)).toEqual({ pages: 5_000 });
});

it("refuses a cursor that is none", () => {
  for (const next of [{}, [], true])
    expect(nextPage(begin(), next as never)).toEqual({ problem: expect.stringContaining("next must be text or a number") });
});
