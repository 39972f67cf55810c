import { isEmpty } from "./bits.ts";
import { beginLooks } from "./looks.ts";
import type { ParsedPattern } from "./parsed-pattern.ts";
import { isScalar } from "./payload.ts";
import { compiled, type Program } from "./program.ts";
import { tryPlace } from "./walk.ts";

const programs = new WeakMap<ParsedPattern, Program>();

/** The program of a pattern, made when it is first asked for: of a large one when it is read, of others when they are matched. */
export function programOf(pattern: ParsedPattern): Program {
  const known = programs.get(pattern);
  if (known !== undefined) return known;
  const program = compiled(pattern);
  programs.set(pattern, program);
  return program;
}

/**
 * Whether a payload is what a pattern asks for; one that is no object or list never is. Of objects only their own keys are read; a list, and
 * lists in it, match where one of their elements does. What it costs is bounded by the payload's size, whatever the pattern.
 */
export function matches(pattern: ParsedPattern, data: unknown): boolean {
  if (data === undefined || isScalar(data)) return false;
  beginLooks();
  return !isEmpty(tryPlace(programOf(pattern).root, data));
}
