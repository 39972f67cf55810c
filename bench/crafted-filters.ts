import { patternLimits } from "../src/filter/index.ts";
import { type Choices, seededChoices } from "./choices.ts";
import type { Hostile } from "./hostile-filters.ts";

const payloadBytes = 256 * 1_024;
const patternBytes = 31_000;

/**
 * A pattern and a payload of 256 KB, made by a seed by somebody who has read how filters are matched: what is short, so that there is much of it; what differs, so that
 * nothing is remembered; what goes on as long as possible before it fails; and all of it at once.
 */
export function craftedFilter(seed: number): Hostile {
  const random = seededChoices(seed);
  const [name, make] = random.pick(families);
  return { name: `crafted ${seed}, ${name}`, ...make(random) };
}

type Made = Pick<Hostile, "pattern" | "json">;

const families: readonly (readonly [string, (random: Choices) => Made])[] = [
  ["short values", shortValues],
  ["short values", shortValues],
  ["short values in objects", valuesInObjects],
  ["short values in objects", valuesInObjects],
  ["keys", manyKeys],
  ["keys that lead to one place", sharedPlaces],
  ["short lists", shortLists],
  ["long texts", longTexts],
  ["long texts", longTexts],
];

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

/** As many parts as fit. */
function filled(open: string, close: string, part: (index: number) => string): string {
  const parts: string[] = [];
  let length = open.length + close.length;
  for (let index = 0; ; index++) {
    const next = part(index);
    length += Buffer.byteLength(next) + 1;
    if (length > payloadBytes) return open + parts.join(",") + close;
    parts.push(next);
  }
}

/** As many entries as fit. */
function entries<T>(bytes: number, make: (index: number) => T): T[] {
  const parts: T[] = [];
  for (let length = 0; ;) {
    const next = make(parts.length);
    length += Buffer.byteLength(JSON.stringify(next)) + 1;
    if (length > bytes && parts.length > 0) return parts;
    parts.push(next);
  }
}

const alphabets = [
  "ab",
  "abcdefgh",
  "abcdefABCDEF",
  "0123456789",
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "éèêë",
  "中文字符",
  "a中é",
];

interface Kind {
  readonly value: () => string | number;
  readonly entry: (index: number) => unknown;
}

function textKind(random: Choices): Kind {
  const alphabet = [...random.pick(alphabets)];
  const length = random.pick([1, 2, 3, 3, 3, 4, 4, 6, 12, 40]);
  const text = (of = length): string => times(of, () => random.pick(alphabet)).join("");
  const value = random.chance(0.2) ? () => `::${random.below(4_096).toString(16)}` : () => text();
  return { value, entry: textEntries(random, { text, value: () => String(value()), length }) };
}

interface Texts {
  readonly text: (length?: number) => string;
  readonly value: () => string;
  readonly length: number;
}

function textEntries(random: Choices, { text, value, length }: Texts): () => unknown {
  const longer = (): string => (random.chance(0.5) ? `${value()}Z` : value().slice(0, -1) + random.pick([..."Zz~"]));
  const before = (): string => (random.chance(0.5) ? `Z${value()}` : random.pick([..."Zz~"]) + value().slice(1));
  const wildcards = times(5, () => {
    const parts = times(1 + random.below(4), () => text(1 + random.below(Math.min(4, length))));
    return `${random.chance(0.2) ? value().slice(0, 1) : ""}*${parts.join("*")}*${random.pick(["", "", "Z", text(1)])}`;
  });
  const lists = times(5, (index) => [wildcards[index]!, `${longer()}*`, longer(), `*${before()}`]);
  const kinds: readonly (() => unknown)[] = [
    longer,
    () => ({ prefix: longer() }),
    () => ({ suffix: before() }),
    () => ({ "equals-ignore-case": longer() }),
    () => ({ prefix: { "equals-ignore-case": longer() } }),
    () => ({ suffix: { "equals-ignore-case": before() } }),
    () => ({ wildcard: random.pick(wildcards) }),
    () => ({ cidr: `::${random.below(65_536).toString(16)}/${100 + random.below(28)}` }),
    () => ({ "anything-but": { wildcard: random.pick(lists) } }),
    () => ({ "anything-but": times(3, value) }),
    () => ({ "anything-but": { prefix: times(3, value) } }),
  ];
  const some = random.chance(0.6) ? kinds.slice(0, 8) : kinds.filter(() => random.chance(0.6));
  return () => random.pick(some.length === 0 ? kinds : some)();
}

