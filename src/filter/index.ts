/**
 * The event patterns of EventBridge and the filter policies of SNS, `busbar/filter`: read, matched, explained, and many of them at once. It connects to
 * nothing, needs no dependency, and makes no regular expression of what it is given.
 */
import { goodPattern, parsePattern, parsePatternText } from "./parse.ts";
import type { ParsedPattern } from "./parsed-pattern.ts";
import type { Dialect } from "./report.ts";

export { explain, type Explanation, type Failure } from "./explain.ts";
export { FilterError, type FilterProblem } from "./filter-error.ts";
export { patternLimits } from "./limits.ts";
export { lint, type Lint } from "./lint.ts";
export { matches } from "./match.ts";
export type { ParsedPattern } from "./parsed-pattern.ts";
export type { NumericPattern, Pattern, SharedPattern, TextEnd, ValuePattern } from "./pattern.ts";
export { type PatternIndex, patternIndex } from "./pattern-index.ts";
export type { Dialect } from "./report.ts";
export { type MessageAttribute, snsAttributes, snsBody } from "./sns.ts";

/**
 * Reads a pattern, or the JSON text of one. A text tells more: a key that stands twice, a number that would be rounded, and where the JSON is wrong.
 * @throws FilterError with everything that is wrong with it
 */
export function parse(pattern: unknown, dialect: Dialect = {}): ParsedPattern {
  return goodPattern(typeof pattern === "string" ? parsePatternText(pattern, dialect) : parsePattern(pattern, dialect));
}
