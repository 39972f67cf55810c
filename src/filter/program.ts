import { type Absence, absenceOf } from "./absence.ts";
import { add, type Bits, bitsOf, isSame, keepOnly, meets } from "./bits.ts";
import type { LeafTest } from "./gathered.ts";
import { type LeafIndex, leafIndex } from "./leaf-index.ts";
import type { Condition, ParsedPattern } from "./parsed-pattern.ts";
import { patternLimits } from "./limits.ts";
import { combinationsOf, type Members, partsOf } from "./rules.ts";

/**
 * A pattern as it is matched: the places of a payload that it names, as a tree. Each rule without `$or` that the pattern stands for has a number; at
 * each place stands which rules hold of what is found there, so that all of them are tried in one walk along the payload.
 */
export interface Program {
  readonly root: Place;
  readonly rules: number;
}

/** One place that a pattern names. Sets are of the rules that may still hold; those that ask nothing here are always among them. */
export interface Place {
  readonly key: string;
  /** What lies below, by key, in the order in which the pattern names it. */
  readonly below: readonly Place[];
  /** Where it stands among the places beside it. */
  readonly index: number;
  /** The ways to what lies below, by the key that a payload has for them: one place, or several with dots in between. */
  readonly ways: ReadonlyMap<string, Way>;
  readonly everyWay: readonly Way[];
  /** Those with dots: a payload may have such keys too. */
  readonly dotted: readonly Way[];
  /** What a value here must be. */
  readonly leaves: readonly Leaf[];
  readonly values: LeafIndex;
  /** All, of all leaves one set behind the other. A last word is there for `values` to work with. */
  readonly everything: Bits;
  /** Rules that hold where nothing is here. */
  readonly absent: Bits;
  /** The same, of the leaves and of what lies below alone. */
  readonly leavesAbsent: Bits;
  readonly belowAbsent: Bits;
  /** Of the places below, which rules hold where some of them are absent. */
  readonly absence: Absence;
  readonly all: Bits;
  /** Room to work in: a place is never tried within itself, nor within another of its depth. */
  readonly result: Bits;
  readonly ofValues: Bits;
  readonly ofObject: Bits;
  readonly ofAny: Bits;
  readonly ofJoined: Bits;
  readonly seen: Int32Array;
  readonly found: Way[];
  readonly ofFound: unknown[];
  /** What is put together here of several keys: values, and whether an object; of that, how many places below have something. */
  readonly parts: unknown[];
  partCount: number;
  isJoined: boolean;
  count: number;
  /** When each place below was last seen, in tries of this one. */
  readonly seenIn: Int32Array;
  tries: number;
}

/** A key of a payload that leads to what a pattern names. */
export interface Way {
  readonly key: string;
  readonly places: readonly Place[];
  /** Where the first of the places stands among those beside it. */
  readonly index: number;
}

/** Tests of one place of which no rule has two: a rule that has two asks for each of them separately. */
export interface Leaf {
  readonly tests: readonly LeafTest[];
  /** Rules that ask nothing here. */
  readonly others: Bits;
  readonly absent: Bits;
}

interface Draft {
  readonly key: string;
  readonly below: Map<string, Draft>;
  readonly leaves: { readonly tests: LeafTest[]; readonly rules: Bits }[];
}

/** Takes time as the pattern is long; patterns are within the limits. */
export function compiled(pattern: ParsedPattern): Program {
  const rules = combinationsOf(pattern, patternLimits.combinations);
  const numbers = Array.from({ length: rules }, (_, rule) => rule);
  const words = Math.ceil(rules / 32);
  const draft: Draft = { key: "", below: new Map(), leaves: [] };
  spread(pattern, { rules: numbers, combinations: numbers }, { draft, words });
  const root = placeOf(draft, { index: 0, depth: 0, all: bitsOf(numbers, words), decimals: pattern.decimals, rooms: new Map() });
  return { root, rules };
}

function spread(pattern: ParsedPattern, members: Members, { draft, words }: { readonly draft: Draft; readonly words: number }): void {
  for (const { field, members: own } of partsOf(pattern, members, patternLimits.combinations)) {
    let below = draft.below.get(field.key);
    if (below === undefined) draft.below.set(field.key, (below = { key: field.key, below: new Map(), leaves: [] }));
    if ("nested" in field) spread(field.nested, own, { draft: below, words });
    else addLeaf(below.leaves, { conditions: field.oneOf, rules: bitsOf(own.rules, words) });
  }
}

