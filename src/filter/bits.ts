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

export function add(into: Bits, others: Bits): void {
  for (let word = 0; word < into.length; word++) into[word]! |= others[word]!;
}

/** Adds the members of one set that are not in another. */
export function addWithout(into: Bits, others: Bits, without: Bits): void {
  for (let word = 0; word < into.length; word++) into[word]! |= others[word]! & ~without[word]!;
}

export function copyInto(into: Bits, others: Bits): void {
  for (let word = 0; word < into.length; word++) into[word] = others[word]!;
}

/** Two sets as one; the first itself where it is the only one. */
export function union(a: Bits | undefined, b: Bits): Bits {
  if (a === undefined || a === b) return b;
  const both = a.slice();
  add(both, b);
  return both;
}
