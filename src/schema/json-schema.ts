/** A JSON Schema of draft 2020-12, as far as zod writes one. */
export type JsonSchema = boolean | SchemaObject;
export type SchemaObject = Readonly<Record<string, unknown>>;

/** A schema in its document: a `$ref` in it is looked up there. */
export interface Place {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

/**
 * What a JSON Schema does not say of a payload is written beside it:
 *
 * | keyword | what |
 * |---|---|
 * | `x-busbar-unseen` | checks that JSON Schema has no words for, a short text each: refinements, a pattern's flags, hosts of a URL |
 * | `x-busbar-rewrites` | what changes a value while it is checked (`.catch`, `.pipe`, coercion, `.trim()` after other checks): such a place can only be compared as a whole |
 * | `x-busbar-unknown-keys` | `kept`: fields that the schema does not name stay in the payload. Without it and without `additionalProperties` they are dropped |
 */
export const marks = { unseen: "x-busbar-unseen", rewrites: "x-busbar-rewrites", unknownKeys: "x-busbar-unknown-keys" } as const;

const ownMarks: ReadonlySet<string> = new Set(Object.values(marks));
const words = ["$schema", "$id", "$comment", "$defs", "definitions", "id", "title", "description", "default", "examples", "deprecated"];
const annotations: ReadonlySet<string> = new Set([...words, "readOnly", "writeOnly"]);

/** A keyword that no payload fails for. Those that begin with `x-` are nobody's but their author's. */
export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || (keyword.startsWith("x-") && !ownMarks.has(keyword));
}

/** The keywords that a payload may fail for. */
export function constraintsOf(schema: SchemaObject): string[] {
  return Object.keys(schema).filter((keyword) => !isAnnotation(keyword));
}

export const at = ({ root }: Place, schema: JsonSchema): Place => ({ schema, root });

/** The place that a chain of `$ref` leads to; undefined where it leads nowhere, or words stand beside it that narrow it. */
export function resolved(place: Place): Place | undefined {
  let { schema } = place;
  for (let steps = 0; steps < 100; steps++) {
    if (typeof schema === "boolean" || schema["$ref"] === undefined) return at(place, schema);
    if (constraintsOf(schema).length > 1) return undefined;
    const found = lookUp(place.root, schema["$ref"]);
    if (found === undefined) return undefined;
    schema = found;
  }
  return undefined;
}

function lookUp(root: JsonSchema, reference: unknown): JsonSchema | undefined {
  if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
  let found: unknown = root;
  for (const step of reference.split("/").slice(1))
    found = (found as SchemaObject | undefined)?.[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")];
  return typeof found === "boolean" || (typeof found === "object" && found !== null) ? (found as JsonSchema) : undefined;
}
