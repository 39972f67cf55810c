import { type Bits, union } from "./bits.ts";
import { foldedUnit } from "./folded.ts";
import type { Lookup } from "./ranges.ts";

export interface AffixOptions {
  /** A value must be a whole text, and not only begin with it. */
  readonly whole?: boolean;
  /** The texts are endings, not beginnings. */
  readonly ending?: boolean;
  /** The texts are folded, and values are compared so. */
  readonly folded?: boolean;
}

/**
 * Which of many beginnings a text has, by their sets; or which endings, which are beginnings read from behind. One binary search that looks at each
 * character about once, however many they are. Undefined where there are none.
 */
export function affixes(
  sets: ReadonlyMap<string, Bits>,
  { whole = false, ending = false, folded = false }: AffixOptions = {},
): Lookup<string> | undefined {
  if (sets.size === 0) return undefined;
  const read = new Map([...sets].map(([text, bits]) => [ending ? turned(text) : text, bits]));
  const texts = [...read.keys()].toSorted();
  const { chained, within } = chains(texts, read);
  const own = texts.map((text) => read.get(text)!);
  return (value) => {
    const { length } = value;
    let low = 0;
    let high = texts.length;
    // What the value has in common with the texts around: all between have as much.
    let lowCommon = 0;
    let highCommon = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      const text = texts[middle]!;
      let common = Math.min(lowCommon, highCommon);
      let difference = 0;
      while (common < text.length && common < length) {
        const unit = value.charCodeAt(ending ? length - 1 - common : common);
        difference = (folded ? foldedUnit(unit) : unit) - text.charCodeAt(common);
        if (difference !== 0) break;
        common += 1;
      }
      if (difference > 0 || common === text.length) {
        low = middle + 1;
        lowCommon = common;
      } else {
        high = middle;
        highCommon = common;
      }
    }
    if (low === 0) return undefined;
    if (whole) return lowCommon === length && texts[low - 1]!.length === length ? own[low - 1] : undefined;
    return chained[within[low - 1]![lowCommon]!];
  };
}

/** Of each text, all sets of the texts that it begins with; and by how much of it a value begins with, the longest text within, or -1. */
function chains(texts: readonly string[], sets: ReadonlyMap<string, Bits>): { readonly chained: Bits[]; readonly within: Int32Array[] } {
  const chained: Bits[] = [];
  const within: Int32Array[] = [];
  const open: number[] = [];
  for (const [index, text] of texts.entries()) {
    while (open.length > 0 && !text.startsWith(texts[open.at(-1)!]!)) open.pop();
    const shorter = open.at(-1);
    open.push(index);
    const longest = new Int32Array(text.length + 1).fill(-1);
    if (shorter !== undefined) {
      longest.set(within[shorter]!);
      longest.fill(shorter, texts[shorter]!.length);
    }
    longest[text.length] = index;
    within.push(longest);
    chained.push(union(shorter === undefined ? undefined : chained[shorter], sets.get(text)!));
  }
  return { chained, within };
}

function turned(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text[text.length - 1 - index]!);
  return units.join("");
}
