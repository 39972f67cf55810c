/** Whole numbers below it, and texts of at most two ASCII characters, have a place each; of others, one takes the place of another. */
const small = 16_384;
const slots = 8_192;
const shift = 19;
/** So many units of a text, from its beginning and from its end, say in which place it stands. */
const few = 8;
/** Where the places of texts, and of what is neither text nor number, begin. */
const [ofTexts, ofOthers] = [small, small + 1 + 128 + 16_384];

/** In which list each was met last. */
const metIn = new Int32Array(ofOthers + 3);
let lists = 0;

/** What was met in a place that several share: numbers, with the list, and texts, of which none is kept when the list is at its end. */
const numbers = new Float64Array(slots);
const numberIn = new Int32Array(slots);
const texts: string[] = Array.from({ length: slots }, () => "");
const mixes = new Int32Array(slots);
const used = new Uint16Array(slots);
let usedCount = 0;

/**
 * Values that share places are remembered where it pays: of a sample of them, so many must have been met before. Else as many as `pause` says are taken for new, which costs less than to look
 * whether they are.
 */
const [sample, enough, pause] = [512, 128, 4_096];
/** How many of the sample are still to come, below 0 while it is paused; how many of it were met before. */
let left = sample;
let met = 0;

/** So that nobody can choose values that share a place. */
const factor = 2 * Math.floor(Math.random() * 0x4000_0000) + 1;
const asNumber = new Float64Array(1);
const asWords = new Int32Array(asNumber.buffer);

/** To be called before each list. */
export function beginList(): void {
  if (lists === 0x7fff_ffff) {
    lists = 0;
    metIn.fill(0);
    numberIn.fill(0);
  }
  lists += 1;
  left = sample;
  met = 0;
}

/**
 * Whether a value of a list that is no text was not met before, as far as is remembered: 256 KB hold a hundred thousand values of which most are equal, or fewer that differ.
 */
export function isNew(value: number | boolean | null): boolean {
  if (typeof value !== "number") return isNewAt(ofOthers + (value === null ? 0 : value ? 1 : 2));
  return value >= 0 && value < small && Number.isInteger(value) ? isNewAt(value) : isNewNumber(value);
}

/** The same of a text, by its units. */
export function isNewText(text: string, row: Uint16Array): boolean {
  const { length } = text;
  if (length === 0) return isNewAt(ofTexts);
  const first = row[0]!;
  const last = row[length - 1]!;
  if (length <= 2 && (first | last) < 128) return isNewAt(ofTexts + 1 + (length === 1 ? first : 128 + ((first << 7) | last)));
  if (!paysToRemember()) return true;
  const mix = mixed(row, length);
  const slot = mix >>> shift;
  const there = texts[slot]!;
  if (mixes[slot] === mix && there === text) {
    met += 1;
    return false;
  }
  if (there === "") used[usedCount++] = slot;
  mixes[slot] = mix;
  texts[slot] = text;
  return true;
}

/** All of a short text, and of a long one its ends. */
function mixed(row: Uint16Array, length: number): number {
  let mix = length;
  for (let at = 0; at < length && at < few; at++) mix = Math.imul(mix + row[at]!, factor);
  for (let at = Math.max(few, length - few); at < length; at++) mix = Math.imul(mix + row[at]!, factor);
  return mix;
}

function isNewAt(place: number): boolean {
  if (metIn[place] === lists) return false;
  metIn[place] = lists;
  return true;
}

function paysToRemember(): boolean {
  if (left > 0) {
    left -= 1;
    return true;
  }
  if (left === 0) left = met < enough ? -pause : sample;
  else if (++left === 0) left = sample;
  met = 0;
  return left > 0;
}

function isNewNumber(value: number): boolean {
  if (!paysToRemember()) return true;
  asNumber[0] = value;
  const slot = Math.imul(asWords[0]! ^ Math.imul(asWords[1]!, factor), factor) >>> shift;
  if (numberIn[slot] === lists && numbers[slot] === value) {
    met += 1;
    return false;
  }
  numberIn[slot] = lists;
  numbers[slot] = value;
  return true;
}

/** To be called when a list is at its end. */
export function forget(): void {
  for (let at = 0; at < usedCount; at++) texts[used[at]!] = "";
  usedCount = 0;
}