function numberKind(random: Choices): Kind {
  const digits = 10 ** random.pick([1, 3, 4, 5, 5, 6]);
  const scale = random.pick([1, 1, 1, 0.1, 0.001]);
  const value = (): number => Number((random.below(digits) * scale).toFixed(3));
  const entry = random.pick<() => unknown>([
    () => value() + scale / 2,
    () => ({ numeric: [">", value(), "<", 1e9] }),
    () => ({ numeric: ["=", value() + scale / 2] }),
    () => ({ "anything-but": times(3, value) }),
  ]);
  return { value, entry };
}

const kindOf = (random: Choices): Kind => (random.chance(0.75) ? textKind(random) : numberKind(random));

/** The list alone; or in one rule of many; or asked again and again. */
function listPattern(random: Choices, entry: (index: number) => unknown): unknown {
  switch (random.below(4)) {
    case 0:
      return { a: entries(patternBytes, entry) };
    case 1:
      return { $or: times(100, (index) => ({ a: entries(patternBytes / 100 - 20, entry), b: [index] })) };
    case 2:
      return {
        a: entries(patternBytes / 3, entry),
        $or: times(60, (index) => ({ a: entries(patternBytes / 90 - 20, entry), b: [index] })),
      };
    default:
      return { a: entries(patternBytes / 2, entry), $or: [{ a: entries(patternBytes / 2 - 30, entry) }, { b: [1] }] };
  }
}

function shortValues(random: Choices): Made {
  const { value, entry } = kindOf(random);
  return { json: filled('{"a":[', "]}", () => JSON.stringify(value())), pattern: listPattern(random, entry) };
}

function valuesInObjects(random: Choices): Made {
  const { value, entry } = kindOf(random);
  const keys = random.pick([[""], ["k"], ["", "x"], ["b", "a"], times(9, (index) => `${9 - index}`)]);
  const object = (): string => `{${keys.map((key) => `"${key}":${JSON.stringify(value())}`).join(",")}}`;
  const inner = random.chance(0.5) ? keys : [keys[0]!];
  const each = patternBytes / inner.length - 30;
  const fields = Object.fromEntries(inner.map((key) => [key, entries(each, entry)]));
  const branches = { $or: times(100, (index) => ({ [keys[0]!]: entries(patternBytes / 100 - 20, entry), y: [index] })) };
  return { json: filled('{"a":[', "]}", object), pattern: { a: random.chance(0.7) ? fields : branches } };
}

/** Keys that are whole numbers are kept apart from others in an object. */
const digitsOf = (index: number): string => String(index);
const lettersOf = (index: number): string => `${index.toString(36)}k`;

function manyKeys(random: Choices): Made {
  const pool = random.pick([1, 3, 9, 26, 120, 3_000]);
  const own = Math.min(pool, random.pick([1, 2, 3, 9, 12, 30, 200]));
  const nested = random.chance(0.3);
  const key = random.pick([digitsOf, lettersOf]);
  let next = 0;
  const object = (): string => {
    const first = next++;
    const keys = new Set(times(own, (index) => key((first * 7 + (own - index)) % pool)));
    return `{${[...keys].map((each) => `"${each}":${nested ? '{"x":1}' : "1"}`).join(",")}}`;
  };
  const entry = (index: number): readonly [string, unknown] => {
    const list = random.pick([[{ exists: false }], [{ exists: false }, 1], [1, 2], [{ "anything-but": 2 }]]);
    return [key(index), nested ? { x: list } : list];
  };
  // As many keys as a pattern may name, and `x` below each of them.
  const named = nested ? patternLimits.fields / 2 - 2 : patternLimits.fields - 3;
  const fields = Object.fromEntries(entries(patternBytes - 100, entry).slice(0, named));
  const rules = times(nested ? 120 : 128, (index) => ({
    [key((index % pool) % named)]: nested ? { x: [2] } : [2],
    [key((index + 1) % named)]: [{ exists: random.chance(0.5) }],
  }));
  return { json: filled('{"a":[', "]}", object), pattern: { a: random.chance(0.5) ? { ...fields, "~": [1] } : { $or: rules } } };
}

