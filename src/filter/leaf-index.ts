import { type AddressLine, addressLine, placeOfAddress } from "./address-key.ts";
import { add, type Added, addOnce, type Bits, copyInto, union } from "./bits.ts";
import { type Gathered, gathered, type LeafTest } from "./gathered.ts";
import { keysOf, outcome, type Outcomes } from "./outcomes.ts";
import type { Scalar } from "./parsed-pattern.ts";
import { line, placeOfNumber, type Range } from "./ranges.ts";
import { grownTree } from "./grown-tree.ts";
import { addBy, forgetAdded, type TextTrees, textTrees } from "./text-trees.ts";
import { likeOf, type WildcardSearch, wildcardSearch } from "./wildcard-search.ts";

/**
 * All that the lists of one place ask for, as one. What a value costs does not grow with the number of lists or of their conditions, apart from a
 * logarithm and the wildcards, which are few. It is plain data for one function, `hold`, that is the same for all patterns: so a process that has
 * seen many patterns runs the same code as one that has seen few.
 */
export interface LeafIndex {
  /** What holds of every value: the rules that ask nothing. All sets but those for texts have them, so that one look-up may be all. */
  readonly unasked: Bits;
  /** Booleans and null by themselves, with what holds of them, and texts where nothing else is asked of texts; and what holds of those that are not named. */
  readonly exact: ReadonlyMap<Scalar, Bits>;
  readonly otherwise: Bits;
  readonly ofNoText: Bits;
  readonly numbers: Float64Array;
  readonly ofNumbers: readonly Bits[];
  /** Whether `exact` has all that there is to know of a text. */
  readonly isExact: boolean;
  /** Else the first of the trees has the texts; where there are none to be named, `besides` holds of all. */
  readonly besides: Bits | undefined;
  readonly beginnings: TextTrees | undefined;
  readonly endings: TextTrees | undefined;
  readonly addresses: AddressLine | undefined;
  readonly ofAddresses: readonly (Bits | undefined)[];
  readonly wildcards: WildcardSearch | undefined;
  readonly ofWildcards: readonly Bits[];
  /**
   * Lists of several kinds of things that are left out have a bit each in the last word of a set: which of them a text has hit. By those bits, what holds
   * because of the lists that it has not. Empty where there are none.
   */
  readonly missing: readonly Bits[];
  /** How many parts of one are kept of numbers; 0 where they are not cut. */
  readonly parts: number;
  /** What was added last to a set, and the wildcards that no text was like since it was begun, as bits. */
  readonly added: { readonly alone: Added; readonly missing: Added; unlike: number };
}

/** The sets of the tests have a last word for the lists of `missing`, which is 0. */
export function leafIndex(
  tests: readonly LeafTest[],
  { unasked, decimals }: { readonly unasked: Bits; readonly decimals: number | undefined },
): LeafIndex {
  const parts = decimals === undefined ? 0 : 10 ** decimals;
  const all = gathered(tests, (value) => cut(value, parts));
  const { prefix, prefixFolded, equalFolded, suffix, suffixFolded } = all;
  const leaving = [prefix, prefixFolded, equalFolded, suffix, suffixFolded].flatMap((kind) => kind.leaving ?? []);
  const likeNothing = [...leaving, ...all.lists].reduce<Bits | undefined>(union, undefined);
  const otherwise = outcome(all.equal.leaving, all.present, undefined);
  const addresses = line(all.addresses);
  const wildcards = [...all.wildcards.values()];
  const numbers = numberLine(all, otherwise);
  const withUnasked = together(unasked);
  const ofNoText = together(likeNothing === undefined ? unasked : union(unasked, likeNothing));
  const exact = exactOf(all).map(([value, rules]) => [value, typeof value === "string" ? withUnasked(rules) : ofNoText(rules)] as const);
  const isAlone = [prefix, prefixFolded, equalFolded, suffix, suffixFolded].every((kind) => keysOf(kind).size === 0);
  const isExact = isAlone && all.addresses.length === 0 && all.wildcards.size === 0 && all.lists.length === 0;
  const texts = new Map(isExact ? [] : exact.filter((each): each is readonly [string, Bits] => typeof each[0] === "string"));
  const begun = {
    plain: grownTree({ begin: prefix, whole: { texts, otherwise: withUnasked(otherwise) } }),
    folding: grownTree({ begin: prefixFolded, whole: { texts: wholeOf(equalFolded), otherwise: equalFolded.leaving } }),
  };
  const ended = { plain: grownTree({ begin: suffix, ending: true }), folding: grownTree({ begin: suffixFolded, ending: true }) };
  return {
    unasked,
    exact: new Map(isExact ? exact : exact.filter(([value]) => typeof value !== "string")),
    otherwise: withUnasked(otherwise),
    ofNoText: ofNoText(otherwise),
    numbers: Float64Array.from(numbers.bounds),
    ofNumbers: numbers.holding.map(ofNoText),
    isExact,
    besides: texts.size === 0 ? withUnasked(otherwise) : undefined,
    beginnings: textTrees({ ...begun, ending: false }),
    endings: textTrees({ ...ended, ending: true }),
    addresses: all.addresses.length === 0 ? undefined : addressLine(addresses.bounds),
    ofAddresses: addresses.holding,
    wildcards: wildcards.length === 0 ? undefined : wildcardSearch(wildcards.map(({ parts: between }) => between)),
    ofWildcards: wildcards.map(({ rules }) => rules),
    missing: missingOf(all.lists),
    parts,
    added: { alone: { last: undefined }, missing: { last: undefined }, unlike: 0 },
  };
}

