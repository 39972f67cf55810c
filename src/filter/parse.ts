import { operatorNames, parseCondition } from "./operators.ts";
import type { Condition, ParsedField, ParsedPattern } from "./parsed-pattern.ts";
import { NotPlain, plainCopy } from "./plain-copy.ts";
import { below, shown } from "./shown.ts";

export type { ParsedPattern } from "./parsed-pattern.ts";

/** Keys that change prototypes. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/** Where a part of a pattern stands, and where in a payload it looks: the path without `$or` and indexes. Both are "" at the top. */
interface Place {
  readonly at: string;
  readonly path: string;
}

/**
 * Checks a pattern of whatever origin and turns it into what `matches` and `mismatch` read. `problems` has everything wrong with it, one
 * sentence each with its path. It does not throw. A key is one key: a dot in it is no path.
 */
export function parsePattern(pattern: unknown): { readonly matcher: ParsedPattern } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  try {
    const matcher = parseObject(plainCopy(pattern), { at: "", path: "" }, problems);
    return problems.length > 0 ? { problems } : { matcher: frozen(matcher) };
  } catch (error) {
    return { problems: [error instanceof NotPlain ? error.message : "the pattern cannot be read: it must be plain data, as JSON is"] };
  }
}

/** What it returns is whole only where it added no problem. */
function parseObject(pattern: unknown, place: Place, problems: string[]): ParsedPattern {
  const report = (problem: string): void => void problems.push(`${place.at || "the pattern"}: ${problem}`);
  const fields: ParsedField[] = [];
  let or: readonly ParsedPattern[] = [];
  if (!isObject(pattern)) report(`${shown(pattern)} is no object of fields such as { "total": [1] }`);
  else if (Object.keys(pattern).length === 0) report("an empty object says nothing: name at least one field");
  else {
    for (const [key, value] of Object.entries(pattern)) {
      const child = { at: below(place.at, key), path: below(place.path, key) };
      if (forbiddenKeys.has(key)) problems.push(`${child.at}: the key "${key}" is not allowed`);
      else if (key === "$or") or = parseOr(value, { at: child.at, path: place.path }, problems);
      else if (isObject(value)) fields.push({ key, path: child.path, nested: parseObject(value, child, problems) });
      else fields.push({ key, path: child.path, oneOf: parseLeaf(value, child, { key, problems }) });
    }
  }
  return { fields, or };
}

function parseOr(value: unknown, { at, path }: Place, problems: string[]): ParsedPattern[] {
  if (Array.isArray(value) && value.length >= 2)
    return value.map((pattern, index) => parseObject(pattern, { at: `${at}[${index}]`, path }, problems));
  problems.push(`${at}: ${shown(value)} is no list of at least two patterns`);
  return [];
}

function parseLeaf(value: unknown, { at }: Place, { key, problems }: { key: string; problems: string[] }): Condition[] {
  const report = (problem: string): void => void problems.push(`${at}: ${problem}`);
  if (!Array.isArray(value)) {
    const advice = operatorNames.includes(key)
      ? `an operator stands in a list: [{ ${JSON.stringify(key)}: … }]`
      : `write [${shown(value)}]`;
    report(`${shown(value)} must stand in a list; ${advice}`);
    return [];
  }
  if (value.length === 0) report("an empty list matches nothing: name at least one value, or leave the field out");
  return value.flatMap((entry, index) => {
    const within = (problem: string, rest = ""): void => void problems.push(`${at}[${index}]${rest}: ${problem}`);
    return parseCondition(entry, within) ?? [];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
