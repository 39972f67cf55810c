import type * as z from "zod";
import { leafLint, type Lint, lint, type Possible } from "../filter/lint.ts";
import type { ParsedField, ParsedPattern, Scalar } from "../filter/parsed-pattern.ts";
import { elements, isAlways, type JsonPlace, type JsonPlaces, keysAt, payloadPlaces, placesAt } from "./json-places.ts";
import type { AnyTopic } from "./topic.ts";

/**
 * Parts of a filter that match every payload of the topics, or none: no fault, and hardly what was meant. One sentence each, beginning with the path. Where
 * a schema leaves open what may be, only what is odd by itself is told.
 */
export function filterWarnings(pattern: ParsedPattern, topics: readonly AnyTopic[]): string[] {
  const listened = topics.map((topic) => ({ ...payloadPlaces(topic.schema as z.ZodType), always: true }));
  return [...new Set(patternLint(pattern, listened).map(({ path, finding, why }) => `${path} ${finding}: ${why}`))];
}

/** What lies at one place in the payload of each topic, and whether something always does. */
type Listened = readonly {
  readonly places: JsonPlaces;
  readonly resolve: ReturnType<typeof payloadPlaces>["resolve"];
  readonly always: boolean;
}[];

function patternLint({ fields, or }: ParsedPattern, listened: Listened): Lint[] {
  return [...fields.flatMap((field) => fieldLint(field, listened)), ...or.flatMap((branch) => patternLint(branch, listened))];
}

function fieldLint(field: ParsedField, listened: Listened): Lint[] {
  const open = listened.some(({ places, resolve }) => places === "open" || keysAt(places, resolve).some((key) => key.includes(".")));
  if (open) return "nested" in field ? lint(field.nested) : leafLint(field);
  const below = listened.map(({ places, resolve, always }) => ({
    resolve,
    places: placesAt(places, field.key, resolve),
    always: always && isAlways(places as readonly JsonPlace[], field.key),
  }));
  return "nested" in field ? patternLint(field.nested, below) : leafLint(field, possibleIn(below));
}

function possibleIn(listened: Listened): Possible {
  const values: Scalar[] = [];
  let counted = true;
  let absent = false;
  for (const { places, resolve, always } of listened) {
    if (places === "open" || !always || places.some(({ type }) => type === "array" || type === "object")) absent = true;
    for (const place of places === "open" ? ["open" as const] : elements(places, resolve)) {
      const possible = place === "open" ? undefined : valuesOf(place);
      if (possible === undefined) counted = false;
      else values.push(...possible);
    }
  }
  return { values: counted ? [...new Set(values)] : undefined, absent };
}

/** Undefined where they cannot be counted. */
function valuesOf(place: JsonPlace): readonly Scalar[] | undefined {
  if ("const" in place) return [place.const as Scalar];
  if (place.enum !== undefined) return place.enum as readonly Scalar[];
  if (place.type === "object") return [];
  if (place.type === "boolean") return [true, false];
  return place.type === "null" ? [null] : undefined;
}
