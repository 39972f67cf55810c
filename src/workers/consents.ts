import type { ConsentNotice } from "../define/notice.ts";
import type { SuppressedPlace } from "./suppressions.ts";

/**
 * What readers have said about what they want to get.
 *
 * The contract:
 * - A wish is recorded and followed in one step: `out` suppresses the address, for the wish's category or for all messages of the channel;
 *   `in` takes such an entry away.
 * - One event id changes something once, however often it comes within 30 days.
 * - Wishes come late and in any order: one that was said before another of the same scope is recorded, and changes nothing.
 * - `in` for a category takes away whatever stops that category. `in` for all messages takes away everything but what a person has added for
 *   all messages, and of e-mail but what holds for all messages because mail came back: the reader cannot know that.
 */
export interface Consents {
  apply(notice: ConsentNotice): Promise<ConsentResult>;
  /** The newest first, at most 20 of an address. */
  of(place: SuppressedPlace): Promise<readonly Consent[]>;
  /** Forgets what was said of an address; what it suppresses stays. False: there was nothing. */
  forget(place: SuppressedPlace): Promise<boolean>;
}

/** `repeated`: its event id was there. `outdated`: the reader has said otherwise since. `unusable`: it names no address of its channel. */
export type ConsentResult = "applied" | "repeated" | "outdated" | "unusable";

export interface Consent {
  readonly wish: "out" | "in";
  /** Only messages of this category; undefined: all of the channel. */
  readonly category?: string;
  /** How the reader said so, such as `STOP by SMS`. */
  readonly said: string;
  /** Who told us: a provider, or `busbar` where its own page did. */
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The source of a suppression that its reader asked for. */
export const readerSource = "reader";
