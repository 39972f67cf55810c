import { addressFinder, addressKey, blockOf } from "./address-key.ts";
import { affixes } from "./affixes.ts";
import { add, addWithout, type Bits, meets, union } from "./bits.ts";
import { folded } from "./folded.ts";
import { leftOut } from "./left-out.ts";
import type { Comparison, Condition, Likeness, Scalar } from "./parsed-pattern.ts";
import { type Lookup, numberFinder, type Range, ranges } from "./ranges.ts";
import { wildcardTest } from "./wildcard.ts";

/** A leaf's list of conditions, and the rules that it belongs to. */
export interface LeafTest {
  readonly conditions: readonly Condition[];
  readonly rules: Bits;
}

/** Adds the rules of those tests that hold of a value. */
export type LeafIndex = (value: Scalar, into: Bits) => void;

/**
 * Many leaf tests as one. What a value costs does not grow with the number of tests or of their conditions, apart from a logarithm and the
 * wildcards, which are few.
 */
export function leafIndex(tests: readonly LeafTest[], decimals?: number): LeafIndex {
  if (decimals !== undefined) return cutIndex(tests, decimals);
  const alike = gathered(tests.flatMap(({ conditions, rules }) => conditions.map((condition) => ({ condition, rules }))));
  const negated = layersOf(tests);
  if (negated.length === 0) return alike;
  return (value, into) => {
    alike(value, into);
    for (const { rules, hits, without } of negated) {
      without.fill(0);
      hits(value, without);
      addWithout(into, rules, without);
    }
  };
}

/** The same, with no more than so many decimals of a number, in tests as in values. */
function cutIndex(tests: readonly LeafTest[], decimals: number): LeafIndex {
  const unit = 10 ** decimals;
  const cut = <T>(value: T): T => (typeof value === "number" ? ((Math.trunc(value * unit) / unit) as T) : value);
  const cutCondition = (condition: Condition): Condition => {
    if (condition.is === "equal") return { ...condition, value: cut(condition.value) };
    if (condition.is === "none-of") return { ...condition, values: condition.values.map(cut) };
    if (condition.is !== "numeric") return condition;
    return { ...condition, comparisons: condition.comparisons.map(({ sign, than }) => ({ sign, than: cut(than) })) };
  };
  const index = leafIndex(tests.map(({ conditions, rules }) => ({ conditions: conditions.map(cutCondition), rules })));
  return (value, into) => index(cut(value), into);
}

type Gathered = readonly { readonly condition: Condition; readonly rules: Bits }[];

/** The conditions that ask for something; those that leave something out are passed over. */
function gathered(all: Gathered): LeafIndex {
  const exact = new Map<Scalar, Bits>();
  const exactFolded = new Map<string, Bits>();
  const prefixes = new Map<string, Bits>();
  const foldedPrefixes = new Map<string, Bits>();
  const suffixes = new Map<string, Bits>();
  const foldedSuffixes = new Map<string, Bits>();
  const numbers: Range<number>[] = [];
  const addresses: Range<string>[] = [];
  const wildcards: { readonly test: (text: string) => boolean; readonly rules: Bits }[] = [];
  let present: Bits | undefined;
  for (const { condition, rules } of all) {
    const under = <K>(map: Map<K, Bits>, key: K): unknown => map.set(key, union(map.get(key), rules));
    switch (condition.is) {
      case "equal":
        under(exact, condition.value);
        break;
      case "equal-ignoring-case":
        under(exactFolded, condition.folded);
        break;
      case "prefix":
        under(prefixes, condition.prefix);
        break;
      case "prefix-ignoring-case":
        under(foldedPrefixes, condition.folded);
        break;
      case "suffix":
        under(suffixes, condition.suffix);
        break;
      case "suffix-ignoring-case":
        under(foldedSuffixes, condition.folded);
        break;
      case "wildcard": {
        const [first, last] = condition.parts;
        if (condition.parts.length === 1) under(exact, first!);
        else if (condition.parts.length === 2 && last === "") under(prefixes, first!);
        else if (condition.parts.length === 2 && first === "") under(suffixes, last!);
        else wildcards.push({ test: wildcardTest(condition.parts), rules });
        break;
      }
      case "numeric":
        numbers.push(rangeOf(condition.comparisons, rules));
        break;
      case "cidr":
        addresses.push(addressRange(condition, rules));
        break;
      case "exists":
        if (condition.exists) present = union(present, rules);
        break;
    }
  }
  const texts = textLookup({ exactFolded, prefixes, foldedPrefixes, suffixes, foldedSuffixes, wildcards, addresses });
  const inRange = ranges(numbers, numberFinder);
  if (exact.size === 0 && present === undefined && texts === undefined && inRange !== undefined)
    return (value, into) => void (typeof value === "number" && addFound(into, inRange(value)));
  if (exact.size === 0 && present === undefined && texts !== undefined && inRange === undefined)
    return (value, into) => void (typeof value === "string" && texts(value, into));
  return (value, into) => {
    const same = exact.size === 0 ? undefined : exact.get(value);
    if (same !== undefined) add(into, same);
    if (present !== undefined) add(into, present);
    if (typeof value === "string") texts?.(value, into);
    else if (typeof value === "number" && inRange !== undefined) addFound(into, inRange(value));
  };
}

