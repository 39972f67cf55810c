import { percentile } from "./percentile.ts";

/** One line of the table. */
export interface Result {
  readonly what: string;
  /** Empty for what is only counted. */
  readonly unit: "µs" | "ms" | "s" | "MB" | "bytes" | "×" | "";
  readonly p50: number;
  readonly p99: number | undefined;
  /** How many were measured. */
  readonly count: number;
  /** The first figure must stay below this. */
  readonly goal: number | undefined;
}

/** Of times in milliseconds. */
export function timesResult(what: string, times: readonly number[], goal?: number): Result {
  return { what, unit: "ms", p50: percentile(times, 0.5), p99: percentile(times, 0.99), count: times.length, goal };
}

export function misses({ p50, goal }: Result): boolean {
  return goal !== undefined && p50 >= goal;
}

/** The results as aligned lines. Pure. */
export function tableLines(results: readonly Result[]): string[] {
  const rows = results.map((result) => {
    const { what, unit, p50, p99, count, goal } = result;
    const figure = (value: number): string => `${value.toFixed(unit === "MB" || unit === "bytes" || unit === "" ? 0 : 2)} ${unit}`.trim();
    const verdict = goal === undefined ? "" : `${misses(result) ? "MISSED" : "reached"}: < ${goal} ${unit}`;
    return [what, figure(p50), p99 === undefined ? "" : figure(p99), String(count), verdict];
  });
  const table = [["", "p50", "p99", "count", "goal for p50"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("   "),
  );
}
