import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { FilterError } from "../filter/filter-error.ts";
import { type Dialect, parse, type ParsedPattern } from "../filter/index.ts";
import { UsageError } from "./usage-error.ts";

/**
 * JSON as it is typed: itself, the name of a file that holds it, or `-` for standard input.
 * @throws UsageError where there is no such file
 */
export async function jsonArgument(name: string, typed: string): Promise<string> {
  if (typed === "-") return text(process.stdin);
  if (/^\s*[[{"]/.test(typed)) return typed;
  try {
    return await readFile(typed, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new UsageError(`${name} is neither JSON nor - nor a file that can be read: ${JSON.stringify(typed)}: ${why}`);
  }
}

/** A pattern as it is typed. @throws UsageError with everything that is wrong with it */
export async function patternArgument(name: string, typed: string, dialect: Dialect = {}): Promise<ParsedPattern> {
  return parsedPattern(name, await jsonArgument(name, typed), dialect);
}

/** A pattern in JSON. @throws UsageError with everything that is wrong with it */
export function parsedPattern(name: string, json: string, dialect: Dialect = {}): ParsedPattern {
  try {
    return parse(json, dialect);
  } catch (error) {
    if (error instanceof FilterError)
      throw new UsageError([`${name} cannot be used:`, ...error.problems.map((each) => `  - ${each}`)].join("\n"));
    throw error;
  }
}
