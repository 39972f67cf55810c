/** No wait is shorter, since it burns no attempt, and none longer, since a date can be wrong. */
const limits = { least: 1_000, most: 3_600_000 } as const;

/** The wait that a `Retry-After` header names, in milliseconds: seconds, or a date. Undefined where it cannot be read or is past. */
export function retryAfter(header: unknown, now: number): number | undefined {
  const seconds = Number(header ?? Number.NaN) * 1_000;
  return aWait(typeof header === "string" && Number.isNaN(seconds) ? Date.parse(header) - now : seconds);
}

/** A wait within sensible limits; undefined for what is none. */
export function aWait(milliseconds: number): number | undefined {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return undefined;
  return Math.round(Math.min(Math.max(milliseconds, limits.least), limits.most));
}
