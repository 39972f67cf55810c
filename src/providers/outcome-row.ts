import type { OutcomeTable } from "./outcome-table.ts";

export interface Judging {
  /** Milliseconds since 1970, to turn a date into a wait. */
  readonly now: number;
  /** A team's own rows. They win. */
  readonly outcomes?: OutcomeTable | undefined;
}

/**
 * The row for an answer: of the first table that has one, that of the first key. Pure.
 * @param tables a team's own before the vendor's
 * @param keys what the answer says, the most exact first
 */
export function outcomeRow<Row>(
  tables: readonly (Readonly<Record<string, Row>> | undefined)[],
  keys: readonly (string | undefined)[],
): Row | undefined {
  for (const table of tables)
    for (const key of keys)
      // What a vendor says may be the name of anything that every object has.
      if (table !== undefined && key !== undefined && Object.hasOwn(table, key)) return table[key];
  return undefined;
}

/** The object that a JSON text is; an empty one where it is none, for a gateway before a vendor may answer anything. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** A value as an object to look into; an empty one where it is none. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A value where it is text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
