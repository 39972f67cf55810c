import Table from "cli-table3";
import { oneLine } from "./visible.ts";

/** A column: its title, and where its cells stand. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right. Default: left. */
  readonly right?: boolean;
}

const noLines = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
} as const;

/** A plain table, a line a row, without colours or borders, so that `grep` and `awk` read it as people do. Pure. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const table = new Table({
    head: columns.map(({ title }) => title.toUpperCase()),
    chars: noLines,
    colAligns: columns.map(({ right }) => (right === true ? "right" : "left")),
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  // Where an empty cell stood, awk would see the next one.
  table.push(...rows.map((row) => row.map((cell) => oneLine(cell) || "-")));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}
