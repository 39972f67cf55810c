import { keyedHash } from "../base/ids.ts";
import type { MessageFields } from "../channels/channel.ts";

/**
 * What is kept of a message that was sent, so that it can be compared with what today's code would send:
 * - `text`: its fields, of a long one the beginning, and what tells it from others;
 * - `digests`: of each field only what tells it from others;
 * - `false`: nothing.
 */
export type KeepSent = "text" | "digests" | false;

export interface SentRecord {
  readonly to: string;
  /** By the names of the message's fields. */
  readonly fields: Readonly<Record<string, SentField>>;
}

/** A field as a whole; or what tells it from others, and as much of it as is kept. */
export type SentField = string | { readonly digest: string; readonly start: string };

/** Longer fields are kept in part, characters; a page of HTML is not for reading, so nothing of it is. */
const longestWhole = 1_000;
const markup: ReadonlySet<string> = new Set(["html"]);

export interface SentOptions {
  readonly keep: KeepSent;
  /** Whoever lacks it cannot try texts until one has the digest. */
  readonly secret: string;
}

/** As the ledger keeps it; undefined: nothing is kept. Pure. */
export function sentRecordOf(to: string, fields: MessageFields, { keep, secret }: SentOptions): SentRecord | undefined {
  if (keep === false) return undefined;
  const kept = Object.entries(fields).map(([name, value]): [string, SentField] => {
    const readable = keep === "text" && !markup.has(name);
    if (readable && value.length <= longestWhole) return [name, value];
    return [name, { digest: keyedHash(secret, value), start: readable ? value.slice(0, longestWhole) : "" }];
  });
  return { to, fields: Object.fromEntries(kept) };
}

/** A field that differs; `before` and `after` are absent where there was no such field. */
export interface FieldChange {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/** What of a message is not as it was sent. Pure. */
export function fieldChanges({ fields: then }: SentRecord, now: MessageFields, secret: string): FieldChange[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])].flatMap((field) => {
    const [before, after] = [then[field], now[field]];
    const same = after !== undefined && (typeof before === "object" ? before.digest === keyedHash(secret, after) : before === after);
    if (same) return [];
    return [{ field, ...(before === undefined ? {} : { before: shownField(before) }), ...(after === undefined ? {} : { after }) }];
  });
}

/** As much of a field as was kept. */
export function shownField(field: SentField): string {
  if (typeof field === "string") return field;
  return field.start === "" ? "(not kept)" : `${field.start} …`;
}

/** As it is kept: `[to, { field: text or [digest, beginning] }]`. */
type ShortSent = readonly [to: string, fields: Readonly<Record<string, string | readonly [digest: string, start: string]>>];

/** The JSON of a record. */
export function sentText({ to, fields }: SentRecord): string {
  const short = Object.entries(fields).map(([name, field]) => [name, typeof field === "string" ? field : [field.digest, field.start]]);
  return JSON.stringify([to, Object.fromEntries(short)]);
}

/** @throws Error where it is none */
export function parseSent(text: string): SentRecord {
  const [to, short] = JSON.parse(text) as ShortSent;
  const fields = Object.entries(short).map(([name, field]): [string, SentField] => [
    name,
    typeof field === "string" ? field : { digest: field[0], start: field[1] },
  ]);
  return { to, fields: Object.fromEntries(fields) };
}
