import { type Duration, milliseconds } from "../base/duration.ts";
import { UsageError } from "./usage-error.ts";

const dated = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * A point in time as it is typed: how long ago (`2h`), or RFC 3339 (a day alone is its beginning in UTC).
 * @returns milliseconds since 1970
 * @throws UsageError naming the option
 */
export function timeArgument(option: string, text: string, now: number): number {
  if (dated.test(text)) {
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return time;
  }
  const ago = lengthOf(text);
  if (ago !== undefined) return now - ago;
  throw new UsageError(
    `${option} takes how long ago, such as 30m, 2h or 3d, or a time such as 2026-11-24T10:00:00Z, not ${JSON.stringify(text)}`,
  );
}

/**
 * A length of time as it is typed, in milliseconds.
 * @throws UsageError naming the option
 */
export function lengthArgument(option: string, text: string): number {
  const length = lengthOf(text);
  if (length !== undefined) return length;
  throw new UsageError(`${option} takes a length of time, such as 30m, 2h or 3d, not ${JSON.stringify(text)}`);
}

/**
 * A whole number as it is typed.
 * @throws UsageError naming the option and its bounds
 */
export function numberArgument(option: string, text: string, { least, most }: { readonly least: number; readonly most: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}

function lengthOf(text: string): number | undefined {
  try {
    // A bare number would be milliseconds for the code, and anything for a person.
    return milliseconds(text as Duration);
  } catch {
    return undefined;
  }
}
