import type { Mark, MarkedPlace } from "./marks.ts";

/** A marked value of a payload. */
export interface MarkedValue {
  /** Keys and indexes from the payload down to it, with dots. */
  readonly path: string;
  readonly mark: Mark;
  readonly value: unknown;
}

/**
 * The data with other values at its marked places; what is missing or null stays. The data itself is left as it is, and parts without marks
 * are shared with it. What lies below a marked place belongs to it. Pure, as far as `replace` is.
 */
export function replaceMarked(place: MarkedPlace, data: unknown, replace: (value: MarkedValue) => unknown): unknown {
  return replaced(place, data, "", replace);
}

function replaced(place: MarkedPlace, value: unknown, path: string, replace: (value: MarkedValue) => unknown): unknown {
  if (value === undefined || value === null) return value;
  if (place.mark !== undefined) return replace({ path, mark: place.mark, value });
  if (typeof value !== "object") return value;
  if (Array.isArray(value))
    return value.map((element, index) => {
      const below = place.keys.get(String(index)) ?? place.each;
      return below === undefined ? element : replaced(below, element, pathTo(path, String(index)), replace);
    });
  const known = value as Readonly<Record<string, unknown>>;
  const copy = { ...known };
  for (const [key, below] of place.keys) if (Object.hasOwn(known, key)) copy[key] = replaced(below, known[key], pathTo(path, key), replace);
  if (place.each !== undefined)
    for (const key of Object.keys(known))
      if (!place.keys.has(key)) copy[key] = replaced(place.each, known[key], pathTo(path, key), replace);
  return copy;
}

const pathTo = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** The marked values of a payload, in its order. Pure. */
export function markedValues(place: MarkedPlace, data: unknown): readonly MarkedValue[] {
  const found: MarkedValue[] = [];
  collect(place, data, "", found);
  return found;
}

/** As {@link replaced}, without a copy. */
function collect(place: MarkedPlace, value: unknown, path: string, found: MarkedValue[]): void {
  if (value === undefined || value === null) return;
  if (place.mark !== undefined) return void found.push({ path, mark: place.mark, value });
  if (typeof value !== "object") return;
  const known = value as Readonly<Record<string, unknown>>;
  for (const [key, below] of place.keys) if (Object.hasOwn(known, key)) collect(below, known[key], pathTo(path, key), found);
  if (place.each !== undefined)
    for (const key of Object.keys(known)) if (!place.keys.has(key)) collect(place.each, known[key], pathTo(path, key), found);
}

/** All texts and numbers in a value, as text. Pure. */
export function scalarsIn(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(scalarsIn);
}
