import { unitsOf } from "./units.ts";

const longestAddress = 45;

/**
 * An IP address as text that sorts as addresses do: "4" or "6", and 16 bits a character. Undefined where a text is no address. Only the plain forms
 * count: four decimal numbers without leading zeros, or groups of IPv6, shortened once with "::", the last two perhaps as IPv4.
 */
export function addressKey(text: string): string | undefined {
  const { length } = text;
  if (length < 2 || length > longestAddress) return undefined;
  const row = unitsOf(text);
  if (!hasColon(row, length)) return readIpv4(row, 0, length, 0) ? String.fromCharCode(four, groups[0]!, groups[1]!) : undefined;
  if (!readIpv6(row, length)) return undefined;
  const [a, b, c, d, e, f, g, h] = [groups[0]!, groups[1]!, groups[2]!, groups[3]!, groups[4]!, groups[5]!, groups[6]!, groups[7]!];
  // One by one: with a spread it takes six times as long.
  return String.fromCharCode(six, a, b, c, d, e, f, g, h);
}

/** The first and the last of the addresses whose first `bits` bits are those of an address. */
export function blockOf(key: string, bits: number): { readonly from: string; readonly to: string } {
  // Not from the text itself: two of its characters may be halves of one, as in `d83d:de42`.
  const units = Array.from({ length: key.length - 1 }, (_, index) => key.charCodeAt(index + 1));
  const free = units.map((_, index) => 0xffff >> Math.min(16, Math.max(0, bits - 16 * index)));
  const bound = (unit: (index: number) => number): string => key[0]! + String.fromCharCode(...units.map((_, index) => unit(index)));
  return { from: bound((index) => units[index]! & ~free[index]!), to: bound((index) => units[index]! | free[index]!) };
}

/** Sorted keys as three rows of numbers, as an address of IPv6 has more bits than a number. */
export interface AddressLine {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly third: Float64Array;
}

export function addressLine(keys: readonly string[]): AddressLine {
  const [first, second, third] = [0, 1, 2].map((part) => Float64Array.from(keys, (key) => numbersOf(key)[part]!));
  return { first: first!, second: second!, third: third! };
}

/**
 * Finds the place of a text that is an address, by its units, among sorted keys, as `Line` has it, without making a key of it. What has no colon is IPv4, whose
 * keys come first.
 */
export function placeOfAddress({ first, second, third }: AddressLine, row: Uint16Array, length: number): number | undefined {
  if (length < 2 || length > longestAddress || meaningOf(row[0]!) > ofColon) return undefined;
  const isLong = hasColon(row, length);
  if (!(isLong ? readIpv6(row, length) : readIpv4(row, 0, length, 0))) return undefined;
  // Above all of IPv4, which lie below zero.
  const a = isLong ? (groups[0]! * 65_536 + groups[1]!) * 65_536 + groups[2]! : groups[0]! * 65_536 + groups[1]! - 4_294_967_296;
  const b = isLong ? (groups[3]! * 65_536 + groups[4]!) * 65_536 + groups[5]! : 0;
  const c = isLong ? groups[6]! * 65_536 + groups[7]! : 0;
  let low = 0;
  // By arithmetic: nobody can foresee which way an `if` would go.
  for (let left = first.length; left > 0;) {
    const half = (left + 1) >> 1;
    const at = low + half - 1;
    low += -Number((first[at]! - a || second[at]! - b || third[at]! - c) <= 0) & half;
    left -= half;
  }
  const isThere = low > 0 && first[low - 1] === a && second[low - 1] === b && third[low - 1] === c;
  return 2 * low - (isThere ? 1 : 0);
}

function numbersOf(key: string): readonly [number, number, number] {
  const unit = (index: number): number => key.charCodeAt(index + 1);
  if (key.startsWith("4")) return [unit(0) * 65_536 + unit(1) - 4_294_967_296, 0, 0];
  return [(unit(0) * 65_536 + unit(1)) * 65_536 + unit(2), (unit(3) * 65_536 + unit(4)) * 65_536 + unit(5), unit(6) * 65_536 + unit(7)];
}

/** Where an address is read into: 16 bits each, two or all eight. */
const groups = new Uint16Array(8);

/** Reads four decimal numbers into two groups. */
function readIpv4(row: Uint16Array, from: number, length: number, into: number): boolean {
  let part = 0;
  let value = -1;
  let before = 0;
  for (let at = from; at < length; at++) {
    const unit = row[at]!;
    if (unit === dot) {
      if (value < 0 || part === 3) return false;
      if (part === 1) groups[into] = before * 256 + value;
      before = value;
      part += 1;
      value = -1;
    } else {
      // A zero stands alone.
      if (unit < zero || unit > zero + 9 || value === 0) return false;
      value = value < 0 ? unit - zero : value * 10 + unit - zero;
      if (value > 255) return false;
    }
  }
  groups[into + 1] = before * 256 + value;
  return part === 3 && value >= 0;
}

/** An address of IPv6 has a colon behind its first group, if not before it. */
function hasColon(row: Uint16Array, length: number): boolean {
  const isNear = Number(row[0] === colon) | Number(row[1] === colon);
  if (length < 5) return (isNear | Number(length > 2 && row[2] === colon) | Number(length > 3 && row[3] === colon)) === 1;
  return (isNear | Number(row[2] === colon) | Number(row[3] === colon) | Number(row[4] === colon)) === 1;
}

function readIpv6(row: Uint16Array, length: number): boolean {
  let count = 0;
  let gap = -1;
  let at = 0;
  if (row[0] === colon && row[1] === colon) {
    gap = 0;
    at = 2;
  }
  while (at < length) {
    const from = at;
    let value = 0;
    for (; at < length; at++) {
      const digit = meaningOf(row[at]!);
      if (digit > 15) break;
      value = value * 16 + digit;
    }
    if (count === 8 || at === from) return false;
    if (at < length && row[at] === dot) {
      if (count > 6 || !readIpv4(row, from, length, count)) return false;
      count += 2;
      break;
    }
    if (at - from > 4) return false;
    groups[count++] = value;
    if (at === length) break;
    if (row[at] !== colon) return false;
    at += 1;
    if (at === length) return false;
    if (row[at] === colon) {
      if (gap >= 0) return false;
      gap = count;
      at += 1;
    }
  }
  if (gap < 0) return count === 8;
  if (count === 8) return false;
  // What stood behind the gap moves to the end. By hand: there are eight at most.
  const behind = count - gap;
  for (let group = 1; group <= behind; group++) groups[8 - group] = groups[count - group]!;
  for (let group = gap; group < 8 - behind; group++) groups[group] = 0;
  return true;
}

const [dot, colon, zero, four, six] = [0x2e, 0x3a, 0x30, 0x34, 0x36];

/** What a unit means in an address: a digit its value, a colon 16, all else more. From a table: which of them comes next nobody can foresee. */
function meaningOf(unit: number): number {
  return unit < 128 ? meanings[unit]! : ofNothing;
}

const [ofColon, ofNothing] = [16, 17];
const meanings = Uint8Array.from({ length: 128 }, (_, unit) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(unit).toLowerCase());
  return unit === colon ? ofColon : digit < 0 ? ofNothing : digit;
});
