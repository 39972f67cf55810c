import type { HoleProblem } from "./holes.ts";
import { isBlock, isHole, isPath, type Program } from "./template-syntax.ts";

/**
 * The holes of a template that its compiled HTML does not have any more: MJML drops text that stands outside its text elements,
 * without a word. They may appear more often in HTML, since MJML writes some parts twice for Outlook.
 */
export function lostHoles(source: Program, html: Program): HoleProblem[] {
  const left = new Map<string, number>();
  for (const { key } of holesOf(html)) left.set(key, (left.get(key) ?? 0) + 1);
  const problems: HoleProblem[] = [];
  for (const { key, line } of holesOf(source)) {
    const remaining = (left.get(key) ?? 0) - 1;
    left.set(key, remaining);
    if (remaining < 0)
      problems.push({
        line,
        message: `{{${key}}} is lost when MJML is compiled: put it inside <mj-text>, or inside <mj-raw> between elements`,
      });
  }
  return problems;
}

function holesOf(program: Program | undefined): { key: string; line: number }[] {
  return (program?.body ?? []).flatMap((statement) => {
    const { line } = statement.loc.start;
    if (isHole(statement)) return [{ key: isPath(statement.path) ? statement.path.original : "", line }];
    if (!isBlock(statement)) return [];
    const subject = statement.params.filter(isPath).map(({ original }) => ` ${original}`);
    const own = { key: `#${statement.path.original}${subject.join("")}`, line };
    return [own, ...holesOf(statement.program), ...holesOf(statement.inverse)];
  });
}
