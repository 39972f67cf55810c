import { oneLine, visibleJson } from "./visible.ts";

/** Prints lines for people; what stands in them has gone through `oneLine` or `visible`. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** Prints one line of JSON for programs. */
export function printJson(value: unknown): void {
  print(visibleJson(value));
}

/** Says on standard error what did not work, where the rest of the command goes on. */
export function complain(line: string): void {
  process.stderr.write(`busbar: ${line}\n`);
}

/** Of what did not work, one line each. Pure. */
export function problemLines(problems: readonly string[]): string[] {
  return problems.map((problem) => `  - ${oneLine(problem)}`);
}
