import { createHash } from "node:crypto";
import type { Duration } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import { payloadLimits } from "./payload.ts";
import { type PolicyOptions, policyProblems } from "./policy.ts";
import type { SealedSecrets } from "./sealed.ts";
import { type TimingOptions, timeProblems } from "./timing.ts";

/** What an event's id may look like. */
export const eventIdPattern = /^[\w.:-]{1,128}$/;

/** The longest time an idempotency key is remembered by default: 24 h. */
export const idempotencyWindowMs = 24 * 3_600_000;

/** Of an event that is being replayed: by which replay, and why. It is told to the code that handles the event, and never in the log. */
export interface Replayed {
  readonly id: string;
  /** What the person said who asked for it. */
  readonly reason?: string;
}

interface OnItsWay {
  /** Undefined for an event on its first way. */
  readonly replay?: Replayed;
}

/**
 * One fact. On the wire and in the log it is a CloudEvent 1.0 in JSON, with these extensions (lower case, as CloudEvents asks):
 * `dataversion`, `partitionkey`, `correlationid`, `causationid`, `idempotencykey`, and the option words that a publish may say:
 * `priority`, `retry` (as JSON), `delay`, `deliverat`, `expiresin`.
 */
export interface BusEvent<Type extends string = string, Data = unknown> extends OnItsWay, ReadFromLog {
  readonly specversion: "1.0";
  /** Made once per logical publish: a retry of a publish carries the same id. */
  readonly id: string;
  /** Who published: `/` and the application's name. */
  readonly source: string;
  /** The topic. */
  readonly type: Type;
  /** When it was published, RFC 3339 with milliseconds. */
  readonly time: string;
  readonly datacontenttype: "application/json";
  /** The version of the topic's schema that `data` was written with, from 1. */
  readonly dataversion: number;
  /** Chooses the partition, and says what the event is about. */
  readonly partitionkey?: string;
  /** The id that the whole conversation shares. */
  readonly correlationid?: string;
  /** The id of the event that caused this one. */
  readonly causationid?: string;
  readonly idempotencykey?: string;
  readonly priority?: string;
  /** JSON: an extension of CloudEvents holds no object. */
  readonly retry?: string;
  /** Such as `"90000ms"`, and `expiresin` too. */
  readonly delay?: string;
  readonly deliverat?: string;
  readonly expiresin?: string;
  /** `resend`, `hold`, or the JSON of `{ hold }`. */
  readonly onunknown?: string;
  readonly data: Data;
}

/** What an event of a marked topic has besides, when it was read from the log to be planned: never in the log, and never on the wire. */
interface ReadFromLog {
  /** Its secrets, by what stands for them in `data`. */
  readonly sealed?: SealedSecrets;
  /** Whose personal data it holds, hashed. */
  readonly subjects?: readonly string[];
  /** Why its personal data cannot be read any more. */
  readonly erased?: string;
}

/** Reads what the log kept, many at once: each an event that can be planned, or why it is none. */
export type EventReader = (jsons: readonly string[]) => Promise<readonly (BusEvent | Error)[]>;

/**
 * The event as the log keeps it.
 * @throws BusbarError `EVENT_TOO_LARGE` over 256 KB, counted in bytes
 */
export function encodeEvent(event: BusEvent): string {
  const json = JSON.stringify(event);
  const bytes = Buffer.byteLength(json);
  if (bytes <= payloadLimits.bytes) return json;
  throw new BusbarError(
    "EVENT_TOO_LARGE",
    `${event.type}: the event has ${bytes} bytes, at most ${payloadLimits.bytes} are allowed. Publish a reference to the large part (a URL, a file's id) instead.`,
  );
}

/**
 * The event that the log kept.
 * @throws Error saying what is wrong, when it is no CloudEvent of ours
 */
export function decodeEvent(json: string): BusEvent {
  const event = JSON.parse(json) as Partial<BusEvent> | null;
  for (const field of ["id", "type", "time"] as const) {
    if (typeof event?.[field] !== "string") throw new Error(`the log entry is no CloudEvent: "${field}" is missing`);
  }
  return event as BusEvent;
}

/** The beginning of an event as `encodeEvent` writes it. */
const written = /^\{"specversion":"1\.0","id":"([\w.:-]{1,128})","source":"[^"\\]*","type":"[^"\\]*","time":"([^"\\]*)",/;

/**
 * Which event it is, and when it was published: of one that this program wrote, without reading all of it.
 * @throws Error saying what is wrong, when it is no CloudEvent of ours
 */
export function eventHead(json: string): Pick<BusEvent, "id" | "time"> {
  const [, id, time] = written.exec(json) ?? [];
  return id === undefined || time === undefined ? decodeEvent(json) : { id, time };
}

/** The option words that a publish said, as the event carries them. */
export function eventWords({ priority, retry, delay, deliverAt, expiresIn, onUnknown }: PolicyOptions & TimingOptions): Partial<BusEvent> {
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(retry === undefined ? {} : { retry: JSON.stringify(retry) }),
    ...(delay === undefined ? {} : { delay: durationText(delay) }),
    ...(deliverAt === undefined ? {} : { deliverat: deliverAt }),
    ...(expiresIn === undefined ? {} : { expiresin: durationText(expiresIn) }),
    ...(onUnknown === undefined ? {} : { onunknown: typeof onUnknown === "string" ? onUnknown : JSON.stringify(onUnknown) }),
  };
}

function durationText(value: Duration): string {
  return typeof value === "number" ? `${value}ms` : value;
}

/** Everything wrong with the option words of a publish. */
export function eventWordProblems({ deliverAt, ...words }: PolicyOptions & TimingOptions): string[] {
  const problems = [...policyProblems(words), ...timeProblems("deliverAt", deliverAt)];
  if (words.delay !== undefined && deliverAt !== undefined) problems.push("delay and deliverAt: give one of them");
  return problems;
}

/**
 * The option words that an event carries; undefined for the many that carry none.
 * @throws Error when one of them makes no sense: another program wrote the event
 */
export function wordsOfEvent(event: BusEvent): (PolicyOptions & TimingOptions) | undefined {
  const { priority, retry, delay, deliverat, expiresin, onunknown } = event;
  if ((priority ?? retry ?? delay ?? deliverat ?? expiresin ?? onunknown) === undefined) return undefined;
  const words = {
    ...(priority === undefined ? {} : { priority }),
    ...(retry === undefined ? {} : { retry: JSON.parse(retry) as unknown }),
    ...(delay === undefined ? {} : { delay }),
    ...(deliverat === undefined ? {} : { deliverAt: deliverat }),
    ...(expiresin === undefined ? {} : { expiresIn: expiresin }),
    ...(onunknown === undefined ? {} : { onUnknown: onunknown.startsWith("{") ? (JSON.parse(onunknown) as unknown) : onunknown }),
  } as PolicyOptions & TimingOptions;
  const problems = eventWordProblems(words);
  if (problems.length > 0) throw new Error(`the event's own options cannot be used: ${problems.join("; ")}`);
  return words;
}

/** Tells two bodies of one idempotency key apart: the same payload gives the same fingerprint whatever the order of its keys. */
export function payloadFingerprint(data: unknown): string {
  return createHash("sha256").update(sortedJson(data)).digest("base64url").slice(0, 22);
}

/** The same JSON whatever the order of its keys. */
export function sortedJson(data: unknown): string {
  return JSON.stringify(sorted(data));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
