/** The folded form of each character of the basic plane, made when it is first met; 0 where it was not yet. */
const known = new Uint16Array(0x10000);
const piece = 4_096;

/**
 * A text as it is compared where case does not matter. Each 16-bit unit is folded by itself, as event-ruler does, so that the length stays, and what
 * begins or ends with a text does so folded too. Letters whose other case takes two characters stay as they are.
 */
export function folded(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  let result = "";
  for (let from = 0; from < text.length; from += piece) {
    const units = new Uint16Array(Math.min(piece, text.length - from));
    for (let index = 0; index < units.length; index++) units[index] = foldedUnit(text.charCodeAt(from + index));
    result += String.fromCharCode(...units);
  }
  return result;
}

/** One 16-bit unit of a text, folded. */
export function foldedUnit(unit: number): number {
  const before = known[unit]!;
  if (before !== 0 || unit === 0) return before;
  const upper = String.fromCharCode(unit).toUpperCase();
  // By way of upper case: a final sigma has two small forms.
  const lower = (upper.length === 1 ? upper : String.fromCharCode(unit)).toLowerCase();
  return (known[unit] = lower.length === 1 ? lower.charCodeAt(0) : unit);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}
