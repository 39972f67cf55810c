import { at, constraintsOf, type JsonSchema, type Place, resolved, type SchemaObject } from "./json-schema.ts";

/** Keywords whose value is a schema, a list of them, or a schema for each name. */
const one: ReadonlySet<string> = new Set(["items", "additionalProperties", "propertyNames", "not", "contains", "if", "then", "else"]);
const list: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const named: ReadonlySet<string> = new Set(["properties", "patternProperties", "dependentSchemas"]);

/** Whether two schemas say the same in the same words, whatever their descriptions, examples and defaults. */
export function sameWords(a: Place, b: Place, assumed: readonly (readonly [JsonSchema, JsonSchema])[] = []): boolean {
  const [left, right] = [resolved(a), resolved(b)];
  // What leads nowhere is compared by its text.
  if (left === undefined || right === undefined) return sameJson(a.schema, b.schema) && sameJson(a.root, b.root);
  if (typeof left.schema !== "object" || typeof right.schema !== "object") return left.schema === right.schema;
  const [first, second] = [left.schema, right.schema];
  if (assumed.some(([one_, other]) => one_ === first && other === second)) return true;
  const keywords = constraintsOf(first);
  if (keywords.length !== constraintsOf(second).length) return false;
  const within = [...assumed, [first, second] as const];
  const same = (x: unknown, y: unknown): boolean => sameWords(at(left, x as JsonSchema), at(right, y as JsonSchema), within);
  return keywords.every((keyword) => {
    if (!Object.hasOwn(second, keyword)) return false;
    const [x, y] = [first[keyword], second[keyword]];
    if (one.has(keyword)) return same(x, y);
    if (list.has(keyword)) return sameList(x as readonly unknown[], y as readonly unknown[], same);
    if (named.has(keyword)) return sameNamed(x as SchemaObject, y as SchemaObject, same);
    if (keyword === "required") return sameJson([...(x as string[])].toSorted(), [...(y as string[])].toSorted());
    return sameJson(x, y);
  });
}

type Same = (x: unknown, y: unknown) => boolean;

function sameList(x: readonly unknown[], y: readonly unknown[], same: Same): boolean {
  return x.length === y.length && x.every((value, index) => same(value, y[index]));
}

function sameNamed(x: SchemaObject, y: SchemaObject, same: Same): boolean {
  const names = Object.keys(x);
  return names.length === Object.keys(y).length && names.every((name) => Object.hasOwn(y, name) && same(x[name], y[name]));
}

function sameJson(x: unknown, y: unknown): boolean {
  return JSON.stringify(x) === JSON.stringify(y);
}