/** What holds of the texts that are named as a whole. */
function wholeOf(equal: Outcomes<string>): Map<string, Bits | undefined> {
  return new Map([...keysOf(equal)].map((key) => [key, outcome(equal.leaving, equal.asked.get(key), equal.leftOut.get(key))]));
}

/** Puts a set together with one that is always the same; each once, so that they stay few. */
function together(always: Bits): (rules: Bits | undefined) => Bits {
  const made = new Map<Bits, Bits>();
  return (rules) => {
    if (rules === undefined) return always;
    const known = made.get(rules) ?? union(always, rules);
    made.set(rules, known);
    return known;
  };
}

function exactOf({ equal, present }: Gathered): (readonly [Scalar, Bits | undefined])[] {
  return [...keysOf(equal)].flatMap((key) => {
    if (typeof key === "number") return [];
    const asked = equal.asked.get(key);
    const both = asked === undefined || present === undefined ? (asked ?? present) : union(asked, present);
    return [[key, outcome(equal.leaving, both, equal.leftOut.get(key))] as const];
  });
}

function alone(of: ReadonlyMap<Scalar, Bits>): Range<number>[] {
  return [...of].flatMap(([than, bits]) =>
    typeof than === "number" ? [{ from: { than, open: false }, to: { than, open: false }, bits }] : [],
  );
}

/** Numbers by themselves are ranges, too: in a map, some that are chosen for it would all lie in one place. */
function numberLine({ equal, ranges, present }: Gathered, otherwise: Bits | undefined) {
  const asked = [...ranges, ...alone(equal.asked), ...(present === undefined ? [] : [{ bits: present }])];
  const leftOut = alone(equal.leftOut);
  if (asked.length + leftOut.length === 0) return { bounds: [], holding: [otherwise] };
  return line(asked, { leftOut, leaving: equal.leaving });
}

function missingOf(lists: readonly Bits[]): Bits[] {
  if (lists.length === 0) return [];
  return Array.from({ length: 1 << lists.length }, (_, hit) => {
    const rules = new Int32Array(lists[0]!.length);
    for (const [list, own] of lists.entries()) if (((hit >> list) & 1) === 0) add(rules, own);
    return rules;
  });
}

function cut(value: number, parts: number): number {
  return parts === 0 ? value : Math.trunc(value * parts) / parts;
}

/** What holds of a value by a single look-up; undefined where there is more to look up. */
export function lookUp(index: LeafIndex, value: Scalar): Bits | undefined {
  if (typeof value !== "string") return ofOther(index, value);
  return index.isExact ? exactly(index, value) : undefined;
}

function ofOther(index: LeafIndex, value: number | boolean | null): Bits {
  if (typeof value !== "number") return index.exact.get(value) ?? index.ofNoText;
  return index.ofNumbers[placeOfNumber(index.numbers, cut(value, index.parts))]!;
}

function exactly({ exact, otherwise }: LeafIndex, text: string): Bits {
  return (exact.size === 0 ? undefined : exact.get(text)) ?? otherwise;
}

/** Empties a set but for what holds of every value, so that what holds of some can be added to it by `hold`. */
export function beginHolding(index: LeafIndex, into: Bits): void {
  const { beginnings, endings, added } = index;
  copyInto(into, index.unasked);
  added.alone.last = index.unasked;
  added.missing.last = undefined;
  added.unlike = (1 << index.ofWildcards.length) - 1;
  if (beginnings !== undefined) forgetAdded(beginnings);
  if (endings !== undefined) forgetAdded(endings);
}

/** Adds the rules of those tests that hold of a value that is no text. */
export function holdOther(index: LeafIndex, value: number | boolean | null, into: Bits): void {
  addOnce(index.added.alone, ofOther(index, value), into);
}

/** Adds the rules of those tests that hold of a text, which has these units. */
export function holdText(index: LeafIndex, text: string, row: Uint16Array, into: Bits): void {
  const { added } = index;
  if (index.isExact) return addOnce(added.alone, exactly(index, text), into);
  const { length } = text;
  const { besides, beginnings, endings, addresses, ofAddresses, wildcards, missing } = index;
  addOnce(added.alone, besides, into);
  if (beginnings !== undefined) addBy(beginnings, row, length, into);
  if (endings !== undefined) addBy(endings, row, length, into);
  if (addresses !== undefined) {
    const place = placeOfAddress(addresses, row, length);
    const block = place === undefined ? undefined : ofAddresses[place];
    if (block !== undefined) add(into, block);
  }
  if (wildcards !== undefined) holdWildcards(index, wildcards, text, row, into);
  if (missing.length === 0) return;
  const last = into.length - 1;
  const hit = into[last]!;
  into[last] = 0;
  addOnce(added.missing, missing[hit], into);
}

/** Tries those of which no text was like yet; where lists are left out, all, since each text is to be marked. */
function holdWildcards(
  { ofWildcards, missing, added }: LeafIndex,
  search: WildcardSearch,
  text: string,
  row: Uint16Array,
  into: Bits,
): void {
  const like = likeOf(search, text, row, added.unlike);
  if (like === 0) return;
  if (missing.length === 0) added.unlike &= ~like;
  for (let each = 0; each < ofWildcards.length; each++) if ((like & (1 << each)) !== 0) add(into, ofWildcards[each]!);
}
