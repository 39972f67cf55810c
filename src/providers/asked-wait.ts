/** No wait is shorter, since it burns no attempt, and none longer, since a date can be wrong. */
const waitLimits = { least: 1_000, most: 3_600_000 } as const;

/**
 * The wait that an answer's `Retry-After` asks for, in milliseconds: whole seconds, or a date (RFC 9110, section 10.2.3).
 * @param others further waits that the answer asks for; the longest counts
 */
export function askedWait(retryAfter: unknown, now: number, others: readonly number[] = []): number | undefined {
  const seconds = Number(retryAfter ?? Number.NaN) * 1_000;
  const until = typeof retryAfter === "string" && Number.isNaN(seconds) ? Date.parse(retryAfter) - now : seconds;
  const waits = [...others, until].filter((wait) => Number.isFinite(wait) && wait >= 0);
  if (waits.length === 0) return undefined;
  return Math.round(Math.min(Math.max(...waits, waitLimits.least), waitLimits.most));
}
