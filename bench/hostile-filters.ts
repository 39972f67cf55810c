/** Pairs of a pattern within its limits and a 256 KB payload that were made to be slow together. */
export interface Hostile {
  readonly name: string;
  readonly pattern: unknown;
  readonly payload: unknown;
}

const payloadBytes = 256 * 1_024;
const patternBytes = 32_000;
const wildcards = 5;

/** As many parts as fit into a payload. */
function filled(open: string, close: string, part: (index: number) => string): unknown {
  const parts: string[] = [];
  let length = open.length + close.length;
  for (let index = 0; ; index++) {
    const next = part(index);
    length += next.length + 1;
    if (length > payloadBytes) return JSON.parse(open + parts.join(",") + close);
    parts.push(next);
  }
}

const listOf = (part: (index: number) => string): unknown => filled('{"a":[', "]}", part);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

/** As many parts as fit into a pattern. */
function most<T>(make: (index: number) => T, limit = 10_000): T[] {
  const parts: T[] = [];
  let length = 0;
  while (parts.length < limit) {
    const next = make(parts.length);
    length += JSON.stringify(next).length + 1;
    if (length > patternBytes) break;
    parts.push(next);
  }
  return parts;
}

const letters = "abcdefghijklmnopqrstuvwxyz";
const word = (index: number): string =>
  letters[index % 26]! + letters[Math.floor(index / 26) % 26]! + letters[Math.floor(index / 676) % 26]!;

export function hostileFilters(): readonly Hostile[] {
  const long = { a: "a".repeat(payloadBytes - 10) };
  const words = listOf((index) => `"${word(index)}"`);
  const numbers = listOf((index) => `${index % 10}`);
  const pairs = listOf((index) => `{"x":${index % 300},"y":${(index % 300) + (index % 100)}}`);
  const two = { x: [1], y: [2] };
  return [
    {
      name: "wildcards that nearly match a long text",
      payload: long,
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*a${"a".repeat(i)}b*` })) },
    },
    {
      name: "wildcards with long parts",
      payload: long,
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*b${"a".repeat(1_500 + i)}*${"a".repeat(300)}c*` })) },
    },
    {
      name: "wildcards left out",
      payload: long,
      pattern: { a: [{ "anything-but": { wildcard: times(wildcards, (i) => `*ab${"a".repeat(i)}b*`) } }] },
    },
    {
      name: "wildcards on many texts",
      payload: words,
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*${letters[i]!.toUpperCase()}*` })) },
    },
    { name: "prefixes on many texts", payload: words, pattern: { a: most((i) => ({ prefix: `${word(i)}-` })) } },
    { name: "prefixes within each other", payload: words, pattern: { a: most((i) => ({ prefix: `${"a".repeat(i + 3)}Z` })) } },
    { name: "suffixes on many texts", payload: words, pattern: { a: most((i) => ({ suffix: `-${word(i)}` })) } },
    { name: "cases on many texts", payload: words, pattern: { a: most((i) => ({ "equals-ignore-case": `${word(i)}1` })) } },
    {
      name: "one of each kind",
      payload: words,
      pattern: {
        a: [
          { suffix: "ZZ" },
          { prefix: "ZZ" },
          { "equals-ignore-case": "zz1" },
          { cidr: "10.0.0.0/8" },
          { prefix: { "equals-ignore-case": "zz1" } },
        ],
      },
    },
    { name: "much left out", payload: listOf(() => '"aaa"'), pattern: { a: most((i) => ({ "anything-but": ["aaa", `${i}`] })) } },
    { name: "values", payload: numbers, pattern: { a: most((i) => i + 10) } },
    { name: "ranges", payload: numbers, pattern: { a: most((i) => ({ numeric: [">", i + 10, "<", i + 10.5] })) } },
    {
      name: "addresses",
      payload: listOf((i) => `"9.${i >> 16}.${(i >> 8) & 255}.${i & 255}"`),
      pattern: { a: most((i) => ({ cidr: `10.${i >> 8}.${i & 255}.0/24` })) },
    },
    {
      name: "addresses of IPv6",
      payload: listOf((i) => `"::${(i & 0xfff).toString(16)}"`),
      pattern: { a: most((i) => ({ cidr: `a:${i.toString(16)}::/64` })) },
    },
    {
      name: "empty objects and much that must be absent",
      payload: listOf(() => "{}"),
      pattern: { a: { ...Object.fromEntries(most((i) => [`k${i}`, [{ exists: false }]])), z: [1] } },
    },
    { name: "empty lists", payload: listOf(() => "[]"), pattern: { a: { b: [1] } } },
    {
      name: "deep lists",
      payload: { a: JSON.parse("[".repeat(payloadBytes / 2 - 10) + "]".repeat(payloadBytes / 2 - 10)) },
      pattern: { a: { b: [1] } },
    },
    {
      name: "branches that half match",
      payload: listOf(() => '{"x":"a","y":"b"}'),
      pattern: { a: { $or: most((i) => ({ x: [{ prefix: "a" }], y: [`${i}`] }), 256) } },
    },
    {
      name: "branches of ranges",
      payload: pairs,
      pattern: { a: { $or: most((i) => ({ x: [{ numeric: [">", i] }], y: [{ numeric: ["<", i] }] }), 256) } },
    },
    {
      name: "branches with keys of their own",
      payload: listOf((i) => `{"k${i % 250}":0}`),
      pattern: { a: { $or: most((i) => ({ [`k${i}`]: [1] }), 256) } },
    },
    {
      name: "branches with two keys",
      payload: listOf((i) => `{"k${i % 250}":1,"x":1}`),
      pattern: { a: { $or: most((i) => ({ [`k${i}`]: [1], x: [2] }), 256) } },
    },
    {
      name: "combinations of branches",
      payload: listOf((i) => `{"f${i % 8}":{"x":2}}`),
      pattern: { a: Object.fromEntries(times(8, (i) => [`f${i}`, { $or: [{ x: two.x }, { y: two.y }] }])) },
    },
    {
      name: "keys with dots",
      payload: filled("{", "}", (i) => `"a.k${i}":1`),
      pattern: { a: Object.fromEntries(most((i) => [`k${i}`, [2, 1]])) },
    },
    { name: "keys with dots in a list", payload: listOf(() => '{"b.c":2}'), pattern: { a: { b: { c: [1] } } } },
    {
      name: "letters beyond ASCII",
      payload: { a: times(40, () => "é".repeat(3_000)) },
      pattern: { a: [{ "equals-ignore-case": "É".repeat(2_999) }, { suffix: { "equals-ignore-case": `E${"é".repeat(2_000)}` } }] },
    },
    {
      name: "long suffixes",
      payload: { a: times(17, () => "a".repeat(15_400)) },
      pattern: { a: [{ suffix: `b${"a".repeat(15_000)}` }, { prefix: `${"a".repeat(15_000)}b` }] },
    },
  ];
}
