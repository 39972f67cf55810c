import type { Scalar } from "./parsed-pattern.ts";

const slots = 8_192;
const mask = slots - 1;

/** The values of a list that were met, each where its hash says; one takes the place of another. */
const met: unknown[] = Array.from({ length: slots }, () => undefined);

/**
 * Whether a value was not met before, as far as is remembered: 256 KB hold a hundred thousand values of which most are equal, or fewer that differ.
 */
export function isNew(value: Scalar): boolean {
  const slot = slotOf(value) & mask;
  if (met[slot] === value) return false;
  met[slot] = value;
  return true;
}

/** To be called when a list is at its end, so that no payload is kept. */
export function forget(): void {
  met.fill(undefined);
}

function slotOf(value: Scalar): number {
  if (typeof value === "number") return Number.isInteger(value) ? value : value * 4_093;
  if (typeof value !== "string") return value === true ? 1 : 2;
  const { length } = value;
  if (length === 0) return 3;
  return length + 29 * value.charCodeAt(0) + 61 * value.charCodeAt(length >> 1) + 307 * value.charCodeAt(length - 1);
}
