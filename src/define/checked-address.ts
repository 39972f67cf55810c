/** A checked address in its one spelling, or what is wrong with it. */
export type CheckedAddress = { readonly address: string } | { readonly problem: string };

/** An address for a sentence about it. */
export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

/** What stands in place of text, for a sentence about it. */
export function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
