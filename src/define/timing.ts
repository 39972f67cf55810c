import { milliseconds } from "../base/duration.ts";
import { nearest, type PolicyOptions } from "./policy.ts";

/** When a delivery may be sent; milliseconds since 1970. Undefined: at once, and for ever. */
export interface Timing {
  readonly notBefore?: number;
  readonly expiresAt?: number;
}

/** The words of one level that say when. */
export interface TimingOptions extends Pick<PolicyOptions, "delay" | "expiresIn"> {
  /** Not before this time, RFC 3339. In place of `delay`, at the same level. */
  readonly deliverAt?: string | undefined;
}

/**
 * When a delivery may be sent. Pure: it is told the event's time and asks no clock. `delay` counts from the event; `expiresIn`
 * from when the delivery is due, so that a delayed one has its whole time too.
 * @param eventTime RFC 3339
 * @param levels the farthest first; the nearest that names `delay` or `deliverAt` says when, whatever farther ones say
 * @throws Error when `deliverAt` is no time, saying so
 */
export function resolveTiming(eventTime: string, levels: readonly (TimingOptions | undefined)[]): Timing {
  const due = levels.findLast((level) => level?.delay !== undefined || level?.deliverAt !== undefined);
  const expiresIn = nearest("expiresIn", levels);
  if (due === undefined && expiresIn === undefined) return {};
  const happened = Date.parse(eventTime);
  const notBefore = due && (due.deliverAt === undefined ? happened + milliseconds(due.delay!, "delay") : timeOf(due.deliverAt));
  return {
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(expiresIn === undefined ? {} : { expiresAt: Math.max(happened, notBefore ?? 0) + milliseconds(expiresIn, "expiresIn") }),
  };
}

/** Everything wrong with a time that somebody gave as text. */
export function timeProblems(name: string, value: unknown): string[] {
  if (value === undefined || (typeof value === "string" && rfc3339.test(value) && !Number.isNaN(Date.parse(value)))) return [];
  if (value instanceof Date) return [`${name}: a Date is no text: give its toISOString()`];
  return [`${name}: ${JSON.stringify(value)} is no time such as "2026-01-31T09:30:00Z" or "2026-01-31T15:00:00+05:30"`];
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function timeOf(text: string): number {
  const [problem] = timeProblems("deliverAt", text);
  if (problem !== undefined) throw new Error(problem);
  return Date.parse(text);
}
