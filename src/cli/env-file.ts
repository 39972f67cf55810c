import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { BusbarError } from "../base/errors.ts";

/** A line that Node reads: `NAME=value`, a comment, or nothing. A value in quotes may have several lines. */
const entry =
  /[ \t]*(?:(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`|[^\s"'`#][^\n]*|)[ \t]*)?(?:#[^\n]*)?(?:\n|$)/y;

const taken = new Set<string>();

/**
 * Takes the variables of the folder's `.env` into the environment of this process. What is set already stays, even if it is empty. No
 * file is no problem.
 * @throws BusbarError `INVALID_CONFIGURATION` when it cannot be read, or has lines that Node would pass over in silence; what stands in
 * them is not repeated, it may be a secret
 */
export function loadEnvFile(folder = process.cwd()): void {
  const file = join(folder, ".env");
  const text = textOf(file);
  const problems = unreadLines(text).map(
    (line) => `line ${line} is no setting: write NAME=value, close every quote, and begin a comment with #`,
  );
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", `${JSON.stringify(file)} cannot be used:`, { problems });
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (process.env[name] !== undefined) continue;
    process.env[name] = value;
    taken.add(name);
  }
}

/** The variables that this process has from `.env` alone. */
export function fromEnvFile(): ReadonlySet<string> {
  return taken;
}

/** As Node's parser takes it: some editors begin a file with a mark, or end its lines with two characters. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8")
      .replace(/^\u{feff}/u, "")
      .replaceAll("\r\n", "\n");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "";
    throw new BusbarError("INVALID_CONFIGURATION", `${JSON.stringify(file)} cannot be read: ${message}`);
  }
}

/** The numbers, from 1, of the lines that Node's parser would pass over, or take for something else. Pure. */
export function unreadLines(text: string): readonly number[] {
  const unread: number[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    entry.lastIndex = at;
    const read = entry.test(text);
    if (!read) unread.push(line);
    const next = read ? entry.lastIndex : text.indexOf("\n", at) + 1 || text.length;
    line += text.slice(at, next).split("\n").length - 1;
    at = next;
  }
  return unread;
}