function sharedPlaces(random: Choices): Made {
  const levels = 1 + random.below(random.pick([2, 6, 20]));
  const key = random.pick(["", "b"]);
  const leaf = random.pick(["c", ""]);
  const nested = (level: number): string =>
    level === 0 ? "{}" : `{"${key}":${nested(level - 1)},"${key}.${leaf}":${random.pick(["1", "{}", '{"x":1}', "[1,{}]"])}}`;
  const pattern = times(levels, (level) => level).reduce<unknown>(
    (inner) => ({ [key]: key === leaf ? inner : { ...(inner as object), [leaf]: [{ exists: false }, 1] } }),
    { z: [3] },
  );
  const bottom = random.chance(0.3);
  if (!bottom) return { json: filled('{"a":[', "]}", () => nested(1 + random.below(levels))), pattern: { a: pattern } };
  let open = "";
  for (let level = 0; level < levels; level++) open += `{"${key}":`;
  const close = times(levels, () => `,"${key}.${leaf}":1}`).join("");
  return { json: filled(`{"a":${open}[`, `]${close}}`, () => '{"z":1}'), pattern: { a: pattern } };
}

function shortLists(random: Choices): Made {
  const { value, entry } = kindOf(random);
  const length = random.pick([2, 3, 9, 65, 66, 200]);
  const list = (): string => `[${times(length, () => JSON.stringify(value())).join(",")}]`;
  const pattern = random.pick([{ x: entries(patternBytes - 100, entry) }, { x: entries(400, entry) }, { x: { y: [1] } }]);
  return { json: filled('{"a":[', "]}", () => `{"x":${list()}}`), pattern: { a: pattern } };
}

function longTexts(random: Choices): Made {
  const count = random.pick([1, 2, 8, 30, 60, 500]);
  const length = Math.floor(payloadBytes / count) - 8;
  const alphabet = [...random.pick(["a", "ab", "abcd", "aA", "é", "aé"])];
  const period = times(random.pick([1, 2, 7, 100, 3_000]), () => random.pick(alphabet)).join("");
  const repeated = (of: number): string => period.repeat(Math.ceil(of / period.length)).slice(0, of);
  const bytes = Buffer.byteLength(repeated(100)) / 100;
  const text = repeated(Math.floor(length / bytes));
  const kinds = ["prefix", "suffix", "equals-ignore-case", "prefix", "suffix"] as const;
  const each = Math.min(text.length - 1, Math.floor(26_000 / kinds.length / bytes));
  const keys = kinds.map((kind, index) => {
    const key = kind === "suffix" ? `Z${text.slice(text.length - each)}` : `${text.slice(0, each)}Z`;
    return { [kind]: index > 2 ? { "equals-ignore-case": key } : key };
  });
  const wildcards = times(5, (index) => {
    const part = (of: number): string => repeated(of).slice(index);
    const forms = [
      `*${part(100)}Z*`,
      `*${part(40)}*${part(60)}Z*`,
      `*${part(1 + index)}Z*${part(30)}*`,
      `${part(20)}*${part(119)}*${part(110)}Z*Z`,
    ];
    return { wildcard: random.pick(forms) };
  });
  const parts = random.pick([[...keys, ...wildcards], [...keys, ...wildcards], wildcards, keys]);
  return { json: filled('{"a":[', "]}", () => JSON.stringify(text)), pattern: { a: parts } };
}
