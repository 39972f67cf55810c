import type * as z from "zod";
import { markOf } from "../define/marks.ts";
import type { SchemaObject } from "./json-schema.ts";

/**
 * What `pii()` and `secret()` say of a place, as words of its JSON Schema that no payload fails for:
 *
 * | keyword | what |
 * |---|---|
 * | `x-busbar-pii` | `true`: it is about a person |
 * | `x-busbar-subject` | whose data it is, and kept under a key of: the path in the payload, or `(a function)` |
 * | `x-busbar-secret` | `true`: it opens something, and is encrypted |
 */
export const markWords = { pii: "x-busbar-pii", subject: "x-busbar-subject", secret: "x-busbar-secret" } as const;

interface Written {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** Writes a schema's mark beside its other words: an `override` of `z.toJSONSchema`. */
export function writeMark({ zodSchema, jsonSchema }: Written): void {
  const mark = markOf(zodSchema);
  if (mark === undefined) return;
  const words = jsonSchema as Record<string, unknown>;
  if (mark.kind === "secret") words[markWords.secret] = true;
  else words[markWords.pii] = true;
  if (mark.kind === "pii" && mark.subject !== undefined)
    words[markWords.subject] = typeof mark.subject === "string" ? mark.subject : "(a function)";
}

/** The same for people; empty where nothing is marked. Pure. */
export function markNotes(words: SchemaObject): string[] {
  if (words[markWords.secret] === true) return ["secret"];
  if (words[markWords.pii] !== true) return [];
  const subject = words[markWords.subject];
  if (subject === undefined) return ["personal"];
  return [`personal, sealed with a key of ${subject === "(a function)" ? "its subject" : `\`${String(subject)}\``}`];
}
