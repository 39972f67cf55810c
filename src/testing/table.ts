/** Values by the names of their columns, in the order of the columns. */
export type Row = Readonly<Record<string, string>>;

const mostRows = 20;
const widest = 56;

/** Rows as text for a person: aligned, without the columns that say nothing, and without anything that moves a cursor or begins a line. */
export function table(rows: readonly Row[]): string {
  const shown = rows.slice(0, mostRows);
  const columns = [...new Set(shown.flatMap((row) => Object.keys(row)))].filter((column) => shown.some((row) => row[column]));
  const lines = [columns, ...shown.map((row) => columns.map((column) => cell(row[column] ?? "")))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
  const text = lines.map((line) => `  ${line.map((value, index) => value.padEnd(widths[index]!)).join("  ")}`.trimEnd());
  if (rows.length > mostRows) text.push(`  … and ${rows.length - mostRows} more`);
  return text.join("\n");
}

function cell(value: string): string {
  const line = value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}
