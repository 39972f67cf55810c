import { at, constraintsOf, type JsonSchema, marks, type Place, resolved, type SchemaObject } from "./json-schema.ts";

export type JsonType = "string" | "number" | "integer" | "boolean" | "null" | "object" | "array";

/** One of the forms that a payload may have at a place: what is left when unions, references and lists of types are taken apart. */
export interface Alternative {
  readonly place: Place;
  /** The schema's words; of an allOf of patterns or divisors, all of them. */
  readonly words: SchemaObject;
  /** Undefined: any. */
  readonly type: JsonType | undefined;
  /** Of `const` and `enum`; undefined: not limited to some. */
  readonly values: readonly unknown[] | undefined;
  /** All of them must match. */
  readonly patterns: readonly string[];
  readonly divisors: readonly number[];
  /** See {@link marks}. */
  readonly unseen: readonly string[];
  /** Keywords that are not understood; such a form can only be compared as a whole. */
  readonly unknown: readonly string[];
  /** The other branches of each `oneOf` around it: what fits one of them too is refused. */
  readonly rivals: readonly Place[];
}

const known: ReadonlySet<string> = new Set(
  `type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format contentEncoding contentMediaType
  properties required additionalProperties propertyNames items prefixItems minItems maxItems ${marks.unseen} ${marks.unknownKeys}`.split(
    /\s+/,
  ),
);
const scalars: ReadonlySet<string> = new Set(["pattern", "multipleOf"]);

/** All forms that are allowed at a place; none: nothing is. */
export function alternativesOf(place: Place, rivals: readonly Place[] = []): Alternative[] {
  const found = resolved(place);
  if (found === undefined) return [opaque(place, ["$ref"], rivals)];
  const { schema } = found;
  if (schema === false) return [];
  if (schema === true) return [formOf(found, {}, rivals)];
  const constraints = constraintsOf(schema);
  const union = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined;
  if (union !== undefined) {
    if (constraints.length > 1) return [opaque(found, constraints, rivals)];
    const branches = union.map((branch) => at(found, branch));
    const exclusive = schema["oneOf"] !== undefined;
    return branches.flatMap((branch) =>
      alternativesOf(branch, exclusive ? [...rivals, ...branches.filter((other) => other !== branch)] : rivals),
    );
  }
  if ("not" in schema) return constraints.length === 1 && isEmpty(schema["not"]) ? [] : [opaque(found, ["not"], rivals)];
  const merged = withAllOf(schema);
  if (merged === undefined) return [opaque(found, ["allOf"], rivals)];
  const unknown = constraintsOf(merged.words).filter((keyword) => !known.has(keyword));
  if (unknown.length > 0) return [opaque(found, unknown, rivals)];
  const types = [merged.words["type"]].flat() as (JsonType | undefined)[];
  return types.map((type) => formOf(found, { ...merged, type }, rivals));
}

interface Parts {
  readonly words?: SchemaObject;
  readonly type?: JsonType | undefined;
  readonly patterns?: readonly string[];
  readonly divisors?: readonly number[];
}

function formOf(place: Place, { words = {}, type, patterns = [], divisors = [] }: Parts, rivals: readonly Place[]): Alternative {
  const values = "const" in words ? [words["const"]] : (words["enum"] as readonly unknown[] | undefined);
  const unseen = (words[marks.unseen] as readonly string[] | undefined) ?? [];
  const flagged = patterns.map((pattern) => {
    const flags = unseen.find((text) => text.startsWith("flags ") && text.endsWith(` of ${pattern}`))?.split(" ")[1];
    return flags === undefined ? pattern : `/${pattern}/${flags}`;
  });
  return { place, words, type, values, patterns: flagged, divisors, unseen, unknown: [], rivals };
}

function opaque(place: Place, unknown: readonly string[], rivals: readonly Place[]): Alternative {
  return { ...formOf(place, {}, rivals), unknown };
}

/** The schema with its allOf taken in, as far as that holds patterns and divisors alone; undefined where it holds more. */
function withAllOf(schema: SchemaObject): Required<Pick<Parts, "words" | "patterns" | "divisors">> | undefined {
  const { allOf = [], ...words } = schema as SchemaObject & { readonly allOf?: readonly JsonSchema[] };
  const parts = [words, ...allOf];
  const simple = allOf.every((part) => typeof part === "object" && constraintsOf(part).every((keyword) => scalars.has(keyword)));
  if (!simple) return undefined;
  const all = <Value>(keyword: string): Value[] => [
    ...new Set(parts.flatMap((part) => (part as SchemaObject)[keyword] as Value | undefined).filter((value) => value !== undefined)),
  ];
  return { words, patterns: all<string>("pattern"), divisors: all<number>("multipleOf") };
}

function isEmpty(schema: unknown): boolean {
  return schema === true || (typeof schema === "object" && schema !== null && constraintsOf(schema as SchemaObject).length === 0);
}

/** Everything fits it, its rivals aside. */
export function isAny({ words, unknown }: Alternative): boolean {
  return constraintsOf(words).length === 0 && unknown.length === 0;
}

/** Whether everything fits a place. */
export function isAnything(place: Place): boolean {
  return alternativesOf(place).some((form) => isAny(form) && form.rivals.length === 0);
}

/** What it is, for people: `a string`, `one of "cod", "prepaid"`. */
export function formText({ type, values, unknown, words }: Alternative): string {
  if (values !== undefined) return values.length === 1 ? JSON.stringify(values[0]) : `one of ${valuesText(values)}`;
  if (unknown.length > 0) return "what cannot be judged";
  if (type === undefined) return "anything";
  if (type === "null") return "null";
  const tag = type === "object" ? tagOf(words) : undefined;
  if (tag !== undefined) return `an object whose ${tag.name} is ${JSON.stringify(tag.value)}`;
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

/** The field whose one value tells an object from others. */
function tagOf({ properties = {} }: { readonly properties?: unknown }): { readonly name: string; readonly value: unknown } | undefined {
  const found = Object.entries(properties as Readonly<Record<string, SchemaObject>>).find(
    ([, schema]) => typeof schema === "object" && "const" in schema,
  );
  return found && { name: found[0], value: found[1]["const"] };
}

const mostValues = 8;

/** At most eight of them. */
export function valuesText(values: readonly unknown[]): string {
  const shown = values.slice(0, mostValues).map((value) => JSON.stringify(value));
  return [...shown, ...(values.length > mostValues ? [`${values.length - mostValues} more`] : [])].join(", ");
}
