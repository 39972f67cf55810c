import * as z from "zod";
import type { SchemaObject } from "./json-schema.ts";
import { writeMark } from "./mark-words.ts";
import { movedReferences } from "./moved-references.ts";

/**
 * A zod schema in JSON Schema of draft 07, for documents that hold many: each of its parts under a name of its own, and references as
 * places in the document. The first is the whole, under the given name.
 * @param at where the document keeps schemas, such as `#/components/schemas/`
 */
export function draft07Parts(schema: z.ZodType, { io, name, at }: Draft07Options): Readonly<Record<string, SchemaObject>> {
  const json = z.toJSONSchema(schema, { io, target: "draft-7", unrepresentable: "any", override: describe });
  const { $schema: _, definitions = {}, ...whole } = JSON.parse(JSON.stringify(json)) as SchemaObject & { definitions?: SchemaObject };
  const move = (reference: string): string => (reference === "#" ? `${at}${name}` : reference.replace("#/definitions/", `${at}${name}.`));
  const parts = Object.entries(definitions).map(([part, inner]) => [`${name}.${part}`, movedReferences(inner, move)] as const);
  return Object.fromEntries([[name, movedReferences(whole, move)], ...parts]) as Record<string, SchemaObject>;
}

export interface Draft07Options {
  readonly io: "input" | "output";
  readonly name: string;
  readonly at: string;
}

/** Whoever reads an event bears with fields that a later build adds. */
function describe({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const { def } = zodSchema._zod;
  writeMark({ zodSchema, jsonSchema });
  if (def.type === "object" && def.catchall === undefined) delete (jsonSchema as Record<string, unknown>)["additionalProperties"];
}
