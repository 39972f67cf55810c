import * as z from "zod";
import { BusbarError } from "../base/errors.ts";

/** What a field of a payload holds, as {@link pii} and {@link secret} say it. */
export type Mark =
  | { readonly kind: "secret" }
  /** With a subject, it is kept under a key of that subject, which can be destroyed. */
  | { readonly kind: "pii"; readonly subject?: SubjectOf };

/** Whose data it is, found in the whole payload: by a path such as `customer.id`, or by a function. */
// oxlint-disable-next-line no-explicit-any -- a field does not know the payload that it will be part of
export type SubjectOf = string | ((data: any) => string | undefined);

const registry = z.registry<Mark>();

/**
 * Marks a field that is about a person. Wherever people look it is masked (`as…@example.in`); in Redis it stands as it is, unless it has a
 * subject.
 *
 * ```ts
 * email: pii(z.email()),
 * name: pii(z.string(), { subject: "customer.id" }).optional(),
 * ```
 * @param options.subject whose data it is: then the log keeps it encrypted under a key of that subject, and `busbar erase` destroys the key
 * @returns the same schema, marked; that of a list or an object marks everything in it
 * @throws BusbarError `INVALID_DEFINITION` for a field that is `secret()` already
 */
export function pii<S extends z.ZodType>(schema: S, { subject }: { readonly subject?: SubjectOf } = {}): S {
  return marked(schema, { kind: "pii", ...(subject === undefined ? {} : { subject }) });
}

/**
 * Marks a text that opens something: a one-time code, a reset link. It is encrypted in log, job, dead letter and spool, and only the worker
 * that renders the message, or runs the handler, reads it; what plans (`when`, `to`, `data`, filters) sees a stand-in, which `data` passes on.
 *
 * ```ts
 * code: secret(z.string().regex(/^\d{6}$/)),
 * ```
 * @returns the same schema, marked
 * @throws BusbarError `INVALID_DEFINITION` for a field that is `pii()` already
 */
export function secret<S extends z.ZodType>(schema: S): S {
  return marked(schema, { kind: "secret" });
}

function marked<S extends z.ZodType>(schema: S, mark: Mark): S {
  const known = registry.get(schema);
  if (known !== undefined && known.kind !== mark.kind)
    throw new BusbarError("INVALID_DEFINITION", "A field is pii() or secret(), not both: secret() is the stricter of the two.");
  // A copy: the same schema may stand elsewhere without a mark.
  const copy = schema.clone() as S;
  registry.add(copy, mark as never);
  return copy;
}

/** How this very schema is marked, whatever stands in it. */
export const markOf = (schema: z.core.$ZodType): Mark | undefined => registry.get(schema as z.ZodType);

/** One kind of place in payloads: what is marked there, and below it. Places without any mark are left out. */
export interface MarkedPlace {
  readonly mark?: Mark;
  /** Below an object; also below a list of fixed length, by number. */
  readonly keys: ReadonlyMap<string, MarkedPlace>;
  /** Below a list or a record: each element. */
  readonly each?: MarkedPlace;
  /** What is wrong with the mark there. */
  readonly problem?: string;
}

/** A part of a schema as it is walked; `also` are those that may stand in its place. */
interface Part {
  readonly number: number;
  readonly mark: Mark | undefined;
  readonly type: string;
  readonly keys: Map<string, Part>;
  each: Part | undefined;
  readonly also: Part[];
}

type Def = Readonly<Record<string, unknown>> & { readonly type: string };

/** What of a schema is marked; undefined where nothing is. Pure. */
export function markedPlaces(schema: z.core.$ZodType): MarkedPlace | undefined {
  const root = partOf(schema, new Map());
  return placeOf([root], new Map());
}

/** Schemas may hold themselves: each is walked once. */
function partOf(schema: z.core.$ZodType, known: Map<z.core.$ZodType, Part>): Part {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const def = schema._zod.def as unknown as Def;
  const part: Part = {
    number: known.size,
    mark: registry.get(schema as z.ZodType),
    type: def.type,
    keys: new Map(),
    each: undefined,
    also: [],
  };
  known.set(schema, part);
  const below = (value: unknown): Part => partOf(value as z.core.$ZodType, known);
  switch (def.type) {
    case "object":
      for (const [key, value] of Object.entries(def["shape"] as object)) part.keys.set(key, below(value));
      if (def["catchall"] !== undefined) part.each = below(def["catchall"]);
      break;
    case "array":
      part.each = below(def["element"]);
      break;
    case "tuple":
      for (const [index, value] of (def["items"] as unknown[]).entries()) part.keys.set(String(index), below(value));
      if (def["rest"] !== undefined && def["rest"] !== null) part.each = below(def["rest"]);
      break;
    case "record":
      part.each = below(def["valueType"]);
      break;
    case "union":
      part.also.push(...(def["options"] as unknown[]).map(below));
      break;
    case "lazy":
      part.also.push(below((def["getter"] as () => unknown)()));
      break;
    default:
      for (const name of ["innerType", "left", "right", "in", "out"]) if (def[name] !== undefined) part.also.push(below(def[name]));
  }
  return part;
}

/** Everything that may stand at one place, as one. */
function placeOf(parts: readonly Part[], known: Map<string, MarkedPlace | undefined>): MarkedPlace | undefined {
  const all = new Set<Part>(parts);
  for (const part of all) for (const other of part.also) all.add(other);
  const name = [...all]
    .map(({ number }) => number)
    .toSorted((a, b) => a - b)
    .join();
  if (known.has(name)) return known.get(name);
  const marks = [...all].flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
  const mark =
    marks.find(({ kind }) => kind === "secret") ?? marks.find((one) => one.kind === "pii" && one.subject !== undefined) ?? marks[0];
  const keys = new Map<string, MarkedPlace>();
  const place: { -readonly [Name in keyof MarkedPlace]: MarkedPlace[Name] } = { keys, ...(mark === undefined ? {} : { mark }) };
  known.set(name, place);
  const problem = mark && markProblem(mark, [...all]);
  if (problem !== undefined) place.problem = problem;
  for (const key of new Set([...all].flatMap((part) => [...part.keys.keys()]))) {
    const below = placeOf(
      [...all].flatMap((part) => part.keys.get(key) ?? []),
      known,
    );
    if (below !== undefined) keys.set(key, below);
  }
  const each = [...all].flatMap((part) => part.each ?? []);
  const eachPlace = each.length === 0 ? undefined : placeOf(each, known);
  if (eachPlace !== undefined) place.each = eachPlace;
  if (holdsMark(place, new Set())) return place;
  known.set(name, undefined);
  return undefined;
}

function holdsMark(place: MarkedPlace, seen: Set<MarkedPlace>): boolean {
  if (seen.has(place)) return false;
  seen.add(place);
  return place.mark !== undefined || [...place.keys.values(), ...(place.each ? [place.each] : [])].some((below) => holdsMark(below, seen));
}

const texts: ReadonlySet<string> = new Set(["string", "enum", "literal", "template_literal", "null", "undefined"]);

function markProblem(mark: Mark, parts: readonly Part[]): string | undefined {
  if (mark.kind === "pii") {
    const wrong = mark.subject !== undefined && mark.subject !== "" && !["string", "function"].includes(typeof mark.subject);
    return wrong || mark.subject === "" ? 'pii(): subject must be a path such as "customer.id", or a function of the payload' : undefined;
  }
  const wrong = parts.find(({ type, also }) => also.length === 0 && !texts.has(type));
  return wrong && `secret() is for text, and this is of type ${wrong.type}: mark the texts in it`;
}
