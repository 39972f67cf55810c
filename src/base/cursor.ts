import { BusbarError } from "./errors.ts";
import { shortHash } from "./ids.ts";

/** One page of a list. */
export interface PageRequest {
  /** At most so many. */
  readonly count?: number | undefined;
  /** The `next` of the page before. Default: from the beginning. */
  readonly cursor?: string | undefined;
}

/** The places at which the pages of one list end. */
export interface Cursors<Place> {
  /** The text that says so; it means something to this list alone, asked for the same selection. */
  write(place: Place, selection?: Selection): string;
  /**
   * The place that a text says; undefined for none.
   * @throws BusbarError `INVALID_CURSOR` for any text that this list has not written for this selection
   */
  read(cursor: string | undefined, selection?: Selection): Place | undefined;
}

/** What a list was asked for beside the page, always in the same order. */
type Selection = readonly unknown[];

/**
 * Cursors hold where a page ended and not how many came before it, so that what comes and goes meanwhile neither repeats nor hides anything.
 * @param list its name, for the message
 * @param isPlace whether a value is a place of this list
 */
export function cursorsOf<Place>(list: string, isPlace: (value: unknown) => value is Place): Cursors<Place> {
  const printOf = (selection: Selection): string => shortHash(JSON.stringify([list, selection])).slice(0, 8);
  const wrong = (why: string): BusbarError =>
    new BusbarError("INVALID_CURSOR", `The cursor is not one of ${list}${why}: give the \`next\` of the page before, as it came.`);

  return {
    write: (place, selection = []) => Buffer.from(JSON.stringify([list, printOf(selection), place])).toString("base64url"),
    read(cursor, selection = []) {
      if (cursor === undefined) return undefined;
      const [of, print, place] = partsOf(cursor);
      if (of !== list) throw wrong(typeof of === "string" && /^[a-z -]{1,40}$/.test(of) ? `, it is one of ${of}` : "");
      if (print !== printOf(selection)) throw wrong(" that was asked for the same things");
      if (!isPlace(place)) throw wrong("");
      return place;
    },
  };
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parts) ? (parts as unknown[]) : [];
  } catch {
    return [];
  }
}

export interface WholeList<Item> extends PageRequest {
  readonly items: readonly Item[];
  /** What tells an item from all others; the list is in the order of these. */
  readonly keyOf: (item: Item) => string;
  readonly cursors: Cursors<string>;
}

/** A page of what is known as a whole. Pure. */
export function pageOf<Item>({ items, keyOf, cursors, cursor, count = items.length }: WholeList<Item>): {
  readonly page: readonly Item[];
  readonly next?: string;
} {
  const after = cursors.read(cursor);
  const left = items.filter((item) => after === undefined || keyOf(item) > after).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = left.slice(0, count);
  return left.length > count && page.length > 0 ? { page, next: cursors.write(keyOf(page.at(-1)!)) } : { page };
}

export const isText = (value: unknown): value is string => typeof value === "string";
export const isWholeNumber = (value: unknown): value is number => Number.isSafeInteger(value);
