/**
 * The values of one line of CSV (RFC 4180), or undefined where its quotes do not close. Values with line breaks are not supported: they
 * look like such a line.
 */
export function csvValues(line: string): string[] | undefined {
  const values: string[] = [];
  const value = /("(?:[^"]|"")*"|[^",]*)(,|$)/y;
  for (;;) {
    const match = value.exec(line);
    if (match === null) return undefined;
    const [, text = "", end] = match;
    values.push(text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.trim());
    if (end === "") return values;
  }
}

/**
 * One line of CSV. A text that a spreadsheet would run as a formula gets an apostrophe before it, since what customers and suppliers
 * write ends up in it.
 */
export function csvLine(values: readonly (string | number)[]): string {
  return values
    .map((value) => (typeof value === "number" ? String(value) : quoted(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value)))
    .join(",");
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
