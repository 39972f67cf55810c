import type * as z from "zod";
import { BusbarError } from "../base/errors.ts";
import { type Condition, operatorOf, type ParsedField, type ParsedPattern, type Scalar } from "../filter/parsed-pattern.ts";
import { elements, type JsonPlace, type JsonPlaces, keysAt, payloadPlaces, placesAt } from "./json-places.ts";
import { nearestName } from "./names.ts";
import type { AnyTopic } from "./topic.ts";
import { markAt } from "./topic-marks.ts";

/** What lies at one place in the payload of each topic that a subscriber listens to. */
type Listened = readonly { readonly topic: string; readonly places: JsonPlaces; readonly resolve: Resolve }[];
type Resolve = ReturnType<typeof payloadPlaces>["resolve"];

/**
 * Everything in a filter that the topics' payloads can never have: a field, a kind of value, a value that is none of an enum's. The
 * compiler finds the same; this is for those without types. Where a schema leaves something open, everything passes.
 */
export function filterProblems(pattern: ParsedPattern, topics: readonly AnyTopic[]): string[] {
  const listened = topics.map((topic) => ({ topic: topic.name, ...payloadPlaces(topic.schema as z.ZodType) }));
  return [...patternProblems(pattern, listened), ...topics.flatMap((topic) => secretProblems(pattern, topic))];
}

const mostTold = 5;

/**
 * Why a pattern lets no event of any of these topics through, for those who look at what is there: of many topics, one that can have such a payload is enough.
 * Of many, at most five problems: those that know what was probably meant, where there are any.
 */
export function hopelessProblems(pattern: ParsedPattern, topics: readonly AnyTopic[]): readonly string[] {
  const each = topics.map((topic) => filterProblems(pattern, [topic]));
  if (each.some((problems) => problems.length === 0)) return [];
  const all = [...new Set(each.flat())];
  if (topics.length <= 1) return all;
  const near = all.filter((problem) => problem.includes("did you mean"));
  const told = (near.length > 0 ? near : all).slice(0, mostTold);
  return told.length === all.length ? told : [...told, `no other of the ${topics.length} topics can match it either`];
}

/** @throws BusbarError `INVALID_FILTER` where one of the patterns can let nothing through */
export function refuseHopeless(patterns: readonly ParsedPattern[], topics: readonly AnyTopic[]): void {
  const problems = patterns.flatMap((pattern) => hopelessProblems(pattern, topics));
  if (problems.length > 0) throw new BusbarError("INVALID_FILTER", "The filter can match nothing:", { problems });
}

/** A filter sees what stands for a secret, never the secret. */
function secretProblems({ fields, or }: ParsedPattern, topic: AnyTopic): string[] {
  const place = topic.marks?.places[topic.version - 1];
  if (place === undefined) return [];
  return [
    ...fields.flatMap((field) => {
      if ("nested" in field) return secretProblems(field.nested, topic);
      const secret = markAt(place, field.path.split("."))?.mark?.kind === "secret" && field.oneOf.some(({ is }) => is !== "exists");
      return secret
        ? [`${field.path}: it is a secret() field of ${topic.name}, and sealed where filters look: only exists can be asked`]
        : [];
    }),
    ...or.flatMap((each) => secretProblems(each, topic)),
  ];
}

/** As deep as the types look. */
const mostLevels = 6;

function patternProblems({ fields, or }: ParsedPattern, listened: Listened, level = 1): string[] {
  if (level > mostLevels) return [];
  return [
    ...fields.flatMap((field) => fieldProblems(field, listened, level)),
    ...or.flatMap((each) => patternProblems(each, listened, level)),
  ];
}

function fieldProblems(field: ParsedField, listened: Listened, level: number): string[] {
  const below = listened.map(({ places, resolve, ...rest }) => ({ ...rest, resolve, places: placesAt(places, field.key, resolve) }));
  // To a filter, a key with a dot in it is a path, so it may be meant by this one: the compiler knows better.
  if (listened.some(({ places, resolve }) => keysAt(places, resolve).some((key) => key.startsWith(`${field.key}.`)))) return [];
  const missing = below.flatMap(({ topic, places }, index) => (places.length === 0 ? [absent(field, topic, listened[index]!)] : []));
  if (missing.length > 0) return missing;
  if (below.some(({ places }) => places === "open")) return [];
  const possible = below.flatMap(({ places, resolve }) => elements(places as readonly JsonPlace[], resolve));
  if (possible.includes("open")) return [];
  const places = possible as readonly JsonPlace[];
  const scalars = places.filter(({ type }) => type !== "object");
  if ("nested" in field) {
    if (scalars.length === places.length) return [`${field.path}: it is no object, so nothing lies in it`];
    return patternProblems(field.nested, below, level + 1);
  }
  return field.oneOf.flatMap((condition) => conditionProblems(condition, scalars).map((problem) => `${field.path}: ${problem}`));
}

function absent({ key, path }: ParsedField, topic: string, { places, resolve }: Listened[number]): string {
  const near = nearestName(key, keysAt(places, resolve));
  return `${path}: ${topic} has no such field${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

function conditionProblems(condition: Condition, places: readonly JsonPlace[]): string[] {
  const kinds = [...new Set(places.flatMap(kindsOf))];
  if (places.length === 0) return ["it is an object: name what lies in it"];
  if (condition.is === "exists") return [];
  switch (condition.is) {
    case "equal":
      return impossible([condition.value], places);
    case "none-of":
      return impossible(condition.values, places);
    case "numeric":
      return kinds.includes("number") ? [] : [`it is never a number (${kinds.join(", ")})`];
    default:
      return kinds.includes("string") ? [] : [`it is never text (${kinds.join(", ")}), as ${operatorOf(condition)} asks for`];
  }
}

function impossible(values: readonly Scalar[], places: readonly JsonPlace[]): string[] {
  return values
    .filter((value) => !places.some((place) => canBe(place, value)))
    .map((value) => `it is never ${JSON.stringify(value)}: it is ${places.map(shown).join(" or ")}`);
}

function canBe(place: JsonPlace, value: Scalar): boolean {
  if ("const" in place) return place.const === value;
  if (place.enum !== undefined) return place.enum.includes(value);
  return kindsOf(place).includes(kindOf(value));
}

function kindsOf(place: JsonPlace): string[] {
  if ("const" in place) return [kindOf(place.const)];
  if (place.enum !== undefined) return place.enum.map(kindOf);
  return [place.type === "integer" ? "number" : (place.type ?? "anything")];
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function shown(place: JsonPlace): string {
  if ("const" in place) return JSON.stringify(place.const);
  return place.enum === undefined
    ? (kindsOf(place)[0] ?? "anything")
    : `one of ${place.enum.map((value) => JSON.stringify(value)).join(", ")}`;
}