interface TextSets {
  readonly exactFolded: ReadonlyMap<string, Bits>;
  readonly prefixes: ReadonlyMap<string, Bits>;
  readonly foldedPrefixes: ReadonlyMap<string, Bits>;
  readonly suffixes: ReadonlyMap<string, Bits>;
  readonly foldedSuffixes: ReadonlyMap<string, Bits>;
  readonly wildcards: readonly { readonly test: (text: string) => boolean; readonly rules: Bits }[];
  readonly addresses: readonly Range<string>[];
}

/** Undefined where there is nothing to look for. */
function textLookup(sets: TextSets): ((text: string, into: Bits) => void) | undefined {
  const steps: ((text: string, into: Bits) => void)[] = [];
  const step = (lookup: Lookup<string> | undefined, of = (text: string): string | undefined => text): void => {
    if (lookup === undefined) return;
    steps.push((text, into) => {
      const sought = of(text);
      if (sought !== undefined) addFound(into, lookup(sought));
    });
  };
  const lengths = new Set([...sets.exactFolded.keys()].map(({ length }) => length));
  if (lengths.size > 0)
    step(
      (text) => sets.exactFolded.get(text),
      (text) => (lengths.has(text.length) ? folded(text) : undefined),
    );
  step(affixes(sets.prefixes));
  step(affixes(sets.foldedPrefixes, { folded: true }));
  step(affixes(sets.suffixes, { ending: true }));
  step(affixes(sets.foldedSuffixes, { ending: true, folded: true }));
  step(ranges(sets.addresses, addressFinder));
  for (const { test, rules } of sets.wildcards) steps.push((text, into) => void (test(text) && add(into, rules)));
  if (steps.length < 2) return steps[0];
  return (text, into) => {
    for (const each of steps) each(text, into);
  };
}

function addFound(into: Bits, found: Bits | undefined): void {
  if (found !== undefined) add(into, found);
}

function addressRange({ address, bits }: Extract<Condition, { is: "cidr" }>, rules: Bits): Range<string> {
  const { from, to } = blockOf(addressKey(address)!, bits);
  return { from: { than: from, open: false }, to: { than: to, open: false }, bits: rules };
}

function rangeOf(comparisons: readonly Comparison[], bits: Bits): Range<number> {
  let range: Range<number> = { bits };
  for (const { sign, than } of comparisons) {
    const bound = { than, open: !sign.includes("=") };
    if (sign !== "<" && sign !== "<=") range = { ...range, from: bound };
    if (sign !== ">" && sign !== ">=") range = { ...range, to: bound };
  }
  return range;
}

interface Layer {
  readonly rules: Bits;
  /** Adds the rules whose condition is not met. */
  readonly hits: LeafIndex;
  readonly without: Bits;
}

/**
 * What tests leave out. A test that leaves out several things, of which leaving out one is enough, is in as many layers; `leftOut` has made few
 * of many.
 */
function layersOf(tests: readonly LeafTest[]): Layer[] {
  const layers: { tests: { condition: Condition; rules: Bits }[]; rules: Bits }[] = [];
  for (const { conditions, rules } of tests) {
    const free = layers.slice();
    for (const alternatives of leftOut(conditions)) {
      const index = free.findIndex((layer) => !meets(layer.rules, rules));
      const [found] = index < 0 ? [] : free.splice(0, index + 1).slice(-1);
      const layer = found ?? { tests: [], rules: new Int32Array(rules.length) };
      if (found === undefined) layers.push(layer);
      add(layer.rules, rules);
      layer.tests.push(...alternatives.map((condition: Likeness | { is: "equal"; value: Scalar }) => ({ condition, rules })));
    }
  }
  return layers.map(({ tests: hit, rules }) => ({ rules, hits: gathered(hit), without: new Int32Array(rules.length) }));
}
