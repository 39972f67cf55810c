import { addressKey, blockOf } from "./address-key.ts";
import { type Bits, union } from "./bits.ts";
import { type Excluded, leftOut, textOf } from "./left-out.ts";
import { ask, leaveOut, newOutcomes, type Outcomes } from "./outcomes.ts";
import type { Comparison, Condition, Scalar } from "./parsed-pattern.ts";
import type { Range } from "./ranges.ts";
import { isOfOneKind, simplest, type Simplest } from "./simplest.ts";

/** A list of conditions at one place, and the rules that it belongs to. */
export interface LeafTest {
  readonly conditions: readonly Condition[];
  readonly rules: Bits;
}

/** The conditions of many lists, by their kinds. */
export interface Gathered {
  readonly equal: Outcomes<Scalar>;
  readonly equalFolded: Outcomes<string>;
  readonly prefix: Outcomes<string>;
  readonly prefixFolded: Outcomes<string>;
  readonly suffix: Outcomes<string>;
  readonly suffixFolded: Outcomes<string>;
  readonly ranges: Range<number>[];
  readonly addresses: Range<string>[];
  /** Each once, by how it is written. */
  readonly wildcards: Map<string, { readonly parts: readonly string[]; rules: Bits }>;
  /** Of lists of several kinds of things that are left out, the rules. What is in one has the list's bit in the last word of its set. */
  readonly lists: Bits[];
  /** What holds of every value. */
  present: Bits | undefined;
}

/** `cut` is done to all numbers. */
export function gathered(tests: readonly LeafTest[], cut: (value: number) => number): Gathered {
  const all: Gathered = {
    equal: newOutcomes(),
    equalFolded: newOutcomes(),
    prefix: newOutcomes(),
    prefixFolded: newOutcomes(),
    suffix: newOutcomes(),
    suffixFolded: newOutcomes(),
    ranges: [],
    addresses: [],
    wildcards: new Map(),
    lists: [],
    present: undefined,
  };
  const cutValue = <V extends Scalar>(value: V): V => (typeof value === "number" ? (cut(value) as V) : value);
  const mixed = new Map<string, { readonly excluded: readonly Excluded[]; rules: Bits }>();
  for (const { conditions, rules } of tests) {
    for (const condition of conditions) {
      if (condition.is === "numeric") all.ranges.push(rangeOf(condition.comparisons, { cut, rules }));
      else if (condition.is === "cidr") all.addresses.push(addressRange(condition, rules));
      else if (condition.is === "equal") ask(all.equal, cutValue(condition.value), rules);
      else if (condition.is === "exists") all.present = condition.exists ? union(all.present, rules) : all.present;
      else if (condition.is !== "none-of" && condition.is !== "none-like") askLike(all, simplest(condition), rules);
    }
    for (const excluded of leftOut(conditions)) {
      const [first] = excluded;
      if (first === undefined) all.present = union(all.present, rules);
      else if (first.is === "equal" && isOfOneKind(excluded))
        leaveOut(
          all.equal,
          excluded.map((one) => cutValue((one as typeof first).value)),
          rules,
        );
      else if (isOfOneKind(excluded)) leaveOut(kindOf(all, first.is)!, excluded.map(textOf), rules);
      else {
        const key = JSON.stringify(excluded);
        mixed.set(key, { excluded, rules: union(mixed.get(key)?.rules, rules) });
      }
    }
  }
  for (const [index, { excluded, rules }] of [...mixed.values()].entries()) {
    const marked = new Int32Array(rules.length);
    marked[marked.length - 1] = 1 << index;
    for (const one of excluded) {
      if (one.is === "equal") ask(all.equal, cutValue(one.value), marked);
      else askLike(all, one, marked);
    }
    all.lists.push(rules);
  }
  return all;
}

function askLike(all: Gathered, like: Simplest, rules: Bits): void {
  if (like.is === "equal") ask(all.equal, like.value, rules);
  else if (like.is === "wildcard")
    all.wildcards.set(like.wildcard, { parts: like.parts, rules: union(all.wildcards.get(like.wildcard)?.rules, rules) });
  else ask(kindOf(all, like.is)!, textOf(like), rules);
}

/** Where the texts of a kind are gathered; undefined for what is no text to be looked up. */
function kindOf(all: Gathered, is: Excluded["is"]): Outcomes<string> | undefined {
  switch (is) {
    case "equal-ignoring-case":
      return all.equalFolded;
    case "prefix":
      return all.prefix;
    case "prefix-ignoring-case":
      return all.prefixFolded;
    case "suffix":
      return all.suffix;
    case "suffix-ignoring-case":
      return all.suffixFolded;
    default:
      return undefined;
  }
}

function addressRange({ address, bits }: Extract<Condition, { is: "cidr" }>, rules: Bits): Range<string> {
  const { from, to } = blockOf(addressKey(address)!, bits);
  return { from: { than: from, open: false }, to: { than: to, open: false }, bits: rules };
}

interface Cutting {
  readonly cut: (value: number) => number;
  readonly rules: Bits;
}

function rangeOf(comparisons: readonly Comparison[], { cut, rules }: Cutting): Range<number> {
  let range: Range<number> = { bits: rules };
  for (const { sign, than } of comparisons) {
    const bound = { than: cut(than), open: !sign.includes("=") };
    if (sign !== "<" && sign !== "<=") range = { ...range, from: bound };
    if (sign !== ">" && sign !== ">=") range = { ...range, to: bound };
  }
  return range;
}
