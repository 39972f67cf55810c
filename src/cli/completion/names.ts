/**
 * How a shell finds the names of a folder's topics and subscribers: as they are written in its files, without starting anything. A name that is made by code
 * is not offered.
 */
export const findNames = {
  // The quotes of TypeScript stand in classes, between the quotes of the shell.
  topics: String.raw`sed -n 's/.*defineTopic(["'"'"']\([a-z0-9._-]*\)["'"'"'].*/\1/p' topics/*.*s 2>/dev/null`,
  // Those of its routes stand further to the right.
  subscribers: String.raw`sed -n 's/^  name: ["'"'"']\([a-z0-9._-]*\)["'"'"'].*/\1/p' subscribers/*.*s 2>/dev/null`,
} as const;

/** A text in single quotes, as bash and zsh read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** As a line of help may be too long for a terminal's column: its first part. */
export function briefly(text: string): string {
  return text.split(/[:;(]/)[0]!.trim().replaceAll(/\s+/g, " ").slice(0, 100);
}
