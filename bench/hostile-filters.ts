import { patternLimits } from "../src/filter/index.ts";

/** Pairs of a pattern within its limits and a 256 KB payload that were made to be slow together. */
export interface Hostile {
  readonly name: string;
  readonly pattern: unknown;
  /** The payload, as JSON: to be read anew for each match, since a payload that was matched once is quicker the second time. */
  readonly json: string;
}

const payloadBytes = 256 * 1_024;
const patternBytes = 32_000;
const wildcards = 5;
const { fields } = patternLimits;

/** As many parts as fit into a payload. */
function filled(open: string, close: string, part: (index: number) => string): string {
  const parts: string[] = [];
  let length = open.length + close.length;
  for (let index = 0; ; index++) {
    const next = part(index);
    length += next.length + 1;
    if (length > payloadBytes) return open + parts.join(",") + close;
    parts.push(next);
  }
}

const listOf = (part: (index: number) => string): string => filled('{"a":[', "]}", part);
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

/** Of two letters; with the other two at its place, many hashes stay the same. */
function thueMorse(length: number, [one, other] = "ab"): string {
  return times(length, (index) => ([...index.toString(2)].filter((bit) => bit === "1").length % 2 === 0 ? one : other)).join("");
}

/** Texts of a few of these letters, hardly one twice. */
function texts(alphabet: string, length: number): (index: number) => string {
  return (index) => times(length, (at) => alphabet[(Math.imul(index + 1, 2_654_435_761) >>> (5 * at)) % alphabet.length]!).join("");
}

/** What a text is asked in every way that there is, by entries that nearly fit. */
function everyWay(text: (index: number) => string, cidr: (index: number) => string, { from = 0, count = 100 } = {}): unknown[] {
  const ways = times(count, (at) => {
    const i = from + at;
    return [
      `${text(i)}~`,
      { prefix: `${text(i + 100).slice(0, -1)}~` },
      { suffix: `~${text(i + 200).slice(1)}` },
      { "equals-ignore-case": `${text(i + 300)}~` },
      { prefix: { "equals-ignore-case": `${text(i + 400)}~` } },
      { suffix: { "equals-ignore-case": `~${text(i + 500)}` } },
      { cidr: cidr(i + 600) },
    ];
  });
  return [...ways.flat(), ...times(wildcards, (i) => ({ wildcard: `*${text(i).at(-2)!}*${text(i).at(-1)!}~*` }))];
}

