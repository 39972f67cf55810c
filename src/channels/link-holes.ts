import type { HoleProblem } from "./holes.ts";
import { urlHelper, urlPartHelper } from "./html-places.ts";
import { type Hole, isContent, isHole, isPath, type Program } from "./template-syntax.ts";

/** Everything wrong with a text that is one link, such as what a tap on a push notification opens. */
export function linkProblems({ body }: Program): HoleProblem[] {
  const [first] = body;
  const problems = body
    .filter((statement) => !isContent(statement) && !isHole(statement))
    .map(({ loc }) => ({ line: loc.start.line, message: "a link holds plain holes only: build it in the route's data function" }));
  if (first !== undefined && isContent(first) && !/^\s*https?:\/\//i.test(first.value))
    problems.unshift({ line: first.loc.start.line, message: "a link begins with https:// or http://, or with a hole that is a whole URL" });
  return problems;
}

/**
 * Gives the holes of a link to the helpers that make them safe: the one that begins it must be a whole URL, any other is
 * percent-encoded, so that it adds no path, query or host of its own. Changes the program.
 */
export function secureLink(program: Program): Program {
  for (const [index, statement] of program.body.entries())
    if (isHole(statement)) secure(statement, index === 0 ? urlHelper : urlPartHelper);
  return program;
}

function secure(hole: Hole, helper: string): void {
  const { path } = hole;
  if (!isPath(path)) return;
  hole.params = [path];
  hole.path = { ...path, data: false, depth: 0, parts: [helper], original: helper };
}
