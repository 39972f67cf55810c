import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf, hasBit } from "../../src/filter/bits.ts";
import { folded } from "../../src/filter/folded.ts";
import { grownTree } from "../../src/filter/grown-tree.ts";
import { matches, parse } from "../../src/filter/index.ts";
import { ask, newOutcomes } from "../../src/filter/outcomes.ts";
import { addBy, forgetAdded, textTrees } from "../../src/filter/text-trees.ts";
import { unitsOf } from "../../src/filter/units.ts";

/** Keys as they are, and folded ones, each a rule of its own; which of them a text begins or ends with. */
function treesOf(plain: readonly string[], folding: readonly string[], ending: boolean) {
  const words = 1 + Math.ceil((plain.length + folding.length + 1) / 32);
  const treeOf = (keys: readonly string[], first: number) => {
    const begin = newOutcomes<string>();
    for (const [index, key] of keys.entries()) ask(begin, key, bitsOf([first + index], words));
    return grownTree({ begin, ending });
  };
  const trees = textTrees({ plain: treeOf(plain, 0), folding: treeOf(folding, plain.length), ending });
  return (texts: readonly string[]): string[] => {
    if (trees === undefined) return [];
    const into = new Int32Array(words);
    forgetAdded(trees);
    for (const text of texts) addBy(trees, unitsOf(text), text.length, into);
    return [...plain, ...folding].filter((_, index) => hasBit(into, index));
  };
}

function wanted(
  plain: readonly string[],
  folding: readonly string[],
  { ending, texts }: { ending: boolean; texts: readonly string[] },
): string[] {
  const fits = (text: string, key: string): boolean => (ending ? text.endsWith(key) : text.startsWith(key));
  return [
    ...plain.filter((key) => texts.some((text) => fits(text, key))),
    ...folding.filter((key) => texts.some((text) => fits(folded(text), key))),
  ];
}

const manyUnits = (index: number): string =>
  String.fromCharCode(0x4e00 + ((index * 7) % 5_000), 0x61 + (index % 26), 0x4e00 + ((index * 11) % 3_000));

describe("the trees of texts", () => {
  it("find the beginnings and endings that the platform finds, one text by itself and many together", () => {
    // The sign of Kelvin folds to k, and two sigmas to one; half a character is a unit like any other.
    const text = fc.array(fc.constantFrom(..."abABkK\u212AσςΣЖж\ud83d\u0000"), { maxLength: 5 }).map((each) => each.join(""));
    const keys = fc.uniqueArray(text, { maxLength: 30 });
    const foldedKeys = fc.uniqueArray(text.map(folded), { maxLength: 30 });
    let found = 0;
    fc.assert(
      fc.property(keys, foldedKeys, fc.array(text, { maxLength: 8 }), fc.boolean(), (plain, folding, texts, ending) => {
        const find = treesOf(plain, folding, ending);
        for (const some of [texts, ...texts.map((one) => [one])]) {
          const got = find(some);
          expect(got).toEqual(wanted(plain, folding, { ending, texts: some }));
          found += got.length;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(found).toBeGreaterThan(1_000);
  });

  it("hold thousands of keys of thousands of different characters", () => {
    const keys = [...new Set(Array.from({ length: 2_500 }, (_, index) => manyUnits(index)))];
    const [asked, others] = [keys.slice(0, 1_200), keys.slice(1_200)];
    const parsed = parse({ a: asked.map((prefix) => ({ prefix })) });
    for (const one of asked) expect(matches(parsed, { a: `${one}x` })).toBe(true);
    for (const one of others) expect(matches(parsed, { a: `${one}x` })).toBe(false);
  });
});

describe("a list of thousands of values", () => {
  it.each([600, 5_000, 9_000])("is looked at to its end, whether values repeat or not: %i", (count) => {
    const parsed = parse({ a: ["wanted", 1e6 + 0.5] });
    const different = Array.from({ length: count }, (_, index) => [`text ${index}`, index + 0.25]).flat();
    const again = [...different, ...different.slice(0, 700), ...different.slice(0, 700)];
    expect(matches(parsed, { a: again })).toBe(false);
    expect(matches(parsed, { a: [...again, "wanted"] })).toBe(true);
    expect(matches(parsed, { a: [...again, 1e6 + 0.5] })).toBe(true);
  });
});
