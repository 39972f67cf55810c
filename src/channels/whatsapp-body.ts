import type { HoleProblem } from "./holes.ts";
import { isContent, isHole, isPath, type Program } from "./template-syntax.ts";

/**
 * What WhatsApp refuses in the body of a template, before it is sent there for approval: parameters at the start or end, or side by
 * side, and everything that makes the text longer or shorter than what was approved.
 */
export function whatsappBodyProblems({ body }: Program): HoleProblem[] {
  const problems: HoleProblem[] = [];
  const statements = body.filter((statement) => !isContent(statement) || statement.value.trim() !== "");
  for (const [index, statement] of statements.entries()) {
    if (isContent(statement)) continue;
    const report = (message: string): void => void problems.push({ line: statement.loc.start.line, message });
    if (!isHole(statement)) {
      report("the approved text of a WhatsApp template is fixed: it has holes such as {{name}}, and no blocks or comments");
      continue;
    }
    if (!isPath(statement.path)) continue;
    const { original, parts, depth, data } = statement.path;
    const [before, after] = [statements[index - 1], statements[index + 1]];
    if (parts.length !== 1 || depth > 0 || data)
      report(`{{${original}}}: a parameter is one name: give the value that name in the route's data function`);
    if (before === undefined) report(`{{${original}}} begins the text, which WhatsApp refuses: put words before it`);
    else if (isHole(before)) report(`{{${original}}} follows another parameter, which WhatsApp refuses: put words between them`);
    if (after === undefined) report(`{{${original}}} ends the text, which WhatsApp refuses: put words after it`);
  }
  return problems;
}

/** The names of the parameters: each hole once, in the order of their first appearance. */
export function whatsappParameterNames({ body }: Program): string[] {
  return [...new Set(body.flatMap((statement) => (isHole(statement) && isPath(statement.path) ? [statement.path.original] : [])))];
}
