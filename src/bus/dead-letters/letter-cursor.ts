import { cursorsOf } from "../../base/cursor.ts";
import type { LetterPlace } from "../../queues/dead-letter-index.ts";

type Place = readonly [at: number, id: string];

const isPlace = (value: unknown): value is Place =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === "string";

const cursors = cursorsOf("dead letters", isPlace);

/** A place in a list of dead letters, which was asked for by a filter, as text that means nothing to others. */
export function cursorOf({ at, id }: LetterPlace, selection: readonly unknown[]): string {
  return cursors.write([at, id], selection);
}

/** @throws BusbarError `INVALID_CURSOR` for what is no cursor of this list and filter */
export function placeOf(cursor: string | undefined, selection: readonly unknown[]): LetterPlace | undefined {
  const place = cursors.read(cursor, selection);
  return place && { at: place[0], id: place[1] };
}
