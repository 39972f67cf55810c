import { type Alternative, alternativesOf, type JsonType } from "./alternatives.ts";
import { at, type JsonSchema, type Place, type SchemaObject } from "./json-schema.ts";

/** Whether a text, number, truth value or null is known to be allowed at a place. False where it is not, or cannot be told. */
export function accepts(place: Place, value: unknown): boolean {
  return alternativesOf(place).some(
    (each) => acceptsForm(each, value) && each.rivals.every((rival) => alternativesOf(rival).every((other) => refuses(other, value))),
  );
}

function acceptsForm(form: Alternative, value: unknown): boolean {
  const { type, values, words, patterns, divisors, unseen, unknown } = form;
  if (unknown.length > 0 || unseen.length > 0 || !hasType(value, type)) return false;
  if (values !== undefined && !values.includes(value)) return false;
  if (typeof value === "string") {
    // What a format checks is not known here.
    if (words["format"] !== undefined || words["contentEncoding"] !== undefined) return false;
    const { length } = value;
    return length >= number(words["minLength"], 0) && length <= number(words["maxLength"], length) && patterns.every(matching(value));
  }
  if (typeof value !== "number") return true;
  return (
    value >= number(words["minimum"], value) &&
    value <= number(words["maximum"], value) &&
    value > number(words["exclusiveMinimum"], -Infinity) &&
    value < number(words["exclusiveMaximum"], Infinity) &&
    divisors.every((divisor) => Number.isInteger(divisor) && value % divisor === 0)
  );
}

const matching =
  (value: string) =>
  (pattern: string): boolean => {
    try {
      return new RegExp(pattern).test(value);
    } catch {
      // Written for another dialect or with flags.
      return false;
    }
  };

/** Known to be refused: by its type, or because only others are allowed. */
function refuses({ type, values, unknown }: Alternative, value: unknown): boolean {
  if (unknown.length > 0) return false;
  return values === undefined ? !hasType(value, type) : !values.includes(value);
}

export function hasType(value: unknown, type: JsonType | undefined): boolean {
  if (type === undefined) return true;
  if (type === "null") return value === null;
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

/** Looking for a field that tells two forms apart goes no deeper. */
const deepest = 3;

/** Whether nothing that fits the first place fits the second: what lies in a log holds no field that the first does not name. */
export function disjoint(a: Place, b: Place, depth = 0): boolean {
  const others = alternativesOf(b);
  return alternativesOf(a).every((form) => others.every((other) => disjointForms(form, other, depth)));
}

const numeric = (type: JsonType): boolean => type === "number" || type === "integer";

function disjointForms(a: Alternative, b: Alternative, depth: number): boolean {
  if (a.unknown.length > 0 || b.unknown.length > 0) return false;
  if (a.values !== undefined) return a.values.every((value) => refuses(b, value));
  if (b.values !== undefined) return b.values.every((value) => refuses(a, value));
  if (a.type === undefined || b.type === undefined) return false;
  if (a.type !== b.type) return !(numeric(a.type) && numeric(b.type));
  if (a.type !== "object" || depth >= deepest) return false;
  const [fields, others] = [fieldsOf(a), fieldsOf(b)];
  return [...fields.required, ...others.required].some((name) => {
    const [own, other] = [fields.properties[name], others.properties[name]];
    // What is left out would be filled in, and then fit.
    if (!fields.required.includes(name) && typeof other === "object" && other["default"] !== undefined) return false;
    return own !== undefined && other !== undefined && disjoint(at(a.place, own), at(b.place, other), depth + 1);
  });
}

function fieldsOf({ words }: Alternative): {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
} {
  const { properties = {}, required = [] } = words as SchemaObject & { properties?: Record<string, JsonSchema>; required?: string[] };
  return { properties, required };
}
