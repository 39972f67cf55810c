import { leftOut } from "./left-out.ts";
import { matches } from "./match.ts";
import type { Condition, ParsedLeaf, ParsedPattern, Scalar } from "./parsed-pattern.ts";

/** A list of a pattern that says less than it seems to, or what nothing can be. */
export interface Lint {
  readonly path: string;
  readonly finding: "never matches" | "always matches";
  readonly why: string;
}

/** What may lie at one path of all payloads. */
export interface Possible {
  /** Every value that there may be; undefined where they cannot be counted. */
  readonly values: readonly Scalar[] | undefined;
  /** Whether there may be no value. */
  readonly absent: boolean;
}

const anything: Possible = { values: undefined, absent: true };

/** What is odd about a pattern, whatever payloads are. */
export function lint({ fields, or }: ParsedPattern): Lint[] {
  return [...fields.flatMap((field) => ("nested" in field ? lint(field.nested) : leafLint(field))), ...or.flatMap(lint)];
}

/** What is odd about one list, where more is known about what may lie there. */
export function leafLint({ path, oneOf }: ParsedLeaf, { values, absent }: Possible = anything): Lint[] {
  const present = presentWhy(oneOf);
  const holds = (data: object): boolean => matches({ fields: [{ key: "x", path: "x", oneOf }], or: [] }, data);
  const whenAbsent = holds({});
  const all = values === undefined ? present !== undefined : values.every((x) => holds({ x }));
  const some = values === undefined ? oneOf.some((condition) => !isAbsence(condition)) : values.some((x) => holds({ x }));
  if (!some && !(absent && whenAbsent)) {
    const why = values === undefined ? "there is always a value" : `it is ${values.map((value) => JSON.stringify(value)).join(" or ")}`;
    return [{ path, finding: "never matches", why }];
  }
  if (all && (!absent || whenAbsent))
    return [{ path, finding: "always matches", why: present ?? "every value that it can have is in the list, and there is always one" }];
  // Two of what leaves something out let each other's exceptions through: hardly what was meant, even where a value may be missing.
  if (present !== undefined && oneOf.filter(leavesOut).length > 1) return [{ path, finding: "always matches", why: present }];
  return [];
}

/** Why a list holds of every value. */
function presentWhy(oneOf: readonly Condition[]): string | undefined {
  if (oneOf.some((condition) => condition.is === "exists" && condition.exists)) return 'it has { "exists": true }';
  const excluded = leftOut(oneOf);
  if (oneOf.filter(leavesOut).length > 1 && (excluded.length > 1 || excluded[0]?.length === 0))
    return "what one anything-but leaves out, another lets through: put all into one";
  return undefined;
}

function leavesOut({ is }: Condition): boolean {
  return is === "none-of" || is === "none-like";
}

function isAbsence(condition: Condition): boolean {
  return condition.is === "exists" && !condition.exists;
}
