import { type AnchorShelf, anchorShelf } from "./anchor-shelf.ts";
import { anchorsOf } from "./anchors.ts";
import { matches } from "./match.ts";
import type { Condition, ParsedPattern } from "./parsed-pattern.ts";
import { elements, isScalar } from "./payload.ts";

/** Many patterns, each under a key, of which those that match a payload are found without trying all. */
export interface PatternIndex<K> {
  readonly size: number;
  /** Adds a pattern, or puts it in place of the one that has the key. */
  add(key: K, pattern: ParsedPattern): void;
  /** Whether there was one. */
  remove(key: K): boolean;
  /** The keys of the patterns that match, in the order in which they were added. */
  matching(data: unknown): K[];
}

/** Those who wait for the same pattern, which is tried once for all of them. */
interface Group<K> {
  readonly pattern: ParsedPattern;
  readonly keys: Set<K>;
  readonly leave: () => void;
  /** The last payload that it was tried with, by number. */
  tried: number;
}

/** A place in payloads, as far as patterns begin there. */
interface Shelf<K> {
  readonly below: Map<string, Shelf<K>>;
  anchors: AnchorShelf<Group<K>> | undefined;
  /** How many anchors stand here and below. */
  uses: number;
}

/**
 * Each pattern hangs on something that a payload must have to match it, rather a value than a range; only the patterns on which a payload
 * touches are tried. Patterns that a payload without anything may match are always tried.
 */
export function patternIndex<K>(): PatternIndex<K> {
  const groups = new Map<string, Group<K>>();
  const known = new Map<K, { readonly group: Group<K>; readonly text: string; readonly order: number }>();
  const root: Shelf<K> = emptyShelf();
  const always = new Set<Group<K>>();
  let added = 0;
  let tries = 0;

  const hang = (pattern: ParsedPattern): Group<K> => {
    const leaves: (() => void)[] = [];
    const group: Group<K> = { pattern, keys: new Set(), tried: 0, leave: () => leaves.forEach((leave) => leave()) };
    const anchors = anchorsOf(pattern, ({ keys, condition }) => loadAt(root, keys, loosened(condition, pattern)));
    if (anchors === undefined) {
      always.add(group);
      leaves.push(() => always.delete(group));
    }
    for (const { keys, condition } of anchors ?? []) leaves.push(hangAt(root, keys, { condition: loosened(condition, pattern), group }));
    return group;
  };

  const remove = (key: K): boolean => {
    const entry = known.get(key);
    if (entry === undefined) return false;
    known.delete(key);
    entry.group.keys.delete(key);
    if (entry.group.keys.size === 0) {
      groups.delete(entry.text);
      entry.group.leave();
    }
    return true;
  };

  return {
    get size() {
      return known.size;
    },

    add(key, pattern) {
      remove(key);
      const text = JSON.stringify(pattern);
      const group = groups.get(text) ?? hang(pattern);
      groups.set(text, group);
      group.keys.add(key);
      known.set(key, { group, text, order: added++ });
    },

    remove,

    matching(data) {
      if (data === undefined || isScalar(data)) return [];
      const found: K[] = [];
      const now = ++tries;
      const attempt = (group: Group<K>): void => {
        if (group.tried === now) return;
        group.tried = now;
        if (matches(group.pattern, data)) for (const key of group.keys) found.push(key);
      };
      always.forEach(attempt);
      walk(root, data, attempt);
      return found.length < 2 ? found : found.toSorted((a, b) => known.get(a)!.order - known.get(b)!.order);
    },
  };
}

function emptyShelf<K>(): Shelf<K> {
  return { below: new Map(), anchors: undefined, uses: 0 };
}

function loadAt<K>(root: Shelf<K>, keys: readonly string[], condition: Condition): number {
  let at: Shelf<K> | undefined = root;
  for (const key of keys) at = at?.below.get(key);
  return at?.anchors?.load(condition) ?? 0;
}

/** What it returns takes the group away, with the shelves that it alone used. */
function hangAt<K>(root: Shelf<K>, keys: readonly string[], { condition, group }: { condition: Condition; group: Group<K> }): () => void {
  const way = [root];
  for (const key of keys) {
    const at = way.at(-1)!;
    let next = at.below.get(key);
    if (next === undefined) at.below.set(key, (next = emptyShelf()));
    way.push(next);
  }
  for (const shelf of way) shelf.uses += 1;
  const take = (way.at(-1)!.anchors ??= anchorShelf()).put(condition, group);
  return () => {
    take();
    for (const [index, shelf] of way.entries()) {
      shelf.uses -= 1;
      if (shelf.uses === 0 && index > 0) way[index - 1]!.below.delete(keys[index - 1]!);
    }
  };
}

/** Where numbers are cut before they are compared, any number may do. */
function loosened(condition: Condition, { decimals }: ParsedPattern): Condition {
  const isCut = decimals !== undefined && (condition.is === "numeric" || (condition.is === "equal" && typeof condition.value === "number"));
  return isCut ? { is: "exists", exists: true } : condition;
}

/** Goes through what of a payload patterns begin with. */
function walk<K>(shelf: Shelf<K>, value: unknown, visit: (group: Group<K>) => void): void {
  if (value === undefined) return;
  if (isScalar(value)) shelf.anchors?.visit(value, visit);
  else if (Array.isArray(value)) for (const element of elements(value)) walk(shelf, element, visit);
  else if (shelf.below.size > 0) {
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      const below = shelf.below.get(key) ?? (key.includes(".") ? shelfAt(shelf, key) : undefined);
      if (below !== undefined) walk(below, (value as Record<string, unknown>)[key], visit);
    }
  }
}

/** A key with dots in it is a path. */
function shelfAt<K>(shelf: Shelf<K>, path: string): Shelf<K> | undefined {
  let at: Shelf<K> | undefined = shelf;
  for (let from = 0; at !== undefined && from <= path.length;) {
    const dot = path.indexOf(".", from);
    const end = dot < 0 ? path.length : dot;
    at = at.below.get(path.slice(from, end));
    from = end + 1;
  }
  return at;
}
