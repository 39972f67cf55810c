import * as z from "zod";
import type { AnyTopic } from "../../define/topic.ts";
import { writeMark } from "../../schema/mark-words.ts";
import { movedReferences } from "../../schema/moved-references.ts";

type Json = Readonly<Record<string, unknown>>;

/** A topic's payload in the document: its schema, and what has to stand among the document's schemas for it. */
export interface DescribedPayload {
  readonly schema: Json;
  readonly schemas: Readonly<Record<string, Json>>;
}

const at = "#/components/schemas/";

/**
 * The schema of what may be published. Its references are places in itself, such as that of a comment whose answers are comments; in a
 * document that holds many schemas they would lead elsewhere, so each part that is referred to stands under a name of its own. Pure.
 */
export function describedPayload({ name, schema: payload }: AnyTopic): DescribedPayload {
  const {
    $schema: _,
    $defs = {},
    ...whole
  } = z.toJSONSchema(payload, { io: "input", override: writeMark }) as Json & { readonly $defs?: Record<string, Json> };
  const [self, part] = [`Payload.${name}`, (key: string): string => `Payload.${name}.${key}`];
  let refersToItself = false;
  const move = (reference: string): string => {
    if (reference.startsWith("#/$defs/")) return `${at}${part(reference.slice("#/$defs/".length))}`;
    refersToItself = true;
    return reference.replace("#", `${at}${self}`);
  };
  const schema = movedReferences<Json>(whole, move);
  const parts = Object.entries($defs).map(([key, definition]) => [part(key), movedReferences(definition, move)] as const);
  return refersToItself
    ? { schema: { $ref: `${at}${self}` }, schemas: Object.fromEntries([[self, schema], ...parts]) }
    : { schema, schemas: Object.fromEntries(parts) };
}
