import { BusbarError } from "../base/errors.ts";
import { unknownOptions } from "../define/names.ts";

/** A text that is exactly so, or one that the expression finds something in. */
export type TextPattern = string | RegExp;

/** What an object must at least hold: objects by the keys that are named, texts perhaps by an expression, everything else as it is. */
export type Partly<Value> = Value extends string
  ? Value | RegExp
  : Value extends readonly (infer Item)[]
    ? readonly Partly<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]?: Partly<Value[Key]> }
      : Value;

/** True where nothing is wanted, or the value is what is wanted. */
export function isText(value: string | undefined, wanted: TextPattern | undefined): boolean {
  if (wanted === undefined) return true;
  if (value === undefined) return false;
  return typeof wanted === "string" ? value === wanted : found(value, wanted);
}

/** The same for long texts: a text that is wanted must stand in it somewhere. */
export function holdsText(value: string | undefined, wanted: TextPattern | undefined): boolean {
  return typeof wanted === "string" ? value?.includes(wanted) === true : isText(value, wanted);
}

/** True where the value holds at least what is wanted. */
export function holds(value: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return typeof value === "string" && found(value, wanted);
  if (typeof wanted !== "object" || wanted === null) return Object.is(value, wanted);
  if (typeof value !== "object" || value === null || Array.isArray(value) !== Array.isArray(wanted)) return false;
  if (Array.isArray(wanted) && wanted.length !== (value as unknown[]).length) return false;
  return Object.entries(wanted).every(([key, part]) => holds((value as Record<string, unknown>)[key], part));
}

/** `search` begins at the beginning, whatever the expression was used for before. */
function found(value: string, pattern: RegExp): boolean {
  return value.search(pattern) !== -1;
}

/** @throws BusbarError `INVALID_CONFIGURATION` when a pattern says what nothing is compared with: it would match everything */
export function checkPattern(assertion: string, pattern: object, known: readonly string[]): void {
  const problems = unknownOptions(pattern, known);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", `${assertion} cannot look for that:`, { problems });
}
