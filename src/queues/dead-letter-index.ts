/**
 * What is known of the dead letters of one queue without reading them. The failed set is the truth, and this is made of it: it holds nothing
 * that could not be made again.
 *
 * The contract:
 * - Letters of which all {@link Facets} but the recipient are the same are of one kind. There are few kinds, however many letters there are, so
 *   whatever is asked of kinds takes no time with the letters' number.
 * - A process that sees a letter die takes it up at once. Where it was killed before it could, the next one that looks sees that the index and
 *   the failed set differ, and takes up the difference.
 * - What leaves the failed set leaves the index first, so that a crash in between only ever makes the index the smaller one.
 */
export interface DeadLetterIndex {
  /** Takes up a letter that has just died, soon and together with others. It never throws. */
  note(id: string): void;
  /** Resolves when everything noted is taken up. */
  settled(): Promise<void>;
  /** Makes index and failed set agree; one call to Redis where they do. Says how many letters it took up or dropped. */
  catchUp(): Promise<number>;
  /** Forgets everything and makes it anew, and says of how many letters. Who asks meanwhile waits for it. */
  rebuild(): Promise<number>;
  /** Drops letters that are about to leave the failed set. */
  drop(ids: readonly string[]): Promise<void>;
  kinds(): Promise<readonly Kind[]>;
  /** How many letters of each kind there are in a time, in their order; undefined where there are none. */
  spans(kinds: readonly Kind[], range: LetterRange): Promise<readonly (Span | undefined)[]>;
  /** A page of letters, the newest first; `kinds` undefined: of all kinds, by the failed set itself. */
  page(kinds: readonly Kind[] | undefined, page: LetterPage): Promise<readonly LetterPlace[]>;
  /** All letters of a recipient, the newest first. */
  ofRecipient(recipient: string): Promise<readonly (LetterPlace & { readonly kind: string })[]>;
}

/** What letters are told apart by. */
export interface Facets {
  /** By its oldest name; empty of a callback. */
  readonly subscriber: string;
  /** Empty where the entry was no event, or it is a callback. */
  readonly topic: string;
  readonly reasonClass: ReasonClass;
  /** A hash of what is the same in errors of one cause. */
  readonly fingerprint: string;
  /** A keyed hash of the address; undefined where there is none. */
  readonly recipient?: string | undefined;
}

/**
 * - `refused`: known when it was planned that it can never be sent, such as a wrong address;
 * - `unrenderable`: no message can be made of its data;
 * - `rejected`: the provider, or the code that was to handle it, said that it will never do;
 * - `exhausted`: its last attempt failed;
 * - `poison`: its workers died again and again.
 */
export const reasonClasses = ["refused", "unrenderable", "rejected", "exhausted", "poison"] as const;

export type ReasonClass = (typeof reasonClasses)[number];

export interface Kind extends Omit<Facets, "recipient"> {
  readonly key: string;
}

/** Milliseconds since 1970, both included. */
export interface LetterRange {
  readonly from: number;
  readonly to: number;
}

export interface Span {
  readonly count: number;
  readonly first: LetterPlace;
  readonly last: LetterPlace;
}

export interface LetterPlace {
  readonly id: string;
  /** When its last try ended, milliseconds since 1970. */
  readonly at: number;
}

export interface LetterPage extends LetterRange {
  readonly count: number;
  /** Only those that come after this one in the order: by time, the newest first, then by id, the last first. */
  readonly after?: LetterPlace | undefined;
}

/** The order of lists of dead letters. Pure. */
export function newestFirst(a: LetterPlace, b: LetterPlace): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** When the dead letters of a queue are so many that somebody should look. */
export interface DeadLetterAlarm {
  /** False: never. */
  readonly threshold: number | false;
  /** Told once each time that it is reached, in one of all processes; where it throws, it is told again later. Undefined: this process tells nobody. */
  readonly tell?: ((fact: ThresholdReached) => Promise<void>) | undefined;
}

export interface ThresholdReached {
  readonly queue: string;
  readonly threshold: number;
  readonly count: number;
  /** When it was reached, milliseconds since 1970: it names this time, whoever tells it. */
  readonly since: number;
}
