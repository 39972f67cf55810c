import type * as z from "zod";
import { elements, type JsonPlace, type JsonPlaces, keysAt, payloadPlaces, placesAt } from "./json-places.ts";
import { nearestName, repeated } from "./names.ts";

/**
 * A search key is a path into a topic's payload whose values are kept beside the log, hashed, so that events are found by them. Each
 * value costs an entry a publish, hence the limits.
 */
export const searchLimits = { paths: 8, valueBytes: 256, values: 256 } as const;

/** Everything wrong with a topic's search keys, one sentence each. */
export function searchKeyProblems(index: unknown, schema: z.ZodType): string[] {
  if (index === undefined) return [];
  const paths: readonly unknown[] = Array.isArray(index) ? index : [];
  if (!Array.isArray(index) || paths.some((path) => typeof path !== "string" || path === ""))
    return ['index must be a list of paths into the payload, such as ["orderId", "customer.email"]'];
  const problems = repeated(paths).map((path) => `index names ${JSON.stringify(path)} twice`);
  if (paths.length > searchLimits.paths)
    problems.push(`index has ${paths.length} paths, at most ${searchLimits.paths} are allowed: each is written with every publish`);
  const payload = payloadPlaces(schema);
  return [...problems, ...new Set(paths.flatMap((path) => pathProblems(path as string, payload)))];
}

function pathProblems(path: string, { places: root, resolve }: ReturnType<typeof payloadPlaces>): string[] {
  let places: JsonPlaces = root;
  const passed: string[] = [];
  for (const key of path.split(".")) {
    const below = placesAt(places, key, resolve);
    if (below === "open") return [];
    if (below.length === 0) {
      const near = nearestName(key, keysAt(places, resolve));
      const meant = near === undefined ? "" : `; did you mean "${[...passed, near].join(".")}"?`;
      return [`index: the payload has no "${path}"${meant}`];
    }
    places = below;
    passed.push(key);
  }
  const possible = elements(places as readonly JsonPlace[], resolve);
  if (possible.some((place) => place === "open" || isText(place))) return [];
  const object = (possible as readonly JsonPlace[]).some(({ type }) => type === "object");
  return [`index: "${path}" is ${object ? "an object: name what lies in it" : "never text or a number"}`];
}

function isText(place: JsonPlace): boolean {
  const values = "const" in place ? [place.const] : place.enum;
  if (values !== undefined) return values.some((value) => typeof value === "string" || typeof value === "number");
  return place.type === "string" || place.type === "number" || place.type === "integer";
}

/** What an event is found by. */
export interface SearchValues {
  /** Each once. */
  readonly values: readonly string[];
  /** Where values were left out, each path once, and why; the values themselves are not repeated. */
  readonly left: readonly { readonly path: string; readonly why: string }[];
}

/** The values that lie at a topic's search keys: texts as they are, numbers as text. What is missing, null or empty is none. Pure. */
export function searchValues(index: readonly string[], data: unknown): SearchValues {
  const values = new Set<string>();
  const left = new Map<string, string>();
  for (const path of index) {
    for (const value of textsAt(path, data)) {
      const bytes = Buffer.byteLength(value);
      if (bytes > searchLimits.valueBytes) left.set(path, `a value has ${bytes} bytes, at most ${searchLimits.valueBytes} are searched`);
      else if (values.size >= searchLimits.values && !values.has(value))
        left.set(path, `an event is found by ${searchLimits.values} values at most`);
      else values.add(value);
    }
  }
  return { values: [...values], left: [...left].map(([at, why]) => ({ path: at, why })) };
}

/** The search keys at which a payload has a value. Pure. */
export function searchKeysOf(index: readonly string[], data: unknown, value: string): string[] {
  return index.filter((path) => textsAt(path, data).includes(value));
}

function textsAt(path: string, data: unknown): string[] {
  return valuesAt(path.split("."), data)
    .filter((value) => typeof value === "string" || typeof value === "number")
    .map(String)
    .filter((text) => text !== "");
}

/** Lists are passed through, at every depth. */
function valuesAt([key, ...rest]: readonly string[], value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt([...(key === undefined ? [] : [key]), ...rest], element));
  if (key === undefined) return [value];
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return [];
  return valuesAt(rest, (value as Readonly<Record<string, unknown>>)[key]);
}
