/**
 * Several short wildcards as the bits of two words: of each a bit for every unit that it has, set while the text so far ends behind that unit, and one for its beginning. All
 * of them move on with a shift for each unit of a text, whatever the text is. No wildcard is in both words.
 */
export interface GapAutomaton {
  /** By unit, the bits of both words from which it leads on; first those of ASCII, then units, each with its bits. */
  readonly leads: Int32Array;
  /** Bits of each word at which a star stands: they stay whatever is read. */
  readonly stars: Int32Array;
  /** Bits of each word at which wildcards begin, and at which they end. */
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  readonly members: readonly Member[];
  /** Their indexes, as bits. */
  readonly all: number;
}

/** Of one wildcard its index, the word that it is in, and its bits there. */
interface Member {
  readonly index: number;
  readonly word: number;
  readonly begin: number;
  readonly end: number;
}

const near = 128;
const wordBits = 32;

/** Of wildcards, as the parts between their stars, those that find room; the shortest first. */
export function gapAutomaton(wildcards: readonly (readonly string[])[]): GapAutomaton {
  const leads = new Map<number, [number, number]>();
  const [stars, begins, ends] = [new Int32Array(2), new Int32Array(2), new Int32Array(2)];
  const members: Member[] = [];
  const used = [0, 0];
  const bySize = wildcards
    .map((parts, index) => ({ parts, index, bits: parts.reduce((sum, { length }) => sum + length, 1) }))
    .toSorted((a, b) => a.bits - b.bits);
  for (const { parts, index, bits } of bySize) {
    const word = used.findIndex((each) => each + bits <= wordBits) as 0 | 1 | -1;
    if (word === -1) continue;
    let at = used[word]!;
    used[word]! += bits;
    const begin = 1 << at;
    for (const [part, text] of parts.entries()) {
      if (part > 0) stars[word]! |= 1 << at;
      for (let unit = 0; unit < text.length; unit++, at++) {
        const both = leads.get(text.charCodeAt(unit)) ?? [0, 0];
        leads.set(text.charCodeAt(unit), both);
        both[word] |= 1 << at;
      }
    }
    begins[word]! |= begin;
    ends[word]! |= 1 << at;
    members.push({ index, word, begin, end: 1 << at });
  }
  const all = members.reduce((bits, { index }) => bits | (1 << index), 0);
  const nearLeads = Array.from({ length: near }, (_, unit) => leads.get(unit) ?? [0, 0]);
  const far = [...leads].filter(([unit]) => unit >= near).map(([unit, both]) => [unit, ...both]);
  return { leads: Int32Array.from([...nearLeads, [0, 0], ...far].flat()), stars, begins, ends, members, all };
}

/** Which of the wildcards, given as bits, a text is like, by the text's units. */
export function likeShort(automaton: GapAutomaton, row: Uint16Array, length: number, asked: number): number {
  const { leads, members, begins, ends, all } = automaton;
  const starsOfOne = automaton.stars[0]!;
  const starsOfOther = automaton.stars[1]!;
  let one = begins[0]!;
  let other = begins[1]!;
  if ((asked & all) !== all) {
    for (let each = 0; each < members.length; each++) {
      const { index, word, begin } = members[each]!;
      if ((asked & (1 << index)) !== 0) continue;
      if (word === 0) one &= ~begin;
      else other &= ~begin;
    }
  }
  for (let at = 0; at < length && (one | other) !== 0; at++) {
    const unit = row[at]!;
    const lead = unit < near ? 2 * unit : placeOfFar(leads, unit);
    one = ((one & leads[lead]!) << 1) | (one & starsOfOne);
    other = ((other & leads[lead + 1]!) << 1) | (other & starsOfOther);
  }
  let like = 0;
  if (((one & ends[0]!) | (other & ends[1]!)) === 0) return like;
  for (let each = 0; each < members.length; each++) {
    const { index, word, end } = members[each]!;
    if (((word === 0 ? one : other) & end) !== 0) like |= 1 << index;
  }
  return like;
}

/** Where the bits of a unit stand; behind those of ASCII there are two that are 0, and at most 62 others to look through. */
function placeOfFar(leads: Int32Array, unit: number): number {
  for (let at = 2 * near + 2; at < leads.length; at += 3) if (leads[at] === unit) return at + 1;
  return 2 * near;
}
