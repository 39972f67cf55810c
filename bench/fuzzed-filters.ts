import { parse, patternLimits } from "../src/filter/index.ts";
import { type Choices, seededChoices } from "./choices.ts";
import { type FuzzedPayload, fuzzedPayload } from "./fuzzed-payload.ts";
import type { Hostile } from "./hostile-filters.ts";

type Fields = Record<string, unknown>;

/**
 * A pattern and a payload that a seed made, so that the pattern nearly matches much of the payload: all operators, nested fields, lists, `$or`. It is
 * within the limits of patterns, and of the payload's size all is used.
 */
export function fuzzedFilter(seed: number, bytes = { payload: 256 * 1_024, pattern: 31_000 }): Hostile {
  const random = seededChoices(seed);
  const payload = fuzzedPayload(random, bytes.payload);
  let limit = random.chance(0.7) ? bytes.pattern : Math.min(bytes.pattern, 400);
  for (;;) {
    const pattern = patternFor(random, payload, limit);
    if (isGood(pattern)) return { name: `seed ${seed}`, pattern, json: payload.json };
    limit = Math.max(60, limit / 2);
  }
}

function isGood(pattern: unknown): boolean {
  try {
    parse(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Entries until so many bytes are full. */
function most<T>(bytes: number, make: (index: number) => T): T[] {
  const parts: T[] = [];
  for (let length = 0; length < bytes || parts.length === 0;) {
    const next = make(parts.length);
    length += Buffer.byteLength(JSON.stringify(next)) + 1;
    if (length <= bytes || parts.length === 0) parts.push(next);
  }
  return parts;
}

function patternFor(random: Choices, payload: FuzzedPayload, bytes: number): Fields {
  const entry = entriesFor(random, payload, bytes);
  const list = (size: number): unknown[] => most(size, entry);
  const key = (): string => (keys.length === 0 ? "k" : random.pick(keys));
  const inner = random.pick(["", "", ".x"]);
  // As many as a pattern may name, and `x` below each of them.
  const keys = payload.keys.slice(0, (patternLimits.fields - 4) / (inner === "" ? 1 : 2));
  const fields = (size: number): Fields => {
    const count = Math.min(random.pick([1, 1, 2, 5, 40, 3_000]), Math.ceil(size / 20));
    const share = Math.max(6, size / count - 12);
    return Object.fromEntries(Array.from({ length: count }, () => [key() + inner, random.chance(0.1) ? [{ exists: false }] : list(share)]));
  };
  const branches = (size: number, of: (share: number) => unknown): Fields => {
    const count = Math.max(2, Math.min(random.pick([2, 8, 60, 128]), Math.floor(size / 24)));
    return { $or: Array.from({ length: count }, () => of(size / count - 4)) };
  };
  /** Each level of it asks the same place once more. */
  const repeated = (size: number): Fields => {
    let nested: Fields = { b: [1] };
    const levels = 1 + random.below(28);
    for (let level = 0; level < levels; level++) nested = { a: list(size / levels - 20), $or: [nested, { b: [1] }] };
    return nested;
  };
  if (keys.length === 0) {
    const form = random.below(4);
    if (form === 0) return branches(bytes, (share) => ({ a: list(share) }));
    if (form === 1) return repeated(bytes);
    return { a: list(bytes) };
  }
  switch (random.below(4)) {
    case 0:
      return { a: branches(bytes, fields) };
    case 1:
      return { a: { ...fields(bytes / 2), ...branches(bytes / 2, fields) } };
    case 2: {
      const products = Array.from({ length: 1 + random.below(8) }, () => key());
      return { a: Object.fromEntries(products.map((name) => [name + inner, { $or: [{ x: list(30) }, { y: list(30) }] }])) };
    }
    default:
      return { a: fields(bytes) };
  }
}

/** Entries of one mix of operators, which nearly hold of the payload's values. */
function entriesFor(random: Choices, { texts, numbers }: FuzzedPayload, bytes: number): () => unknown {
  const kinds = Array.from({ length: random.pick([1, 1, 2, 4, 30]) }, () => random.below(14));
  const longest = random.pick([3, 8, 40, bytes / 5 - 30]);
  const wildcards: string[] = [];
  const wildcardLists: string[][] = [];
  const text = (): string => (texts.length === 0 ? "" : random.pick(texts)).slice(0, longest);
  const miss = (one: string): string => (random.chance(0.8) ? `${one}${random.pick(["Z", "Y", "-", "~"])}` : one);
  const missBefore = (one: string): string => [...miss(one)].toReversed().join("") || "Z";
  const number = (): number => (numbers.length === 0 ? 0 : random.pick(numbers)) + random.pick([0, 0.5, 1_000]);
  const swapped = (one: string): string => (random.chance(0.5) ? one.toUpperCase() : one);
  const wildcard = (): string => {
    if (wildcards.length >= 5) return random.pick(wildcards);
    const parts = Array.from(
      { length: 1 + random.below(4) },
      () => text().slice(random.below(3)).slice(0, 119).replaceAll(/[*\\]/g, "") || "b",
    );
    const made = `${random.chance(0.2) ? text() : ""}*${parts.join("*")}${random.pick(["", "Z", "b"])}*`;
    wildcards.push(made);
    return made;
  };
  const wildcardList = (): string[] => {
    if (wildcardLists.length >= 5) return random.pick(wildcardLists);
    const made = some(() => random.pick([wildcard(), `${miss(text())}*`, `*${missBefore(text())}`]));
    wildcardLists.push(made);
    return made;
  };
  const some = <T>(make: () => T): T[] => Array.from({ length: 1 + random.below(4) }, make);
  return () => {
    switch (random.pick(kinds)) {
      case 0:
        return random.pick([miss(text()), number(), true, null]);
      case 1:
        return { prefix: miss(text()) };
      case 2:
        return { suffix: missBefore(text()) };
      case 3:
        return { "equals-ignore-case": miss(swapped(text())) };
      case 4:
        return { prefix: { "equals-ignore-case": miss(swapped(text())) } };
      case 5:
        return { suffix: { "equals-ignore-case": missBefore(swapped(text())) } };
      case 6:
        return { wildcard: wildcard() };
      case 7:
        return { numeric: [">", number(), "<", 1e9] };
      case 8:
        return { numeric: ["=", number()] };
      case 9:
        return { cidr: random.pick([`${random.below(256)}.${random.below(256)}.0.0/16`, `::${random.below(65_536).toString(16)}/127`]) };
      case 10:
        return { "anything-but": random.chance(0.5) ? some(() => miss(text())) : some(number) };
      case 11:
        return { "anything-but": { [random.pick(["prefix", "suffix", "equals-ignore-case"])]: some(() => miss(text())) } };
      case 12:
        return { "anything-but": { wildcard: wildcardList() } };
      default:
        return { exists: random.chance(0.2) };
    }
  };
}
