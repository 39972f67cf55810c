import type { Condition } from "./parsed-pattern.ts";
import { isOfOneKind, type Simplest, simplest } from "./simplest.ts";

/** One thing of which a value must be none. */
export type Excluded = Simplest | { readonly is: "equal"; readonly value: string | number };

/**
 * What the `anything-but` entries of a list leave out, one inner list for each: a value passes where, of at least one inner list, it is none.
 * Entries of one kind become one, which leaves out what all of them do, so that at most four and the mixed ones remain. Where one of them leaves out
 * nothing, every value passes.
 */
export function leftOut(conditions: readonly Condition[]): readonly (readonly Excluded[])[] {
  const kinds = new Map<string, Excluded[]>();
  const mixed = new Map<string, readonly Excluded[]>();
  for (const condition of conditions) {
    const excluded = excludedBy(condition);
    if (excluded === undefined) continue;
    const [first] = excluded;
    if (first === undefined) continue;
    if (!isOfOneKind(excluded)) mixed.set(JSON.stringify(excluded), excluded);
    else {
      const before = kinds.get(first.is);
      kinds.set(first.is, before === undefined ? [...excluded] : both(before, excluded));
    }
  }
  return [...kinds.values(), ...mixed.values()];
}

/** Undefined where a condition leaves nothing out. */
export function excludedBy(condition: Condition): readonly Excluded[] | undefined {
  if (condition.is === "none-of") return condition.values.map((value) => ({ is: "equal", value }));
  return condition.is === "none-like" ? condition.of.map(simplest) : undefined;
}

/** What two lists of one kind both leave out: of each, what the other covers. */
function both(a: readonly Excluded[], b: readonly Excluded[]): Excluded[] {
  const [inA, inB] = [coverOf(a), coverOf(b)];
  const kept = new Map([...a.filter(inB), ...b.filter(inA)].map((one) => [keyOf(one), one]));
  return [...kept.values()];
}

/** Whether all that is like one thing is like one of a list, of one kind. */
function coverOf(list: readonly Excluded[]): (one: Excluded) => boolean {
  const keys = new Set(list.map(keyOf));
  const lengths = [...new Set(list.map((one) => textOf(one).length))];
  return (one) => {
    if (keys.has(keyOf(one))) return true;
    const text = textOf(one);
    const shorter = lengths.filter((length) => length < text.length);
    if (one.is === "prefix") return shorter.some((length) => keys.has(text.slice(0, length)));
    return one.is === "suffix" && shorter.some((length) => keys.has(text.slice(text.length - length)));
  };
}

/** Within one kind. */
function keyOf(one: Excluded): string | number {
  return one.is === "equal" ? one.value : textOf(one);
}

/** What a value that is left out is written as. */
export function textOf(one: Excluded): string {
  switch (one.is) {
    case "equal":
      return String(one.value);
    case "prefix":
      return one.prefix;
    case "suffix":
      return one.suffix;
    case "wildcard":
      return one.wildcard;
    default:
      return one.folded;
  }
}
