/**
 * How a shell finds the names of a folder's topics, subscribers and schedules: as they are written in its files, without starting anything. A name that is
 * made by code is not offered.
 */
export const findNames = {
  topics: found("topics", "defineTopic", "^"),
  // The first of a definition: those of its routes follow.
  subscribers: found("subscribers", "defineSubscriber", "[{, ]name: *"),
  schedules: found("schedules", "defineSchedule", "[{, ]name: *"),
} as const;

/** The first text in quotes behind `before`, of each definition, which may well stand on several lines. `\047` is a quote that needs none in a shell. */
function found(folder: string, definition: string, before: string): string {
  const name = String.raw`${before} *["\047][a-z0-9._-]+["\047]`;
  const print = String.raw`s = substr(part[i], RSTART, RLENGTH - 1); sub(/^[^"\047]*["\047]/, "", s); print s`;
  const each = `for (i = 2; i <= n; i++) if (match(part[i], /${name}/)) { ${print} }`;
  return `awk '{ all = all " " $0 } END { n = split(all, part, /${definition} *[(]/); ${each} }' ${folder}/*.*s 2>/dev/null`;
}

/** A text in single quotes, as bash and zsh read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** As a line of help may be too long for a terminal's column: its first part. */
export function briefly(text: string): string {
  return text.split(/[:;(]/)[0]!.trim().replaceAll(/\s+/g, " ").slice(0, 100);
}
