import { messageOf } from "../base/errors.ts";
import type { Mark, MarkedPlace } from "./marks.ts";
import { type MarkedValue, markedValues } from "./marked-values.ts";

/** What is marked in a topic's payloads. */
export interface TopicMarks {
  /** By version, from 1; undefined where a version has no mark. */
  readonly places: readonly (MarkedPlace | undefined)[];
  /** Some version has a `secret()` field. */
  readonly secrets: boolean;
  /** Some version has a `pii()` field with a subject. */
  readonly subjects: boolean;
}

/** Undefined where no version has a mark. Pure. */
export function nextMarks(places: TopicMarks["places"]): TopicMarks | undefined {
  const all = places.flatMap((place) => (place === undefined ? [] : [...placesIn(place, new Map()).values()]));
  const marks = all.flatMap(({ place: { mark } }) => (mark === undefined ? [] : [mark]));
  if (marks.length === 0) return undefined;
  return {
    places,
    secrets: marks.some(({ kind }) => kind === "secret"),
    subjects: marks.some((mark) => mark.kind === "pii" && mark.subject !== undefined),
  };
}

/** True where something is encrypted, so that keys are needed. */
export const needsKeys = (marks: TopicMarks | undefined): boolean => marks !== undefined && (marks.secrets || marks.subjects);

/** Everything wrong with a topic's marks in the light of its other options, one sentence each. */
export function topicMarkProblems(
  root: MarkedPlace | undefined,
  { index, key, example }: { readonly index?: readonly string[]; readonly key?: (data: never) => string; readonly example?: unknown },
): string[] {
  if (root === undefined) return [];
  const problems: string[] = [];
  for (const { place, path } of placesIn(root, new Map()).values())
    if (place.problem !== undefined) problems.push(`${path.join(".") || "its payload"}: ${place.problem}`);
  for (const path of index ?? [])
    if (markAt(root, path.split("."))?.mark?.kind === "secret")
      problems.push(`index: "${path}" is a secret() field, and nobody finds an event by its secret`);
  if (example === undefined || problems.length > 0) return problems;
  const sealed = markedValues(root, example).filter(isSealed);
  for (const { path, mark } of sealed) {
    if (mark.kind !== "pii" || typeof mark.subject !== "function") continue;
    try {
      const subject: unknown = mark.subject(example);
      if (typeof subject !== "string" || subject === "")
        problems.push(`${path}: its subject of the example is ${JSON.stringify(subject)}, and must be text`);
    } catch (error) {
      problems.push(`${path}: its subject function threw on the example: ${messageOf(error)}`);
    }
  }
  if (key !== undefined) problems.push(...sealedWordProblems(root, example, { key: key(example as never) }));
  return problems;
}

/**
 * What stands in the clear beside the payload must not say what is sealed in it: one sentence for each word that does. A short value
 * counts where it stands by itself: it may lie in a long number by chance. Pure.
 */
export function sealedWordProblems(root: MarkedPlace, data: unknown, words: Readonly<Record<string, string | undefined>>): string[] {
  let sealed: readonly MarkedValue[] | undefined;
  const problems: string[] = [];
  // No more than it must do: every publish of a marked topic asks.
  for (const name in words) {
    const word = words[name];
    if (word === undefined) continue;
    sealed ??= markedValues(root, data);
    const told = sealed.find((one) => isSealed(one) && tells(word, one.value, one.mark.kind));
    if (told !== undefined) problems.push(`${name}: it says what ${told.path} holds, which is sealed: ${name} stands in the clear`);
  }
  return problems;
}

/** From so many characters on, a secret and a personal value are no part of another text by chance. */
const longSecret = 8;
const longPersonal = 12;
/** From so many on, a secret is told by a text in which it stands by itself: `pick-9998`, and not `order-2099985`. */
const shortSecret = 4;

function tells(word: string, value: unknown, kind: Mark["kind"]): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some((below) => tells(word, below, kind));
  if (typeof value !== "string" && typeof value !== "number") return false;
  const text = String(value);
  if (text.length > word.length) return false;
  if (text === word) return true;
  if (text.length >= (kind === "secret" ? longSecret : longPersonal)) return word.includes(text);
  return kind === "secret" && text.length >= shortSecret && standsAlone(text, word);
}

/** True where no digit goes on with a digit, and no letter with a letter. */
function standsAlone(text: string, word: string): boolean {
  for (let at = word.indexOf(text); at !== -1; at = word.indexOf(text, at + 1))
    if (!goesOn(word[at - 1], text[0]!) && !goesOn(word[at + text.length], text.at(-1)!)) return true;
  return false;
}

const isDigit = (character: string): boolean => character >= "0" && character <= "9";
const isLetter = (character: string): boolean => character.toLowerCase() !== character.toUpperCase();

function goesOn(beside: string | undefined, edge: string): boolean {
  return beside !== undefined && ((isDigit(beside) && isDigit(edge)) || (isLetter(beside) && isLetter(edge)));
}

const isSealed = ({ mark }: MarkedValue): boolean => mark.kind === "secret" || mark.subject !== undefined;

/** The paths of a place's `secret()` fields. Pure. */
export function secretPaths(root: MarkedPlace): readonly string[] {
  return [...placesIn(root, new Map()).values()].flatMap(({ place, path }) => (place.mark?.kind === "secret" ? [path.join(".")] : []));
}

/** The marked place at a path, or the one that it lies in; lists are passed through. Pure. */
export function markAt(root: MarkedPlace, path: readonly string[]): MarkedPlace | undefined {
  let places: readonly MarkedPlace[] = [root];
  for (const key of path) {
    const through = places.flatMap((place) => [place, ...(place.each === undefined ? [] : [place.each])]);
    const marked = through.find(({ mark }) => mark !== undefined);
    if (marked !== undefined) return marked;
    places = through.flatMap((place) => place.keys.get(key) ?? place.each ?? []);
  }
  return places.flatMap((place) => [place, ...(place.each === undefined ? [] : [place.each])]).find(({ mark }) => mark !== undefined);
}

/** Every marked place once, with the first path to it. */
function placesIn(place: MarkedPlace, found: Map<MarkedPlace, Found>, path: readonly string[] = []): Map<MarkedPlace, Found> {
  if (found.has(place)) return found;
  found.set(place, { place, path });
  for (const [key, below] of place.keys) placesIn(below, found, [...path, key]);
  if (place.each !== undefined) placesIn(place.each, found, path);
  return found;
}

interface Found {
  readonly place: MarkedPlace;
  readonly path: readonly string[];
}
