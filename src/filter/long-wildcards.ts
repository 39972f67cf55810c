import { type PartAutomaton, partAutomaton } from "./part-automaton.ts";
import type { Wildcard } from "./wildcard.ts";

/** Wildcards of which what stands between their stars is looked for in one pass along a text. */
export interface LongWildcards {
  readonly wildcards: readonly Wildcard[];
  readonly automaton: PartAutomaton;
  /** By wildcard and part, one row behind the other, the part's bit in the automaton and its length; where a wildcard's rows begin, and behind the last. */
  readonly bits: Int32Array;
  readonly lengths: Int32Array;
  readonly starts: Int32Array;
}

export function longWildcards(wildcards: readonly Wildcard[]): LongWildcards {
  const parts = wildcards.flatMap(({ between }) => between);
  let start = 0;
  return {
    wildcards,
    automaton: partAutomaton(parts),
    bits: Int32Array.from(parts, (_, part) => 1 << part),
    lengths: Int32Array.from(parts, ({ length }) => length),
    starts: Int32Array.from([0, ...wildcards.map(({ between }) => (start += between.length))]),
  };
}

/** Of each wildcard the part that is looked for next, and where the one before it ended. */
const next = new Int32Array(32);
const behind = new Int32Array(32);

/**
 * Which of some wildcards, given as bits, a text is like between its ends, by the text's units; the ends were compared before. Time is linear in the text and in the wildcards,
 * whatever they are: each unit is a step of the automaton, and a part counts only where it can begin behind the one before it and end before the
 * text's end, so that it is never found in vain.
 */
export function likeBetween(long: LongWildcards, row: Uint16Array, length: number, candidates: number): number {
  const { wildcards, automaton, bits, lengths, starts } = long;
  const { shift, steps, firstHit, hits } = automaton;
  const { pages, classes } = automaton.units;
  let open = 0;
  let like = 0;
  let at = length;
  for (let each = 0; each < wildcards.length; each++) {
    const bit = 1 << each;
    if ((candidates & bit) === 0) continue;
    if (starts[each] === starts[each + 1]) {
      like |= bit;
      continue;
    }
    open |= bit;
    next[each] = starts[each]!;
    const from = (behind[each] = wildcards[each]!.first.length);
    if (from < at) at = from;
  }
  let state = 0;
  while (open !== 0) {
    // What can be found from here on, and up to where that is the same.
    let wanted = 0;
    let stop = length;
    for (let each = 0; each < wildcards.length; each++) {
      const bit = 1 << each;
      if ((open & bit) === 0) continue;
      const part = next[each]!;
      const ripe = behind[each]! + lengths[part]! - 1;
      const end = length - wildcards[each]!.last.length;
      if (ripe >= end || at >= end) open &= ~bit;
      else if (ripe > at) stop = Math.min(stop, ripe);
      else {
        wanted |= bits[part]!;
        stop = Math.min(stop, end);
      }
    }
    if (open === 0) break;
    let found = 0;
    while (at < stop) {
      const unit = row[at++]!;
      state = steps[(state << shift) | classes[(pages[unit >> 8]! << 8) | (unit & 255)]!]!;
      if (state < firstHit) continue;
      found = hits[state - firstHit]! & wanted;
      if (found !== 0) break;
    }
    if (found === 0) continue;
    for (let each = 0; each < wildcards.length; each++) {
      const bit = 1 << each;
      if ((open & bit) === 0 || (found & bits[next[each]!]!) === 0) continue;
      behind[each] = at;
      if (++next[each]! < starts[each + 1]!) continue;
      open &= ~bit;
      like |= bit;
    }
  }
  return like;
}
