const longest = 300;

/** In this order: what an earlier one takes, a later one does not see. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/https?:\/\/[^\s"'`<>)]+/g, "<url>"],
  [/[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, "<address>"],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, "<address>"],
  [/(?:[\da-f]{1,4}:){3,7}[\da-f]{0,4}/gi, "<address>"],
  [/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  // A quotation mark within a word is an apostrophe.
  [/"(?:[^"\\\n]|\\.)*"|“[^”\n]*”|`[^`\n]*`|(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu, "<text>"],
  // Where in a file something was.
  [/(?<=\.[cm]?[jt]sx?):\d+(?::\d+)?/g, ""],
  [/(?:[\w.@-]*[\\/])+(?=[\w.@-]+\.[cm]?[jt]sx?\b)/g, ""],
  [/(?<![\p{L}\p{N}_-])[+-]?\d+(?:[.,]\d+)*%?(?![\p{L}\p{N}_-])/gu, "<n>"],
  // An id has a digit, or is longer than a word.
  [/[\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*/gu, "<id>"],
  [/\b[\w-]{32,}\b/g, "<id>"],
];

/**
 * What is the same in errors of one cause: without ids, numbers, addresses, times, what stands in quotation marks, and places in files;
 * at most 300 characters. Pure.
 */
export function errorPattern(text: string): string {
  const oneLine = text
    .slice(0, longest * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  const pattern = varying.reduce((left, [what, name]) => left.replaceAll(what, name), oneLine);
  // Lists of many are as one.
  return pattern.replaceAll(/(<(?:\w+)>)(?:[,;]? \1)+/g, "$1").slice(0, longest);
}

/** The function and file in which an error was thrown: of its stack the first line that is no library's and not Node's. Pure. */
export function thrownIn(stack: string | undefined): string {
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const own = frames.find((line) => !/node:|node_modules|<anonymous>\)?$/.test(line));
  return own === undefined ? "" : own.replace(/^\s+at (?:async )?/, "").replaceAll(/\(?[^\s()]*[\\/]([^\s()\\/]+?)(?::\d+)*\)?$/g, "$1");
}

/** What errors of one cause share, before it is hashed. Pure. */
export function fingerprintText(reason: string, stack: readonly string[]): string {
  return `${errorPattern(reason)}\n${thrownIn(stack.at(-1))}`;
}