function addLeaf(leaves: Draft["leaves"], test: LeafTest): void {
  const free = leaves.find(({ rules }) => !meets(rules, test.rules));
  if (free === undefined) leaves.push({ tests: [test], rules: test.rules.slice() });
  else {
    free.tests.push(test);
    add(free.rules, test.rules);
  }
}

interface Whole {
  readonly index: number;
  readonly depth: number;
  readonly all: Bits;
  readonly rooms: Map<string, Room>;
  readonly decimals: number | undefined;
}

function placeOf(draft: Draft, whole: Whole): Place {
  const { all, decimals } = whole;
  const words = all.length;
  const below = [...draft.below.values()].map((each, index) => placeOf(each, { ...whole, index, depth: whole.depth + 1 }));
  const leaves = draft.leaves.map(({ tests }) => leafOf(tests, whole));
  const leavesAbsent = common(leaves, all);
  const belowAbsent = common(below, all);
  const ways = below.flatMap(waysTo).map((places) => ({ key: places.map(({ key }) => key).join("."), places, index: places[0]!.index }));
  const room = new Int32Array(words);
  const at = (rules: Bits, leaf: number): Bits => wide(leaves.map((_, index) => (index === leaf ? rules : room)));
  const tests = leaves.flatMap((leaf, index) => leaf.tests.map(({ conditions, rules }) => ({ conditions, rules: at(rules, index) })));
  const unasked = wide(leaves.map(({ others }) => others));
  return {
    key: draft.key,
    below,
    index: whole.index,
    ways: new Map(ways.map((way) => [way.key, way])),
    everyWay: ways,
    dotted: ways.filter(({ places }) => places.length > 1),
    leaves,
    values: leaves.length === 0 ? nothing : leafIndex(tests, { unasked, decimals }),
    everything: wide(leaves.map(() => all)),
    absent: common([{ absent: leavesAbsent }, { absent: belowAbsent }], all),
    leavesAbsent,
    belowAbsent,
    absence:
      below.length === 0
        ? nowhere
        : absenceOf(
            below.map(({ absent }) => absent),
            all,
          ),
    all,
    ...roomOf(whole, leaves.length),
    seen: below.length === 0 ? noPlaces : new Int32Array(below.length),
    found: [],
    ofFound: [],
    parts: [],
    partCount: 0,
    isJoined: false,
    count: 0,
    seenIn: below.length === 0 ? noPlaces : new Int32Array(below.length),
    tries: 0,
  };
}

const noPlaces = new Int32Array(0);
const nowhere = absenceOf([], noPlaces);

type Room = Pick<Place, "result" | "ofValues" | "ofObject" | "ofAny" | "ofJoined">;

/** Places at one depth, of which none is tried within another, share their room: what thousands of them have must be read from farther away each time. */
function roomOf({ depth, all, rooms }: Whole, leaves: number): Room {
  const words = all.length;
  const key = `${depth} ${leaves}`;
  const known = rooms.get(key) ?? {
    result: new Int32Array(words),
    ofValues: new Int32Array(leaves * words + 1),
    ofObject: new Int32Array(words),
    ofAny: new Int32Array(words),
    ofJoined: new Int32Array(words),
  };
  rooms.set(key, known);
  return known;
}

/** Of places that have no leaves. */
const nothing = leafIndex([], { unasked: new Int32Array(1), decimals: undefined });

/** The sets of all leaves of a place, one behind the other, and a word. */
function wide(sets: readonly Bits[]): Bits {
  return Int32Array.from([...sets.flatMap((set) => [...set]), 0]);
}

function leafOf(tests: readonly LeafTest[], { all }: Whole): Leaf {
  const others = all.slice();
  const absent = new Int32Array(all.length);
  for (const { rules, conditions } of tests) {
    for (let word = 0; word < others.length; word++) others[word]! &= ~rules[word]!;
    if (conditions.some(holdsOfNothing)) add(absent, rules);
  }
  add(absent, others);
  return { tests, others, absent };
}

export function holdsOfNothing(condition: Condition): boolean {
  return condition.is === "exists" && !condition.exists;
}

function common(parts: readonly { readonly absent: Bits }[], all: Bits): Bits {
  const rules = all.slice();
  for (const { absent } of parts) keepOnly(rules, absent);
  // One set where they are the same, so that the two are quickly told to be.
  return isSame(rules, all) ? all : rules;
}

/** To a place, and through it to all that lies below it, what lies between included. */
function waysTo(place: Place): Place[][] {
  return [[place], ...place.below.flatMap((next) => waysTo(next).map((way) => [place, ...way]))];
}
