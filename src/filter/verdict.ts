import { type Explanation, explain } from "./explain.ts";
import { lint } from "./lint.ts";
import type { ParsedPattern } from "./parsed-pattern.ts";

/** What is told of a pattern and a payload: whether it matches, why not, and what is odd about the pattern. */
export interface Verdict extends Partial<Explanation> {
  readonly matches: boolean;
  readonly warnings: readonly string[];
}

export function verdictOn(pattern: ParsedPattern, payload: unknown): Verdict {
  const warnings = lint(pattern).map(({ path, finding, why }) => `${path} ${finding}: ${why}`);
  const why = explain(pattern, payload);
  return why === undefined ? { matches: true, warnings } : { matches: false, ...why, warnings };
}
