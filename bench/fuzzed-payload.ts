import type { Choices } from "./choices.ts";

const alphabets = ["a", "ab", "ab", "abc", "abcdefghijklmnopqrstuvwxyz", "aA", "aé", "01", "aЖ"];

/** A payload made to be slow, and what a pattern is made of that nearly matches it. */
export interface FuzzedPayload {
  readonly json: string;
  /** The keys that values lie under, in objects in the list `a`; none where they lie in the list itself. */
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

/** A text of a length, in one of the forms that searches find hard. */
export function hardText(random: Choices, length: number): string {
  const alphabet = random.pick(alphabets);
  const letters = (count: number): string => Array.from({ length: count }, () => random.pick([...alphabet])).join("");
  const repeated = (word: string): string => word.repeat(Math.ceil(length / Math.max(1, word.length))).slice(0, length);
  switch (random.below(4)) {
    case 0:
      return repeated(random.pick([...alphabet]));
    case 1:
      return repeated(letters(1 + random.below(40)));
    case 2: {
      // The words of Fibonacci repeat themselves as much as words can.
      let [one, two] = ["b", "a"];
      while (two.length < length) [one, two] = [two, two + one];
      return two.slice(0, length);
    }
    default:
      return length > 5_000 ? repeated(letters(5_000)) : letters(length);
  }
}

type Value = string | number | boolean | null;

/** Values of one mix: many equal ones, or hardly any. */
function valuesOf(random: Choices): () => Value {
  const digits = 1 + random.below(6);
  const length = random.pick([0, 1, 1, 2, 2, 3, 3, 3, 4, 6, 20, 200]);
  const kinds = Array.from({ length: 1 + random.below(3) }, () => random.below(8));
  const alphabet = random.pick(["ab", "abcdefgh", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]);
  let count = 0;
  const word = (): string => {
    let [text, rest] = ["", count++];
    for (let at = 0; at < length; at++, rest = Math.floor(rest / alphabet.length)) text += alphabet[rest % alphabet.length]!;
    return text;
  };
  return () => {
    switch (random.pick(kinds)) {
      case 0:
        return random.below(10 ** digits);
      case 1:
        return random.below(10 ** digits) / 10 - 50;
      case 2:
        return random.pick([true, false, null, 0]);
      case 3:
        return `${random.below(256)}.${random.below(256)}.${random.below(10)}.1`;
      case 4:
        return `::${random.below(65_536).toString(16)}`;
      case 5:
        return hardText(random, length);
      default:
        return word();
    }
  };
}

/** Fills so many bytes with what lies in a list, or in an object. */
function filled(bytes: number, [open, close]: readonly [string, string], part: () => string): string {
  const parts: string[] = [];
  let length = open.length + close.length;
  for (;;) {
    const next = part();
    length += Buffer.byteLength(next) + 1;
    if (length > bytes) return `${open}${parts.join(",")}${close}`;
    parts.push(next);
  }
}

export function fuzzedPayload(random: Choices, bytes: number): FuzzedPayload {
  const texts: string[] = [];
  const numbers: number[] = [];
  const make = valuesOf(random);
  const value = (): string => {
    const made = make();
    if (typeof made === "string" && texts.length < 4_000) texts.push(made);
    if (typeof made === "number" && numbers.length < 4_000) numbers.push(made);
    return JSON.stringify(made);
  };
  const list = (part: () => string): string => filled(bytes, ['{"a":[', "]}"], part);
  const pool = random.pick([1, 2, 3, 8, 9, 40, 300, 4_000]);
  const dots = random.chance(0.25);
  const keys = Array.from({ length: pool }, (_, index) => (dots && random.chance(0.5) ? `k${index}.x` : `k${index}`));
  const most = random.pick([1, 1, 2, 3, 10, 60]);
  const wrap = random.pick([
    (inner: string) => inner,
    (inner: string) => inner,
    (inner: string) => `[${inner}]`,
    (inner: string) => `{"x":${inner}}`,
  ]);
  const object = (): string => {
    const own = new Set(Array.from({ length: random.chance(0.1) ? 0 : 1 + random.below(most) }, () => random.pick(keys)));
    return `{${[...own].map((key) => `"${key}":${wrap(value())}`).join(",")}}`;
  };
  switch (random.below(7)) {
    case 0:
    case 1:
      return { json: list(value), keys: [], texts, numbers };
    case 2: {
      const length = random.pick([bytes, bytes / 2, bytes / 17, bytes / 300]);
      const long = (): string => {
        let text = hardText(random, Math.max(1, Math.floor(length) - 20));
        while (Buffer.byteLength(text) > length - 20 && text !== "") text = text.slice(0, text.length / 2);
        texts.push(text);
        return JSON.stringify(text);
      };
      return { json: list(long), keys: [], texts, numbers };
    }
    case 3:
      return { json: list(() => random.pick(["[]", "{}", "[[]]", "[{},{}]", '{"k0":[]}', '{"k0":{}}'])), keys, texts, numbers };
    case 4: {
      let count = 0;
      const wide = (): string => `"k${count++}${dots ? ".x" : ""}":${wrap(value())}`;
      return {
        json: filled(bytes, ['{"a":{', "}}"], wide),
        keys: Array.from({ length: 4_000 }, (_, index) => `k${index}`),
        texts,
        numbers,
      };
    }
    default:
      return { json: list(object), keys, texts, numbers };
  }
}
