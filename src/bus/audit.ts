import type { PageRequest } from "../base/cursor.ts";

/**
 * What a person did. `show-pii`: personal data was seen in the clear; `erase`: a subject was erased; the others are the operators' verbs:
 * the noun is what the verb was done to.
 */
export const auditVerbs = [
  "show-pii",
  "erase",
  "dead-letters.redrive",
  "dead-letters.edit",
  "dead-letters.discard",
  "dead-letters.rebuild",
  "delivery.cancel",
  "channel.pause",
  "channel.resume",
  "channel.set",
  "channel.reset",
  "channel.clean",
  "subscriber.pause",
  "subscriber.resume",
  "subscriber.drain",
  "subscriber.seek",
  "subscriber.remove",
  "replay.start",
  "replay.pause",
  "replay.resume",
  "replay.cancel",
  "schedule.run",
  "schedule.pause",
  "schedule.resume",
  "suppression.add",
  "suppression.release",
  "key.create",
  "key.rotate",
  "key.revoke",
  "test-message",
] as const;

export type AuditVerb = (typeof auditVerbs)[number];

/** Something that a person did that others may ask about later. */
export interface AuditEntry {
  /** RFC 3339, by Redis' clock. */
  readonly at: string;
  /** Who: a person, or the name of an API key. */
  readonly by: string;
  readonly what: AuditVerb;
  /** Of what: the question that was asked, in words. It says nothing personal. */
  readonly of: string;
  readonly reason?: string;
}

/** Which entries are meant; all where nothing is said. */
export interface AuditSelection extends PageRequest {
  /** Only what this person, or the API key of this name, did. */
  readonly by?: string | undefined;
  /** A verb (`channel.pause`), or a noun (`channel`) for all that was done to such. */
  readonly what?: string | undefined;
  /** Only entries whose `of` contains this text, in upper or lower case. */
  readonly of?: string | undefined;
  /** From then until then, milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** The `cursor` of the next page; a page may hold fewer entries than were asked for, and still have a next one. Absent on the last. */
  readonly next?: string;
}

/** Who did what, when. It is only ever added to. */
export interface Audit {
  record(entry: Omit<AuditEntry, "at">): Promise<void>;
  /** @throws BusbarError `INVALID_CURSOR` */
  page(selection?: AuditSelection): Promise<AuditPage>;
}

/** Whether a text is a verb of the record, or the noun of some. */
export function isAuditWord(text: string): boolean {
  return auditVerbs.some((verb) => meansVerb(text, verb));
}

/** Whether a verb, or a noun, means this verb. */
export function meansVerb(word: string, verb: string): boolean {
  return verb === word || verb.startsWith(`${word}.`);
}
