import type { FilterProblem } from "./filter-error.ts";
import { excludedBy } from "./left-out.ts";
import { patternLimits } from "./limits.ts";
import type { Condition, Likeness, ParsedPattern } from "./parsed-pattern.ts";
import { combinationsOf } from "./rules.ts";
import { isOfOneKind, simplest } from "./simplest.ts";
import { tooComplex } from "./text-operators.ts";

/** Why a pattern that is written correctly is too much. */
export function limitFaults(pattern: ParsedPattern): FilterProblem[] {
  const faults: FilterProblem[] = [];
  const { combinations, wildcards, leftOutLists, depth, partUnits, fields } = patternLimits;
  if (combinationsOf(pattern, combinations) > combinations)
    faults.push({
      path: "",
      problem: `the branches of its $or have more than ${combinations} combinations: use fewer, or several filters`,
      vendor: "Rule is too complex - try using fewer $or combinations",
    });
  const named = new Set(pathsOf(pattern)).size;
  if (named > fields)
    faults.push({ path: "", problem: `the pattern names ${named} fields, those of all levels together: at most ${fields}` });
  const searched = new Set(
    conditionsOf(pattern)
      .flatMap(likenessesOf)
      .filter((likeness) => likeness.is === "wildcard" && simplest(likeness).is === "wildcard")
      .map((likeness) => JSON.stringify(likeness)),
  ).size;
  if (searched > wildcards)
    faults.push({
      path: "",
      problem: `the pattern has ${searched} wildcards with a star that is neither only at the beginning nor only at the end: at most ${wildcards}`,
      vendor: tooComplex,
    });
  const units = differentUnits(conditionsOf(pattern).flatMap(likenessesOf));
  if (units > partUnits)
    faults.push({
      path: "",
      problem: `the pattern has ${units} different characters between the stars of its wildcards: at most ${partUnits}`,
      vendor: tooComplex,
    });
  const lists = new Set(conditionsOf(pattern).flatMap(mixedList)).size;
  if (lists > leftOutLists)
    faults.push({
      path: "",
      problem: `the pattern leaves out ${lists} different lists of wildcards whose stars are not all at one end: at most ${leftOutLists}`,
      vendor: tooComplex,
    });
  if (levelsOf(pattern) > depth) faults.push({ path: "", problem: `a path in the pattern has more than ${depth} steps` });
  return faults;
}

/** Every condition of a pattern. */
export function conditionsOf({ fields, or }: ParsedPattern): Condition[] {
  return [...fields.flatMap((field) => ("nested" in field ? conditionsOf(field.nested) : field.oneOf)), ...or.flatMap(conditionsOf)];
}

/** Every field that a pattern names, at all levels. */
function pathsOf({ fields, or }: ParsedPattern): string[] {
  const own = fields.flatMap((field) => ("nested" in field ? [field.path, ...pathsOf(field.nested)] : [field.path]));
  return [...own, ...or.flatMap(pathsOf)];
}

function likenessesOf(condition: Condition): readonly Likeness[] {
  if (condition.is === "none-like") return condition.of;
  return condition.is === "wildcard" ? [condition] : [];
}

/** How many different units stand between two stars. */
function differentUnits(likenesses: readonly Likeness[]): number {
  const units = new Set<number>();
  for (const likeness of likenesses) {
    const between = likeness.is === "wildcard" ? likeness.parts.slice(1, -1) : [];
    for (const part of between) for (let at = 0; at < part.length; at++) units.add(part.charCodeAt(at));
  }
  return units.size;
}

/** Of what leaves out things that cannot all be looked up at once, how it is written. */
function mixedList(condition: Condition): readonly string[] {
  const excluded = excludedBy(condition);
  return excluded === undefined || isOfOneKind(excluded) ? [] : [JSON.stringify(excluded)];
}

function levelsOf({ fields, or }: ParsedPattern): number {
  const levels = fields.map((field) => ("nested" in field ? 1 + levelsOf(field.nested) : 1));
  return Math.max(0, ...levels, ...or.map(levelsOf));
}
