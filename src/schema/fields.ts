import { type Alternative, alternativesOf, formText } from "./alternatives.ts";
import { markNotes } from "./mark-words.ts";
import { at, type JsonSchema, marks, type Place, type SchemaObject } from "./json-schema.ts";

/** One field of a payload, for people. */
export interface FieldRow {
  /** `customer.email`, `items[].sku`. */
  readonly path: string;
  readonly type: string;
  readonly presence: "always" | "may be absent";
  /** What else holds of it, in a few words. */
  readonly notes: readonly string[];
}

/** What holds itself is told down to this depth. */
const deepest = 6;

/** The fields of a payload, each before what is in it. Pure. */
export function fieldRows(schema: JsonSchema): FieldRow[] {
  return below({ schema, root: schema }, "", 0);
}

function below(place: Place, path: string, depth: number): FieldRow[] {
  if (depth > deepest) return [];
  return alternativesOf(place).flatMap(({ place: own, type, words }) => {
    if (type === "array") {
      const first = ((words["prefixItems"] as readonly JsonSchema[] | undefined) ?? []).flatMap((item, index) =>
        below(at(own, item), `${path}[${index}]`, depth + 1),
      );
      const items = words["items"] as JsonSchema | undefined;
      return [...first, ...(typeof items === "object" ? below(at(own, items), `${path}[]`, depth + 1) : [])];
    }
    if (type !== "object") return [];
    const { properties = {}, required = [], additionalProperties: others } = words as ObjectWords;
    const step = path === "" ? "" : `${path}.`;
    const named = Object.entries(properties).flatMap(([name, field]) =>
      rowsOf(at(own, field), { path: `${step}${name}`, always: required.includes(name), depth }),
    );
    const rest =
      typeof others === "object" && Object.keys(others).length > 0
        ? rowsOf(at(own, others), { path: `${step}*`, always: false, depth })
        : [];
    return [...named, ...rest];
  });
}

interface ObjectWords {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
}

function rowsOf(
  place: Place,
  { path, always, depth }: { readonly path: string; readonly always: boolean; readonly depth: number },
): FieldRow[] {
  const forms = alternativesOf(place);
  const own = typeof place.schema === "object" ? place.schema : {};
  const row: FieldRow = {
    path,
    type: [...new Set(forms.map(formText))].join(" or ") || "nothing",
    presence: always ? "always" : "may be absent",
    notes: [...new Set([own, ...forms.map(({ words }) => words)].flatMap(markNotes)), ...forms.flatMap(notesOf), ...textsOf(own)],
  };
  return [row, ...below(place, path, depth + 1)];
}

function textsOf({ description, default: preset }: SchemaObject): string[] {
  return [
    ...(preset === undefined ? [] : [`default ${JSON.stringify(preset)}`]),
    ...(typeof description === "string" ? [description] : []),
  ];
}

const isSafe = (bound: number | undefined): boolean => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

function notesOf({ type, words, patterns, divisors, unseen }: Alternative): string[] {
  const number = (keyword: string): number | undefined => words[keyword] as number | undefined;
  const notes: string[] = [];
  if (type === "number" || type === "integer") {
    if (isSafe(number("minimum"))) notes.push(`≥ ${number("minimum")}`);
    if (isSafe(number("exclusiveMinimum"))) notes.push(`> ${number("exclusiveMinimum")}`);
    if (isSafe(number("maximum"))) notes.push(`≤ ${number("maximum")}`);
    if (isSafe(number("exclusiveMaximum"))) notes.push(`< ${number("exclusiveMaximum")}`);
    notes.push(...divisors.map((divisor) => `a multiple of ${divisor}`));
  }
  const [least, most] = [number("minLength") ?? number("minItems"), number("maxLength") ?? number("maxItems")];
  if (least !== undefined && least > 0) notes.push(`at least ${least} long`);
  if (most !== undefined) notes.push(`at most ${most} long`);
  // The pattern of a format says less to people than its name.
  if (words["format"] !== undefined) notes.push(String(words["format"]));
  else notes.push(...patterns.map((pattern) => `matches ${pattern}`));
  if (words[marks.unknownKeys] === "kept") notes.push("may hold more fields");
  return [...notes, ...unseen];
}
