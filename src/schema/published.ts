import * as z from "zod";
import type { AnyTopic } from "../define/topic.ts";
import { type JsonSchema, marks, type SchemaObject } from "./json-schema.ts";
import { writeMark } from "./mark-words.ts";
import { rewritesOf, unseenOf } from "./unseen.ts";

/** What is said to the world of one version of a topic. */
export interface PublishedVersion {
  /** From 1. */
  readonly version: number;
  /**
   * What lies in the log, and what readers are given: the schema's output. Events of the current version are not parsed again when they
   * are read, so it is this that a new schema is measured against: a field with a default is always there.
   */
  readonly event: SchemaObject;
  /** What a publisher may send, the schema's input; absent where it is the same: where nothing has a default. */
  readonly publish?: SchemaObject;
}

/** All versions of a topic, from 1. */
export function publishedVersions(topic: AnyTopic): PublishedVersion[] {
  return [...topic.history, topic.schema as z.ZodType].map((schema, index) => publishedVersion(schema, index + 1));
}

export function publishedVersion(schema: z.ZodType, version: number): PublishedVersion {
  const [event, publish] = [publishedSchema(schema, "output"), publishedSchema(schema, "input")];
  return { version, event, ...(JSON.stringify(event) === JSON.stringify(publish) ? {} : { publish }) };
}

/**
 * A zod schema as JSON Schema, with what that does not show in the words of {@link marks}. An object that drops what it does not name has no
 * `additionalProperties`: whoever reads an event has to bear with fields that are new.
 */
export function publishedSchema(schema: z.ZodType, io: "input" | "output"): SchemaObject {
  const json = z.toJSONSchema(schema, { io, unrepresentable: io === "input" ? "any" : "throw", override: describe });
  // As it will be read back from a file.
  return JSON.parse(JSON.stringify(json)) as SchemaObject;
}

function describe({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const words = jsonSchema as Record<string, unknown>;
  const { def } = zodSchema._zod;
  writeMark({ zodSchema, jsonSchema });
  if (def.type === "object") {
    if (def.catchall === undefined) delete words["additionalProperties"];
    else if (isEmpty(words["additionalProperties"])) words[marks.unknownKeys] = "kept";
  }
  if (def.type === "prefault") words["default"] ??= def.defaultValue;
  if ((def.type === "default" || def.type === "prefault") && isMadeAnew(def)) delete words["default"];
  // It is taken as it is, and may be what the schema itself does not allow.
  if (def.type === "default" && !fits(def.innerType, def.defaultValue)) words[marks.rewrites] = ["a default that does not fit"];
  const [unseen, rewrites] = [unseenOf(zodSchema), rewritesOf(zodSchema)];
  if (unseen.length > 0) words[marks.unseen] = unseen;
  if (rewrites.length > 0) words[marks.rewrites] = rewrites;
}

function isEmpty(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && Object.keys(schema as JsonSchema & object).length === 0;
}

function fits(schema: z.core.$ZodType, value: unknown): boolean {
  try {
    const parsed = z.safeParse(schema, value);
    // Nor is anything filled into it.
    return parsed.success && JSON.stringify(parsed.data) === JSON.stringify(value);
  } catch {
    // Zod throws where two halves of an intersection cannot be put together.
    return false;
  }
}

/** A default such as the time of day or a new id has no one value. */
function isMadeAnew(def: { readonly defaultValue: unknown }): boolean {
  const [once, again] = [def.defaultValue, def.defaultValue];
  if (JSON.stringify(once) !== JSON.stringify(again)) return true;
  const time = typeof once === "number" ? once : typeof once === "string" ? Date.parse(once) : Number.NaN;
  return Math.abs(time - Date.now()) < 5_000;
}
