import * as z from "zod";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A place in the data of a template, as its schema describes it. */
export interface Place {
  /** What the schema allows there, unions taken apart; empty where it says nothing, so that everything may be there. */
  readonly alternatives: readonly JsonSchema[];
  /** The value can be absent or null. */
  readonly optional: boolean;
  readonly root: JsonSchema;
}

/** The whole data of a template. */
export function rootPlace(schema: z.core.$ZodType): Place {
  const root = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });
  return placeOf(root, false, root);
}

/** The same data with more texts in it, where it has none of these names itself. */
export function placeWithTexts(place: Place, names: readonly string[]): Place {
  const texts = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  return {
    ...place,
    alternatives: place.alternatives.map((schema) => {
      const own = schema.properties ?? {};
      const added = names.filter((name) => !Object.hasOwn(own, name));
      return { ...schema, properties: { ...texts, ...own }, required: [...(schema.required ?? []), ...added] };
    }),
  };
}

/** Where nothing is known and everything may be. */
export function anyPlace({ root }: Place): Place {
  return { alternatives: [], optional: false, root };
}

/** A text, number or truth value. */
export function plainPlace({ root }: Place): Place {
  return { alternatives: [{ type: "string" }], optional: false, root };
}

/** The place of a key, or `undefined` where the schema has no such key. */
export function placeOfKey(place: Place, key: string): Place | undefined {
  if (place.alternatives.length === 0) return anyPlace(place);
  const found = place.alternatives.flatMap((schema) => childOf(schema, key));
  if (found.length === 0) return undefined;
  const optional = place.alternatives.some((schema) => childOf(schema, key).every((child) => child.optional));
  return merged(
    found.map(({ schema }) => placeOf(schema, false, place.root)),
    optional,
    place.root,
  );
}

/** The place of the items of a list, or of the values of an object, or `undefined` where there is nothing to go through. */
export function placeOfItems(place: Place): Place | undefined {
  if (place.alternatives.length === 0) return anyPlace(place);
  const items = place.alternatives.flatMap(itemsOf);
  return items.length === 0
    ? undefined
    : merged(
        items.map((schema) => placeOf(schema, false, place.root)),
        false,
        place.root,
      );
}

/** The keys that a place is known to have. */
export function keysOf(place: Place): string[] {
  return [...new Set(place.alternatives.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** Whether the value is an object or a list, which cannot be printed. */
export function isComposite(place: Place): boolean {
  return place.alternatives.some(({ type }) => type === "object" || type === "array");
}

function placeOf(schema: unknown, optional: boolean, root: JsonSchema): Place {
  const alternatives = alternativesOf(schema, root, 0);
  if (alternatives === undefined) return { alternatives: [], optional, root };
  const values = alternatives.filter(({ type }) => type !== "null");
  return {
    alternatives: values.length === 0 ? [{ type: "string" }] : values,
    optional: optional || values.length < alternatives.length,
    root,
  };
}

/** Unions, intersections and references taken apart; `undefined` where anything may be. */
function alternativesOf(schema: unknown, root: JsonSchema, depth: number): JsonSchema[] | undefined {
  if (typeof schema !== "object" || schema === null || depth > 32) return undefined;
  const { $ref, anyOf, oneOf, allOf, type, enum: values, const: value } = schema as JsonSchema;
  if ($ref !== undefined) return alternativesOf(referred($ref, root), root, depth + 1);
  const parts = anyOf ?? oneOf ?? allOf;
  if (parts !== undefined) {
    const all = parts.map((part) => alternativesOf(part, root, depth + 1));
    return all.includes(undefined) ? undefined : all.flatMap((part) => part ?? []);
  }
  if (type === undefined && values === undefined && value === undefined) return undefined;
  return [schema as JsonSchema];
}

function referred(reference: string, root: JsonSchema): unknown {
  if (reference === "#") return root;
  const name = /^#\/\$defs\/(.+)$/.exec(reference)?.[1];
  return name === undefined ? undefined : root.$defs?.[name];
}

function childOf(
  { type, properties, required, additionalProperties, items }: JsonSchema,
  key: string,
): { schema: unknown; optional: boolean }[] {
  if (type === "array") {
    if (key === "length") return [{ schema: { type: "number" }, optional: false }];
    return /^\d+$/.test(key) && items !== undefined ? [{ schema: items, optional: true }] : [];
  }
  if (type !== "object") return [];
  if (properties !== undefined && Object.hasOwn(properties, key))
    return [{ schema: properties[key], optional: required?.includes(key) !== true }];
  return additionalProperties === undefined || additionalProperties === false ? [] : [{ schema: additionalProperties, optional: true }];
}

function itemsOf({ type, items, prefixItems, properties, additionalProperties }: JsonSchema): unknown[] {
  if (type === "array") return [...(prefixItems ?? []), ...(items === undefined ? [] : [items])];
  if (type !== "object") return [];
  const rest = additionalProperties === undefined || additionalProperties === false ? [] : [additionalProperties];
  return [...Object.values(properties ?? {}), ...rest];
}

function merged(places: readonly Place[], optional: boolean, root: JsonSchema): Place {
  const anything = places.some(({ alternatives }) => alternatives.length === 0);
  return {
    alternatives: anything ? [] : places.flatMap(({ alternatives }) => alternatives),
    optional: optional || places.some((place) => place.optional),
    root,
  };
}