export function hostileFilters(): readonly Hostile[] {
  const long = JSON.stringify({ a: "a".repeat(payloadBytes - 10) });
  const words = listOf((index) => `"${word(index)}"`);
  const numbers = listOf((index) => `${index % 10}`);
  const pairs = listOf((index) => `{"x":${index % 300},"y":${(index % 300) + (index % 100)}}`);
  const two = { x: [1], y: [2] };
  return [
    {
      name: "wildcards that nearly match a long text",
      json: long,
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*a${"a".repeat(i)}b*` })) },
    },
    {
      name: "wildcards with long parts",
      json: long,
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*${"a".repeat(50 + i)}b${"a".repeat(60)}*${"a".repeat(100)}c*` })) },
    },
    {
      name: "wildcards left out",
      json: long,
      pattern: { a: [{ "anything-but": { wildcard: times(wildcards, (i) => `*ab${"a".repeat(i)}b*`) } }] },
    },
    {
      name: "wildcards whose hash the text has everywhere",
      json: JSON.stringify({ a: thueMorse(payloadBytes - 10) }),
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*${thueMorse(64)}${thueMorse(32, "ba")}${letters[i]!}*` })) },
    },
    {
      name: "wildcards whose hash a run of one letter has",
      json: long,
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*${"a".repeat(50 + i)}${thueMorse(64, "`b")}*` })) },
    },
    {
      name: "wildcards of many rules",
      json: words,
      pattern: { $or: times(128, (i) => ({ a: [{ wildcard: `*${letters[i % wildcards]!}*Z*` }], b: [i] })) },
    },
    {
      name: "lists of wildcards left out",
      json: words,
      pattern: {
        $or: times(100, (i) => ({
          a: [{ "anything-but": { wildcard: [`*${letters[i % wildcards]!}*b*`, `${letters[i % wildcards]!}*`, "*"] } }],
          b: [i],
        })),
      },
    },
    {
      name: "wildcards on many texts",
      json: words,
      pattern: { a: times(wildcards, (i) => ({ wildcard: `*${letters[i]!.toUpperCase()}*` })) },
    },
    { name: "prefixes on many texts", json: words, pattern: { a: most((i) => ({ prefix: `${word(i)}-` })) } },
    { name: "prefixes within each other", json: words, pattern: { a: most((i) => ({ prefix: `${"a".repeat(i + 3)}Z` })) } },
    { name: "suffixes on many texts", json: words, pattern: { a: most((i) => ({ suffix: `-${word(i)}` })) } },
    { name: "cases on many texts", json: words, pattern: { a: most((i) => ({ "equals-ignore-case": `${word(i)}1` })) } },
    {
      name: "one of each kind",
      json: words,
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
    { name: "much left out", json: listOf(() => '"aaa"'), pattern: { a: most((i) => ({ "anything-but": ["aaa", `${i}`] })) } },
    {
      name: "a field that is asked for again and again",
      json: listOf((index) => `"${letters[index % 26]!}${word(index)}"`),
      pattern: times(12, (level) => level).reduce<unknown>(
        (nested, level) => ({ a: times(20, (i) => `a${word(i + 31 * level)}`), $or: [nested, { b: [1] }] }),
        { $or: most((i) => ({ a: [{ prefix: `${word(i)}-` }] }), 110) },
      ),
    },
    { name: "values", json: numbers, pattern: { a: most((i) => i + 10) } },
    { name: "ranges", json: numbers, pattern: { a: most((i) => ({ numeric: [">", i + 10, "<", i + 10.5] })) } },
    {
      name: "addresses",
      json: listOf((i) => `"9.${i >> 16}.${(i >> 8) & 255}.${i & 255}"`),
      pattern: { a: most((i) => ({ cidr: `10.${i >> 8}.${i & 255}.0/24` })) },
    },
    {
      name: "addresses of IPv6",
      json: listOf((i) => `"::${(i & 0xfff).toString(16)}"`),
      pattern: { a: most((i) => ({ cidr: `a:${i.toString(16)}::/64` })) },
    },
    {
      name: "empty objects and much that must be absent",
      json: listOf(() => "{}"),
      pattern: { a: { ...Object.fromEntries(most((i) => [`k${i}`, [{ exists: false }]], fields - 2)), z: [1] } },
    },
    { name: "empty lists", json: listOf(() => "[]"), pattern: { a: { b: [1] } } },
    {
      name: "deep lists",
      json: `{"a":${"[".repeat(payloadBytes / 2 - 10)}${"]".repeat(payloadBytes / 2 - 10)}}`,
      pattern: { a: { b: [1] } },
    },
    {
      name: "branches that half match",
      json: listOf(() => '{"x":"a","y":"b"}'),
      pattern: { a: { $or: most((i) => ({ x: [{ prefix: "a" }], y: [`${i}`] }), 128) } },
    },
    {
      name: "branches of ranges",
      json: pairs,
      pattern: { a: { $or: most((i) => ({ x: [{ numeric: [">", i] }], y: [{ numeric: ["<", i] }] }), 128) } },
    },
    {
      name: "branches with keys of their own",
      json: listOf((i) => `{"k${i % 250}":0}`),
      pattern: { a: { $or: most((i) => ({ [`k${i}`]: [1] }), fields - 1) } },
    },
    {
      name: "branches with two keys",
      json: listOf((i) => `{"k${i % 250}":1,"x":1}`),
      pattern: { a: { $or: most((i) => ({ [`k${i}`]: [1], x: [2] }), fields - 2) } },
    },
    {
      name: "combinations of branches",
      json: listOf((i) => `{"f${i % 7}":{"x":2}}`),
      pattern: { a: Object.fromEntries(times(7, (i) => [`f${i}`, { $or: [{ x: two.x }, { y: two.y }] }])) },
    },
    {
      name: "keys with dots",
      json: filled("{", "}", (i) => `"a.k${i}":1`),
      pattern: { a: Object.fromEntries(most((i) => [`k${i}`, [2, 1]], fields - 1)) },
    },
    { name: "keys with dots in a list", json: listOf(() => '{"b.c":2}'), pattern: { a: { b: { c: [1] } } } },
    {
      name: "keys with dots and without",
      json: listOf(() => '{"b":{},"b.c":2}'),
      pattern: { a: { b: { c: [1] } } },
    },
    {
      name: "objects of which each has another key",
      json: listOf((i) => `{"${letters[i % 26]!}${word(i)}":1}`),
      pattern: { a: { $or: most((i) => ({ [`a${word(i)}`]: [2], b: [{ exists: false }] }), fields - 2) } },
    },
    {
      name: "a large object behind many small ones",
      json: `{"a":[${"{},".repeat(8_000)}{${times(20_000, (i) => `"k${i}":1`).join(",")}}]}`,
      pattern: { a: Object.fromEntries(most((i) => [`k${2 * i}`, [2, 1]], fields - 1)) },
    },
    {
      name: "objects in objects",
      json: listOf((i) => `${'{"b":'.repeat(1 + (i % 20))}{}${"}".repeat(1 + (i % 20))}`),
      pattern: { a: times(28, (i) => i).reduce<unknown>((nested) => ({ b: nested }), [1]) },
    },
    {
      name: "letters beyond ASCII",
      json: JSON.stringify({ a: times(40, () => "é".repeat(3_000)) }),
      pattern: { a: [{ "equals-ignore-case": "É".repeat(2_999) }, { suffix: { "equals-ignore-case": `E${"é".repeat(2_000)}` } }] },
    },
    {
      name: "long suffixes",
      json: JSON.stringify({ a: times(17, () => "a".repeat(15_400)) }),
      pattern: { a: [{ suffix: `b${"a".repeat(15_000)}` }, { prefix: `${"a".repeat(15_000)}b` }] },
    },
    ...[3, 4].map((length) => {
      const text = texts("abcdefghABCDEFGH", length);
      return {
        name: `texts of ${length} letters, asked in every way`,
        json: listOf((index) => `"${text(index)}"`),
        pattern: { a: everyWay(text, (i) => `10.${i & 255}.0.0/16`) },
      };
    }),
    {
      name: "short addresses, asked in every way by many rules",
      json: listOf((index) => `"${shortAddress(index)}"`),
      pattern: { $or: times(60, (i) => ({ a: everyWay(shortAddress, noBlock, { from: 2 * i, count: 1 }), b: [i] })) },
    },
    {
      name: "short addresses in objects, asked in every way",
      json: listOf((index) => `{"":"${shortAddress(index)}"}`),
      pattern: { a: { "": everyWay(shortAddress, noBlock) } },
    },
    ...[1, 2].map((own) => ({
      name: `objects with ${own} of many keys, which are whole numbers`,
      json: listOf((index) => `{${times(own, (at) => `"${(index * 7 + own - at) % 120}":1`).join(",")}}`),
      pattern: { a: { $or: times(120, (i) => ({ [i]: [2], [i + 1]: [{ exists: i % 2 === 0 }] })) } },
    })),
  ];
}

/** Of IPv6, each another one. */
const shortAddress = (index: number): string => `::${(0x1000 + ((index * 7_919) % 0xf000)).toString(16)}`;

/** A block that holds none of them. */
const noBlock = (index: number): string => `::1:${(0x1000 + ((index * 977) % 0xf000)).toString(16)}/127`;
