import type { ParsedPattern } from "../filter/parsed-pattern.ts";
import { maskValue } from "./mask.ts";
import type { AnyTopic } from "./topic.ts";
import { markAt } from "./topic-marks.ts";

/**
 * The paths at which a filter asks what `pii()` fields of these topics hold: who may try such filters finds the values out, be it from
 * counts alone. Whether there is a value (`exists`) is not hidden from anybody. Pure.
 */
export function personalPaths({ fields, or }: ParsedPattern, topics: readonly AnyTopic[]): readonly string[] {
  const paths = [
    ...fields.flatMap((field) => {
      if ("nested" in field) return personalPaths(field.nested, topics);
      return isPersonal(field.path.split("."), topics) && field.oneOf.some(({ is }) => is !== "exists") ? [field.path] : [];
    }),
    ...or.flatMap((each) => personalPaths(each, topics)),
  ];
  return [...new Set(paths)];
}

/** A pattern for those who look: what it asks of `pii()` fields is masked. Pure. */
export function maskedPattern(pattern: unknown, topics: readonly AnyTopic[], path: readonly string[] = []): unknown {
  if (typeof pattern !== "object" || pattern === null) return pattern;
  if (Array.isArray(pattern)) return pattern.map((each) => maskedPattern(each, topics, path));
  return Object.fromEntries(
    Object.entries(pattern).map(([key, below]) => {
      const at = key === "$or" ? path : [...path, ...key.split(".")];
      return [key, isPersonal(at, topics) ? maskValue(below) : maskedPattern(below, topics, at)];
    }),
  );
}

const isPersonal = (path: readonly string[], topics: readonly AnyTopic[]): boolean =>
  topics.some(({ marks, version }) => {
    const place = marks?.places[version - 1];
    return place !== undefined && markAt(place, path)?.mark?.kind === "pii";
  });
