import { type GapAutomaton, gapAutomaton, likeShort } from "./gap-automaton.ts";
import { likeBetween, type LongWildcards, longWildcards } from "./long-wildcards.ts";
import { hasEndsOf, wildcardOf } from "./wildcard.ts";

/** Wildcards of one place. Short ones are tried together; for those that find no room there, a text must be long, and of long texts there are fewer. */
export interface WildcardSearch {
  readonly short: GapAutomaton;
  readonly long: { readonly wildcards: LongWildcards; readonly members: readonly number[] } | undefined;
}

/** Wildcards as the parts between their stars. */
export function wildcardSearch(wildcards: readonly (readonly string[])[]): WildcardSearch {
  const short = gapAutomaton(wildcards);
  const inShort = new Set(short.members.map(({ index }) => index));
  const members = wildcards.flatMap((_, index) => (inShort.has(index) ? [] : [index]));
  const long = members.map((index) => wildcardOf(wildcards[index]!));
  return { short, long: long.length === 0 ? undefined : { wildcards: longWildcards(long), members } };
}

/** Which of some wildcards, given as bits, a text is like, by the text's units. */
export function likeOf({ short, long }: WildcardSearch, text: string, row: Uint16Array, asked: number): number {
  const like = likeShort(short, row, text.length, asked);
  return long === undefined ? like : like | likeLong(long, text, row, asked);
}

function likeLong({ wildcards, members }: NonNullable<WildcardSearch["long"]>, text: string, row: Uint16Array, asked: number): number {
  let candidates = 0;
  for (let each = 0; each < members.length; each++)
    if ((asked & (1 << members[each]!)) !== 0 && hasEndsOf(wildcards.wildcards[each]!, text)) candidates |= 1 << each;
  if (candidates === 0) return 0;
  const found = likeBetween(wildcards, row, text.length, candidates);
  let like = 0;
  for (let each = 0; each < members.length; each++) if ((found & (1 << each)) !== 0) like |= 1 << members[each]!;
  return like;
}
