/** A set of small numbers, 32 a word. All sets of one program have the same length. */
export type Bits = Int32Array;

export function bitsOf(members: Iterable<number>, words: number): Bits {
  const bits = new Int32Array(words);
  for (const member of members) bits[member >> 5]! |= 1 << (member & 31);
  return bits;
}

export function hasBit(bits: Bits, member: number): boolean {
  return ((bits[member >> 5]! >> (member & 31)) & 1) === 1;
}

export function isEmpty(bits: Bits): boolean {
  for (let word = 0; word < bits.length; word++) if (bits[word] !== 0) return false;
  return true;
}

export function isSame(a: Bits, b: Bits): boolean {
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return false;
  return true;
}

/** Whether two sets have a member in common. */
export function meets(a: Bits, b: Bits): boolean {
  for (let word = 0; word < a.length; word++) if ((a[word]! & b[word]!) !== 0) return true;
  return false;
}

export function keepOnly(into: Bits, others: Bits): void {
  for (let word = 0; word < into.length; word++) into[word]! &= others[word]!;
}

/** Of a set, keeps what two others have in common. */
export function keepCommon(into: Bits, a: Bits, b: Bits): void {
  for (let word = 0; word < into.length; word++) into[word]! &= a[word]! & b[word]!;
}

export function add(into: Bits, others: Bits): void {
  for (let word = 0; word < into.length; word++) into[word]! |= others[word]!;
}

/** The set that was added last of those that one look-up gives; to be forgotten where a new set is begun. */
export interface Added {
  last: Bits | undefined;
}

/**
 * Adds a set, where it is not the one that was added last: of most values in a list, a look-up gives the same. What has members in its last word is
 * always added: that word is emptied in between.
 */
export function addOnce(added: Added, others: Bits | undefined, into: Bits): void {
  if (others === undefined || (added.last === others && others[others.length - 1] === 0)) return;
  added.last = others;
  add(into, others);
}

/** Adds the members of a set; whether there was one that was not in it. */
export function addNew(into: Bits, others: Bits): boolean {
  let isNew = false;
  for (let word = 0; word < into.length; word++) {
    const both = into[word]! | others[word]!;
    if (both === into[word]) continue;
    into[word] = both;
    isNew = true;
  }
  return isNew;
}

/** Adds the members of one set that are not in another. */
export function addWithout(into: Bits, others: Bits, without: Bits): void {
  for (let word = 0; word < into.length; word++) into[word]! |= others[word]! & ~without[word]!;
}

export function copyInto(into: Bits, others: Bits): void {
  for (let word = 0; word < into.length; word++) into[word] = others[word]!;
}

/** Puts what two sets have in common into another. */
export function copyCommon(into: Bits, a: Bits, b: Bits): void {
  for (let word = 0; word < into.length; word++) into[word] = a[word]! & b[word]!;
}

/** Two sets as one; the first itself where it is the only one. */
export function union(a: Bits | undefined, b: Bits): Bits {
  if (a === undefined || a === b) return b;
  const both = a.slice();
  add(both, b);
  return both;
}
