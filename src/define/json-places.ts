import * as z from "zod";

/** A part of a JSON Schema without references and choices. */
export interface JsonPlace {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
}
interface SchemaObject extends Omit<JsonPlace, "type"> {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
type Schema = boolean | SchemaObject;

/** What may lie at one place of a payload; `open` where it may be anything. */
export type JsonPlaces = readonly JsonPlace[] | "open";

const mostDepth = 40;

/** What the payload of a topic may be, by its schema. */
export function payloadPlaces(schema: z.ZodType): { readonly places: JsonPlaces; readonly resolve: (schema: Schema) => JsonPlaces } {
  const root = z.toJSONSchema(schema, { io: "output", metadata: z.registry() }) as unknown as Schema & Record<string, unknown>;
  const resolve = resolver(root);
  return { places: resolve(root), resolve };
}

/** What may lie under a key: of an object, or of the objects of a list. Empty where there is no such key. */
export function placesAt(places: JsonPlaces, key: string, resolve: (schema: Schema) => JsonPlaces): JsonPlaces {
  if (places === "open") return "open";
  const found: JsonPlace[] = [];
  for (const place of elements(places, resolve)) {
    if (place === "open") return "open";
    const { properties = {}, additionalProperties } = place;
    const below = Object.hasOwn(properties, key) ? properties[key]! : place.type === "object" ? (additionalProperties ?? true) : false;
    const resolved = resolve(below);
    if (resolved === "open") return "open";
    found.push(...resolved);
  }
  return found;
}

/** Whether there is always something under a key: every object has it, and nothing else can be there, such as a list, which may be empty. */
export function isAlways(places: readonly JsonPlace[], key: string): boolean {
  return places.every(({ type, required = [] }) => type === "object" && required.includes(key));
}

/** A list's elements stand for it, at every depth; what is no list stands for itself. */
export function elements(
  places: readonly JsonPlace[],
  resolve: (schema: Schema) => JsonPlaces,
  seen = new Set<Schema>(),
): readonly (JsonPlace | "open")[] {
  return places.flatMap((place): readonly (JsonPlace | "open")[] => {
    if (place.type !== "array") return [place];
    // A list that may hold itself is looked into once.
    const parts = [...(place.prefixItems ?? []), ...(place.items === undefined ? [] : [place.items])].filter((part) => !seen.has(part));
    for (const part of parts) seen.add(part);
    return parts.flatMap((part) => {
      const resolved = resolve(part);
      return resolved === "open" ? ["open" as const] : elements(resolved, resolve, seen);
    });
  });
}

/** The keys that objects at a place are known to have. */
export function keysAt(places: JsonPlaces, resolve: (schema: Schema) => JsonPlaces): string[] {
  return places === "open"
    ? []
    : elements(places, resolve).flatMap((place) => (place === "open" ? [] : Object.keys(place.properties ?? {})));
}

function resolver(root: Schema & Record<string, unknown>): (schema: Schema) => JsonPlaces {
  const resolve = (schema: Schema, depth: number): JsonPlaces => {
    if (schema === true || depth > mostDepth) return "open";
    if (schema === false) return [];
    if (schema.$ref !== undefined) return resolve(target(root, schema.$ref), depth + 1);
    const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
    if (choices.length > 0) {
      const resolved = choices.map((choice) => resolve(choice, depth + 1));
      return resolved.includes("open") ? "open" : (resolved.flat() as JsonPlace[]);
    }
    if (Array.isArray(schema.type)) return schema.type.map((type: string) => ({ ...schema, type }) as JsonPlace);
    return schema.type === undefined && schema.enum === undefined && !("const" in schema) ? "open" : [schema as JsonPlace];
  };
  return (schema) => resolve(schema, 0);
}

function target(root: Record<string, unknown>, reference: string): Schema {
  if (reference === "#") return root as Schema;
  const steps = reference
    .replace(/^#\//, "")
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return (steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], root) as Schema | undefined) ?? true;
}
