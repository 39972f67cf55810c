import { BusbarError } from "../../base/errors.ts";
import { type Kind, type LetterRange, type ReasonClass, reasonClasses } from "../../queues/dead-letter-index.ts";
import { namedQueueName, queueNames } from "../named-queues.ts";

/** Which dead letters are meant. What is left out may be anything. */
export interface DeadLetterFilter {
  /** A channel, `routing`, `audiences` or `callbacks`. */
  readonly queue?: string | undefined;
  /** By its name, or its oldest one. */
  readonly subscriber?: string | undefined;
  readonly topic?: string | undefined;
  readonly reasonClass?: ReasonClass | undefined;
  /** Of a group: what is the same in errors of one cause, hashed. */
  readonly fingerprint?: string | undefined;
  /** Those whose last try ended then or later: RFC 3339, or milliseconds since 1970. */
  readonly from?: string | number | undefined;
  /** Then or before. */
  readonly to?: string | number | undefined;
  /** An address; upper and lower case are the same. */
  readonly recipient?: string | undefined;
}

/** A filter with nothing left open. */
export interface LetterChoice {
  readonly queues: readonly string[];
  readonly range: LetterRange;
  readonly recipient: string | undefined;
  /** Undefined: letters of all kinds. */
  readonly isMeant: ((kind: Kind) => boolean) | undefined;
}

const names = ["queue", "subscriber", "topic", "reasonClass", "fingerprint", "from", "to", "recipient"] as const;

/** The part of something that is a filter. Pure. */
export function filterIn(given: DeadLetterFilter): DeadLetterFilter {
  return Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

/** What a filter says, always in the same order: a page goes on in the list that it is of. Pure. */
export function selectionOf(filter: DeadLetterFilter): readonly unknown[] {
  return names.map((name) => filter[name]);
}

/** Nothing died before this, milliseconds since 1970: such a `from` is 0, or in seconds. */
const beforeAll = 1e12;

/**
 * True where a filter leaves nothing out: it says nothing, or only times between which all dead letters lie. What is no time says something. Pure.
 * @param now milliseconds since 1970
 */
export function meansAll({ from, to, ...others }: DeadLetterFilter, now: number): boolean {
  return (
    names.every((name) => name === "from" || name === "to" || others[name] === undefined) &&
    (from === undefined || timeOf(from) < beforeAll) &&
    (to === undefined || timeOf(to) >= now)
  );
}

/** Milliseconds since 1970; NaN where it is no time. */
function timeOf(given: string | number): number {
  if (typeof given === "number") return given;
  return /^\d{10,16}$/.test(given) ? Number(given) : Date.parse(given);
}

/**
 * Checks a filter. Pure.
 * @param identityOf the oldest name of a subscriber
 * @throws BusbarError `UNKNOWN_QUEUE`, or `INVALID_DEAD_LETTERS` with everything that is wrong
 */
export function letterChoice(filter: DeadLetterFilter, identityOf: (name: string) => string = (name) => name): LetterChoice {
  const { queue, subscriber, topic, reasonClass, fingerprint, recipient } = filter;
  const problems: string[] = [];
  const time = (name: "from" | "to", otherwise: number): number => {
    const given = filter[name];
    const parsed = given === undefined ? otherwise : timeOf(given);
    if (!Number.isFinite(parsed)) problems.push(`${name}: ${JSON.stringify(given)} is no time such as 2026-11-21T09:00:00Z`);
    return parsed;
  };
  const range = { from: time("from", 0), to: time("to", Number.MAX_SAFE_INTEGER) };
  if (range.from > range.to) problems.push("from is later than to: nothing lies between them");
  if (reasonClass !== undefined && !reasonClasses.includes(reasonClass))
    problems.push(`reasonClass: ${JSON.stringify(reasonClass)} is none of ${reasonClasses.join(", ")}`);
  for (const name of ["subscriber", "topic", "fingerprint", "recipient"] as const)
    if (filter[name] === "") problems.push(`${name}: is empty; leave it out for any`);
  if (problems.length > 0) throw new BusbarError("INVALID_DEAD_LETTERS", "The filter of dead letters cannot be used:", { problems });
  const wanted = { subscriber: subscriber && identityOf(subscriber), topic, reasonClass, fingerprint };
  const asked = Object.entries(wanted).filter(([, value]) => value !== undefined) as [keyof typeof wanted, string][];
  return {
    queues: queue === undefined ? queueNames : [namedQueueName(queue)],
    range,
    recipient,
    isMeant: asked.length === 0 ? undefined : (kind) => asked.every(([name, value]) => kind[name] === value),
  };
}

/** A filter in words, for the audit record: it names nobody. Pure. */
export function filterText(filter: DeadLetterFilter): string {
  const parts = names.flatMap((name) => {
    const value = filter[name];
    if (value === undefined) return [];
    return [name === "recipient" ? "one recipient" : `${name} ${typeof value === "number" ? new Date(value).toISOString() : value}`];
  });
  return parts.length === 0 ? "all dead letters" : `dead letters of ${parts.join(", ")}`;
}
