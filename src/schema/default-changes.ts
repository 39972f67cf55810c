import { alters, type Change, under } from "./change.ts";
import type { SchemaObject } from "./json-schema.ts";

/** Changes of the defaults in two schemas that say the same apart from them. */
export function defaultChanges(old: unknown, now: unknown): Change[] {
  if (!isSchema(old) || !isSchema(now)) return [];
  return [...ownDefault(old, now), ...Object.keys(old).flatMap((keyword) => below(keyword, old[keyword], now[keyword]))];
}

/** The change of the default of a place itself. */
export function ownDefault(old: SchemaObject, now: SchemaObject): Change[] {
  const [before, after] = [JSON.stringify(old["default"]), JSON.stringify(now["default"])];
  if (before === after) return [];
  if (after === undefined) return [alters(`has no default any more (it was ${before})`)];
  return [alters(before === undefined ? `has the default ${after} now` : `has the default ${after} (it was ${before})`)];
}

function below(keyword: string, old: unknown, now: unknown): Change[] {
  switch (keyword) {
    case "properties":
      if (!isSchema(old) || !isSchema(now)) return [];
      return Object.keys(old).flatMap((name) => under(name, defaultChanges(old[name], now[name])));
    case "items":
      return under("[]", defaultChanges(old, now));
    case "additionalProperties":
      return under("*", defaultChanges(old, now));
    case "prefixItems":
      return each(old, now, (index, changes) => under(`[${index}]`, changes));
    case "anyOf":
    case "oneOf":
    case "allOf":
      return each(old, now, (_, changes) => changes);
    default:
      return [];
  }
}

function each(old: unknown, now: unknown, place: (index: number, changes: Change[]) => Change[]): Change[] {
  if (!Array.isArray(old) || !Array.isArray(now)) return [];
  return old.flatMap((schema, index) => place(index, defaultChanges(schema, now[index])));
}

const isSchema = (value: unknown): value is SchemaObject => typeof value === "object" && value !== null;
