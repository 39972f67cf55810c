const longest = 300;

/** What a vendor said, as one short line that is safe in a log, a terminal and a time line. */
export function reasonText(...parts: readonly unknown[]): string {
  const text = parts
    .filter((part) => part !== undefined && part !== null && part !== "")
    .map((part) => (typeof part === "string" ? part.slice(0, longest * 2) : String(part)))
    .join(" ")
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ")
    .trim()
    .toWellFormed();
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text;
}
