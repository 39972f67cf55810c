import { behind, type Part, partOf } from "./part-search.ts";

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

/** A wildcard with at least one star, ready to be looked for. */
export interface Wildcard {
  readonly first: string;
  readonly last: string;
  readonly between: readonly Part[];
  /** How long a text must be. */
  readonly least: number;
  /** Which units it has, as `unitBits` tells of a text. */
  readonly bits: number;
}

export function wildcardOf(parts: readonly string[]): Wildcard {
  const whole = parts.join("");
  return {
    first: parts[0]!,
    last: parts.at(-1)!,
    between: parts.slice(1, -1).map(partOf),
    least: whole.length,
    bits: unitBits(whole),
  };
}

/** Which units there are in a text, 32 kinds of them. */
export function unitBits(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits |= 1 << (text.charCodeAt(at) & 31);
  return bits;
}

/** Whether a text begins and ends as a wildcard does, which may be so without it being like the wildcard. */
export function hasEndsOf({ first, last, least }: Wildcard, text: string): boolean {
  return text.length >= least && (first === "" || text.startsWith(first)) && (last === "" || text.endsWith(last));
}

/**
 * Whether between its ends a text is what the wildcard says, by the text's units. Time is linear in the text and the wildcard, whatever they are: each
 * part is looked for once, from where the one before it ended.
 */
export function isLikeBetween({ first, last, between }: Wildcard, units: Uint16Array, length: number): boolean {
  const end = length - last.length;
  let at = first.length;
  for (let index = 0; index < between.length; index++) {
    at = behind(between[index]!, units, at, end);
    if (at < 0) return false;
  }
  return true;
}
