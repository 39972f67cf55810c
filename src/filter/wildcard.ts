/** Below this product of lengths the platform's own search is quicker, and its worst case does not matter. */
const smallSearch = 4_096;

/** Cuts a wildcard at its stars; `\*` is a star itself and `\\` a backslash. `problem` says at which character it is wrong. */
export function wildcardParts(
  wildcard: string,
): { readonly parts: readonly string[] } | { readonly problem: "consecutive" | "escape"; readonly at: number } {
  const parts = [""];
  for (let at = 0; at < wildcard.length; at++) {
    const character = wildcard[at]!;
    if (character === "*") {
      if (at > 0 && parts.length > 1 && parts.at(-1) === "") return { problem: "consecutive", at };
      parts.push("");
      continue;
    }
    if (character === "\\") {
      at += 1;
      if (wildcard[at] !== "*" && wildcard[at] !== "\\") return { problem: "escape", at };
    }
    parts[parts.length - 1] += wildcard[at]!;
  }
  return { parts };
}

/**
 * Whether a text is what a wildcard with at least one star says. Time is linear in the text and the wildcard, whatever they are: each part is
 * looked for once, from where the one before it ended.
 */
export function wildcardTest(parts: readonly string[]): (text: string) => boolean {
  const first = parts[0]!;
  const last = parts.at(-1)!;
  const searches = parts.slice(1, -1).map(searchFor);
  const least = parts.reduce((sum, { length }) => sum + length, 0);
  return (text) => {
    if (text.length < least) return false;
    if (first !== "" && !text.startsWith(first)) return false;
    if (last !== "" && !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const search of searches) {
      at = search(text, at, end);
      if (at < 0) return false;
    }
    return true;
  };
}

/** Finds a part between two places of a text, and gives the place behind it, or -1. */
function searchFor(part: string): (text: string, from: number, end: number) => number {
  if (part.length > 1 && part.length <= 31 && isLatin(part)) return shiftSearch(part);
  let units: Uint16Array | undefined;
  let borders: Int32Array | undefined;
  return (text, from, end) => {
    // For one character the platform's search is linear too.
    if (part.length === 1 || (end - from) * part.length <= smallSearch) {
      const at = text.indexOf(part, from);
      return at < 0 || at + part.length > end ? -1 : at + part.length;
    }
    units ??= Uint16Array.from({ length: part.length }, (_, index) => part.charCodeAt(index));
    borders ??= bordersOf(units);
    return found({ units, borders }, { text, from, end });
  };
}

function isLatin(part: string): boolean {
  for (let at = 0; at < part.length; at++) if (part.charCodeAt(at) > 255) return false;
  return true;
}

/** Of a short part: bit n of the state says that the last n + 1 characters are its first n + 1 (Baeza-Yates and Gonnet). One step a character. */
function shiftSearch(part: string): (text: string, from: number, end: number) => number {
  let masks: Int32Array | undefined;
  const whole = 1 << (part.length - 1);
  return (text, from, end) => {
    if ((end - from) * part.length <= smallSearch) {
      const at = text.indexOf(part, from);
      return at < 0 || at + part.length > end ? -1 : at + part.length;
    }
    if (masks === undefined) {
      masks = new Int32Array(256);
      for (let at = 0; at < part.length; at++) masks[part.charCodeAt(at)]! |= 1 << at;
    }
    let state = 0;
    for (let at = from; at < end; at++) {
      const unit = text.charCodeAt(at);
      state = unit > 255 ? 0 : ((state << 1) | 1) & masks[unit]!;
      if ((state & whole) !== 0) return at + 1;
    }
    return -1;
  };
}

interface Sought {
  readonly units: Uint16Array;
  readonly borders: Int32Array;
}

interface Within {
  readonly text: string;
  readonly from: number;
  readonly end: number;
}

/** The search of Knuth, Morris and Pratt: each character of the text is looked at once or twice. */
function found({ units, borders }: Sought, { text, from, end }: Within): number {
  const { length } = units;
  let matched = 0;
  for (let at = from; at < end; at++) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && units[matched] !== unit) matched = borders[matched]!;
    if (units[matched] === unit && ++matched === length) return at + 1;
  }
  return -1;
}

/** How much is still matched, of so many matched characters before one that differs. */
function bordersOf(units: Uint16Array): Int32Array {
  const borders = new Int32Array(units.length + 1);
  for (let at = 1, matched = 0; at < units.length; at++) {
    while (matched > 0 && units[matched] !== units[at]) matched = borders[matched]!;
    if (units[matched] === units[at]) matched += 1;
    borders[at + 1] = matched;
  }
  return borders;
}
