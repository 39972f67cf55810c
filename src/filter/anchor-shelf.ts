import { addressKey, blockOf } from "./address-key.ts";
import { folded } from "./folded.ts";
import { type Interval, intervalTree } from "./interval-tree.ts";
import type { Comparison, Condition, Scalar } from "./parsed-pattern.ts";

/** Holds things under the conditions of one path, and finds those that a value there may concern: all that it does, and few others. */
export interface AnchorShelf<V> {
  /** Puts a thing under a condition; what it returns takes it away again. */
  put(condition: Condition, value: V): () => void;
  /** How many things a value that meets a condition also meets, roughly. */
  load(condition: Condition): number;
  /** Things may be visited more than once. */
  visit(value: Scalar, visit: (thing: V) => void): void;
}

export function anchorShelf<V>(): AnchorShelf<V> {
  const exact = new Map<Scalar, Set<V>>();
  const insensitive = affixShelf<V>(folded);
  const prefixes = affixShelf<V>();
  const foldedPrefixes = affixShelf<V>(folded);
  const suffixes = affixShelf<V>();
  const foldedSuffixes = affixShelf<V>(folded);
  const numbers = intervalTree<number, V>();
  const addresses = intervalTree<string, V>();
  /** Under what every value may meet. */
  const any = new Set<V>();

  const interval = <T extends number | string>(tree: ReturnType<typeof intervalTree<T, V>>, one: Interval<T, V>): (() => void) => {
    tree.add(one);
    return () => tree.delete(one);
  };
  /** Where texts that meet a condition are found; undefined where that is not by texts. */
  const textsOf = (condition: Condition): readonly [ReturnType<typeof affixShelf<V>>, string] | undefined => {
    switch (condition.is) {
      case "equal-ignoring-case":
        return [insensitive, condition.folded];
      case "prefix":
        return [prefixes, condition.prefix];
      case "prefix-ignoring-case":
        return [foldedPrefixes, condition.folded];
      case "suffix":
        return [suffixes, condition.suffix];
      case "suffix-ignoring-case":
        return [foldedSuffixes, condition.folded];
      case "wildcard": {
        const [first, last] = [condition.parts[0]!, condition.parts.at(-1)!];
        return first.length >= last.length ? [prefixes, first] : [suffixes, last];
      }
      default:
        return undefined;
    }
  };

  return {
    put(condition, value) {
      const [texts, text] = textsOf(condition) ?? [];
      if (texts !== undefined) return texts.put(text!, value);
      if (condition.is === "equal") return under(exact, condition.value, value);
      if (condition.is === "cidr") return interval(addresses, { ...blockOf(addressKey(condition.address)!, condition.bits), value });
      if (condition.is === "numeric") return interval(numbers, { ...boundsOf(condition.comparisons), value });
      any.add(value);
      return () => void any.delete(value);
    },

    load(condition) {
      const [texts, text] = textsOf(condition) ?? [];
      if (texts !== undefined) return texts.load(text!);
      if (condition.is === "equal") return exact.get(condition.value)?.size ?? 0;
      // Of ranges some overlap.
      if (condition.is === "cidr") return addresses.size / 4;
      return condition.is === "numeric" ? numbers.size / 4 : any.size;
    },

    visit(value, visit) {
      exact.get(value)?.forEach(visit);
      any.forEach(visit);
      if (typeof value === "number" && numbers.size > 0) numbers.around(value, visit);
      if (typeof value !== "string") return;
      insensitive.whole(value, visit);
      prefixes.beginning(value, visit);
      foldedPrefixes.beginning(value, visit);
      suffixes.ending(value, visit);
      foldedSuffixes.ending(value, visit);
      const address = addresses.size > 0 ? addressKey(value) : undefined;
      if (address !== undefined) addresses.around(address, visit);
    },
  };
}

/** Open bounds are taken as closed ones: what is found is tried anyway. */
function boundsOf(comparisons: readonly Comparison[]): { readonly from: number | undefined; readonly to: number | undefined } {
  const bound = (kind: string): number | undefined => comparisons.find(({ sign }) => sign.startsWith(kind))?.than;
  return { from: bound("=") ?? bound(">"), to: bound("=") ?? bound("<") };
}

/** Things under texts, looked up by each length that there is: of those there are few. */
function affixShelf<V>(form: (text: string) => string = (text) => text) {
  const things = new Map<string, Set<V>>();
  const lengths = new Map<number, number>();
  const parts = (value: string, visit: (thing: V) => void, cut: (length: number) => string): void => {
    for (const length of lengths.keys()) if (length <= value.length) things.get(form(cut(length)))?.forEach(visit);
  };
  return {
    put(text: string, value: V): () => void {
      lengths.set(text.length, (lengths.get(text.length) ?? 0) + 1);
      const take = under(things, text, value);
      return () => {
        take();
        const left = lengths.get(text.length)! - 1;
        if (left > 0) lengths.set(text.length, left);
        else lengths.delete(text.length);
      };
    },
    load(text: string): number {
      return things.get(text)?.size ?? 0;
    },
    whole(value: string, visit: (thing: V) => void): void {
      if (lengths.has(value.length)) things.get(form(value))?.forEach(visit);
    },
    beginning(value: string, visit: (thing: V) => void): void {
      parts(value, visit, (length) => value.slice(0, length));
    },
    ending(value: string, visit: (thing: V) => void): void {
      parts(value, visit, (length) => value.slice(value.length - length));
    },
  };
}

function under<K, V>(map: Map<K, Set<V>>, key: K, value: V): () => void {
  const set = map.get(key) ?? new Set();
  if (set.size === 0) map.set(key, set);
  set.add(value);
  return () => {
    set.delete(value);
    if (set.size === 0 && map.get(key) === set) map.delete(key);
  };
}
