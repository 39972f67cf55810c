import fc from "fast-check";
import { expect, it } from "vitest";
import { byNewest, type EntryPlace, isEntryPlace, newestAfter } from "../../src/log/entry-place.ts";

const place = fc.record<EntryPlace>({
  topic: fc.constantFrom("a.b", "a.c"),
  partition: fc.integer({ min: 0, max: 1 }),
  entryId: fc.tuple(fc.constantFrom("9", "10"), fc.constantFrom("9", "10")).map((parts) => parts.join("-")),
});
const idOf = (one: EntryPlace): string => `${one.topic} ${one.partition} ${one.entryId}`;
const numberOf = (entryId: string): number => entryId.split("-").reduce((sum, part) => sum * 1_000 + Number(part), 0);
/** As XREVRANGE reads one log. */
const read = (entries: readonly EntryPlace[], from: string): readonly EntryPlace[] =>
  entries
    .filter(({ entryId }) => {
      if (from === "+") return true;
      const bound = numberOf(from.replace("(", ""));
      return from.startsWith("(") ? numberOf(entryId) < bound : numberOf(entryId) <= bound;
    })
    .toSorted((a, b) => numberOf(b.entryId) - numberOf(a.entryId));

it("E2: read page by page, several logs give every entry once, also where they have the same ids", () => {
  fc.assert(
    fc.property(fc.uniqueArray(place, { selector: idOf }), fc.integer({ min: 1, max: 4 }), (entries, count) => {
      const logs = [...new Set(entries.map(({ topic, partition }) => `${topic} ${partition}`))];
      const seen: EntryPlace[] = [];
      for (;;) {
        const after = seen.at(-1);
        const pages = logs.map((log) => {
          const own = entries.filter((one) => `${one.topic} ${one.partition}` === log);
          return read(own, newestAfter(after, own[0]!)).slice(0, count);
        });
        const page = pages.flat().toSorted(byNewest).slice(0, count);
        if (page.length === 0) break;
        seen.push(...page);
        expect(seen.length).toBeLessThanOrEqual(entries.length);
      }
      expect(seen.map(idOf).toSorted()).toEqual(entries.map(idOf).toSorted());
      expect(seen.map(({ entryId }) => numberOf(entryId))).toEqual(seen.map(({ entryId }) => numberOf(entryId)).toSorted((a, b) => b - a));
    }),
  );
});

it.each([
  undefined,
  null,
  "1-1",
  {},
  { topic: "a.b", partition: 0, entryId: "1" },
  { topic: 1, partition: 0, entryId: "1-1" },
  { topic: "a.b", partition: "0", entryId: "1-1" },
])("%j is no place", (value) => expect(isEntryPlace(value)).toBe(false));
