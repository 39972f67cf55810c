/**
 * The units that some texts have, numbered from 1 on; all others are 0. Two looks find the number of a unit: its upper half has a page of numbers for its lower half, and units of which none
 * is in a text share the first page. No hash, since units could be chosen for one.
 */
export interface UnitClasses {
  readonly pages: Uint16Array;
  readonly classes: Uint16Array;
}

/** With how many numbers there are, 0 among them. */
export function unitClasses(texts: readonly string[]): UnitClasses & { readonly count: number } {
  const units = new Set<number>();
  for (const text of texts) for (let at = 0; at < text.length; at++) units.add(text.charCodeAt(at));
  return numbered([...units]);
}

/** Units, each once, numbered in their order. */
export function numbered(units: readonly number[]): UnitClasses & { readonly count: number } {
  const halves = [...new Set(units.map((unit) => unit >> 8))];
  const pages = new Uint16Array(256);
  for (const [index, half] of halves.entries()) pages[half] = index + 1;
  const classes = new Uint16Array((halves.length + 1) * 256);
  for (const [index, unit] of units.entries()) classes[(pages[unit >> 8]! << 8) | (unit & 255)] = index + 1;
  return { pages, classes, count: units.length + 1 };
}

export function classOf({ pages, classes }: UnitClasses, unit: number): number {
  return classes[(pages[unit >> 8]! << 8) | (unit & 255)]!;
}
