/** What is wrong with one tag of an MJML text. */
export interface TagProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * Comments, what MJML takes as text, MJML's own tags, and those of them that never end. HTML inside `mj-text` and its like is not
 * looked at: browsers and mail programs close it in ways of their own.
 */
const pieces = /<!--.*?(?:-->|$)|<!\[CDATA\[.*?(?:\]\]>|$)|<(\/?)(mj[a-z-]*)(?=[\s/>]|$)((?:[^>"'<]|"[^"]*"|'[^']*')*)(>?)/gis;

/** MJML closes, without a word, what its author forgot to close, and what comes next lands in the wrong place. */
export function tagProblems(source: string): TagProblem[] {
  const problems: TagProblem[] = [];
  const open: { name: string; line: number; ends: boolean }[] = [];
  const leftOpen = (tags: typeof open): void => {
    for (const { name, line, ends } of tags)
      if (ends) problems.push({ line, message: `<${name}> is not closed: write </${name}> where it ends` });
  };
  for (const { 1: slash, 2: tag, 3: rest = "", 4: end, index } of source.matchAll(pieces)) {
    if (tag === undefined) continue;
    const name = tag.toLowerCase();
    const line = source.slice(0, index).split("\n").length;
    const ends = end !== "";
    if (!ends) problems.push({ line, message: `the tag <${slash}${name} never ends: its > or the end of a quote is missing` });
    if (slash === "") {
      if (!rest.endsWith("/")) open.push({ name, line, ends });
      continue;
    }
    const at = open.findLastIndex((each) => each.name === name);
    if (at >= 0) leftOpen(open.splice(at).slice(1));
    else problems.push({ line, message: `</${name}> closes nothing: no <${name}> is open there` });
  }
  leftOpen(open);
  return problems.toSorted((a, b) => a.line - b.line);
}
