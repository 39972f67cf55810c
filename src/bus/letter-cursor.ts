import { BusbarError } from "../base/errors.ts";
import type { LetterPlace } from "../queues/dead-letter-index.ts";

/** A place in a list of dead letters as text that means nothing to others. */
export function cursorOf({ at, id }: LetterPlace): string {
  return Buffer.from(`${at} ${id}`).toString("base64url");
}

/** @throws BusbarError `INVALID_DEAD_LETTERS` for what is no cursor */
export function placeOf(cursor: string): LetterPlace {
  const match = /^(\d{1,16}) ([\w.-]{1,200})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (match === null)
    throw new BusbarError("INVALID_DEAD_LETTERS", "The cursor is none: take it from `next` of the page before, unchanged.");
  return { at: Number(match[1]), id: match[2]! };
}
