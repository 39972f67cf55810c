import { conditionsText } from "./condition-text.ts";
import type { Comparison, Condition, ParsedField, ParsedPattern, Scalar } from "./parsed-pattern.ts";
import { cut, shown } from "./shown.ts";

/**
 * Whether a payload is what a pattern asks for; one that is no object or list never is. Of objects only their own keys are read; a list, and
 * lists in it, match where one of their elements does. Lists are walked without recursion, so no payload makes it overflow.
 */
export function matches(pattern: ParsedPattern, data: unknown): boolean {
  return !isLeaf(data) && data !== undefined && partMatches(pattern, data);
}

/**
 * Why a payload is not what a pattern asks for: the first reason, one line for people, such as `total is 0, not > 0`. Undefined where it
 * matches.
 */
export function mismatch(pattern: ParsedPattern, data: unknown): string | undefined {
  if (matches(pattern, data)) return undefined;
  return isLeaf(data) || data === undefined ? `the payload is ${shown(data)}, not an object` : reasonOf(pattern, data);
}

/** Within a payload, what is no object has no keys, so that `exists: false` holds of all that could be in it. */
function partMatches(pattern: ParsedPattern, part: unknown): boolean {
  if (Array.isArray(part)) return candidates(part).some((element) => partMatches(pattern, element));
  for (const field of pattern.fields) if (!fieldMatches(field, part)) return false;
  if (pattern.or.length === 0) return true;
  for (const branch of pattern.or) if (partMatches(branch, part)) return true;
  return false;
}

function fieldMatches(field: ParsedField, data: unknown): boolean {
  const value = own(data, field.key);
  if ("nested" in field) return partMatches(field.nested, value);
  if (!Array.isArray(value)) return isLeaf(value) ? anyHolds(field.oneOf, value) : field.oneOf.some(allowsAbsence);
  const leaves = elements(value).filter(isLeaf);
  return leaves.length === 0 ? field.oneOf.some(allowsAbsence) : leaves.some((leaf) => anyHolds(field.oneOf, leaf));
}

function anyHolds(conditions: readonly Condition[], leaf: Scalar): boolean {
  for (const condition of conditions) if (holds(condition, leaf)) return true;
  return false;
}

function holds(condition: Condition, leaf: Scalar): boolean {
  switch (condition.is) {
    case "equal":
      return condition.value === leaf;
    case "prefix":
      return typeof leaf === "string" && leaf.startsWith(condition.prefix);
    case "numeric":
      return typeof leaf === "number" && condition.comparisons.every((comparison) => compares(comparison, leaf));
    case "exists":
      return condition.exists;
    case "none-of":
      return !condition.values.includes(leaf);
    case "no-prefix":
      return typeof leaf !== "string" || !condition.prefixes.some((prefix) => leaf.startsWith(prefix));
  }
}

function compares({ sign, than }: Comparison, leaf: number): boolean {
  switch (sign) {
    case "<":
      return leaf < than;
    case "<=":
      return leaf <= than;
    case "=":
      return leaf === than;
    case ">=":
      return leaf >= than;
    case ">":
      return leaf > than;
  }
}

function allowsAbsence(condition: Condition): boolean {
  return condition.is === "exists" && !condition.exists;
}

function own(data: unknown, key: string): unknown {
  return typeof data === "object" && data !== null && Object.hasOwn(data, key) ? (data as Record<string, unknown>)[key] : undefined;
}

function isLeaf(value: unknown): value is Scalar {
  return typeof value !== "object" ? value !== undefined : value === null;
}

/** What a pattern can match in a list: one of its elements, or, where it is empty, the absence of any. */
function candidates(list: readonly unknown[]): readonly unknown[] {
  const found = elements(list);
  return found.length === 0 ? [undefined] : found;
}

/** The elements of a list, and of the lists in it. */
function elements(list: readonly unknown[]): readonly unknown[] {
  if (!list.some(Array.isArray)) return list;
  const found: unknown[] = [];
  const open: unknown[] = [list];
  while (open.length > 0) {
    const value = open.pop();
    if (!Array.isArray(value)) found.push(value);
    else for (let index = value.length - 1; index >= 0; index--) open.push(value[index]);
  }
  return found;
}

/** Of a part that does not match. */
function reasonOf(pattern: ParsedPattern, part: unknown): string {
  if (Array.isArray(part)) {
    const [first, ...others] = candidates(part);
    return `${others.length === 0 ? "" : "no element matches; in the first, "}${reasonOf(pattern, first)}`;
  }
  const field = pattern.fields.find((candidate) => !fieldMatches(candidate, part));
  return field === undefined ? reasonOfOr(pattern.or, part) : reasonOfField(field, part);
}

function reasonOfField(field: ParsedField, part: unknown): string {
  const value = own(part, field.key);
  if ("nested" in field) return reasonOf(field.nested, value);
  const { path, oneOf } = field;
  if (value === undefined) return `${path} is absent`;
  if (isLeaf(value)) return `${path} is ${shown(value)}, not ${conditionsText(oneOf)}`;
  if (!Array.isArray(value)) return `${path} is an object, not ${conditionsText(oneOf)}`;
  return `${path} is ${shown(value)}, with no element ${conditionsText(oneOf)}`;
}

function reasonOfOr(branches: readonly ParsedPattern[], part: unknown): string {
  const reasons = branches.slice(0, 2).map((branch) => reasonOf(branch, part));
  const rest = branches.length > 2 ? `; and ${branches.length - 2} more` : "";
  return cut(`no branch of $or matches: ${reasons.join("; ")}${rest}`, 400);
}
