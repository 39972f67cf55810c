import type { KeyObject } from "node:crypto";

/** The key of one person's data. */
export interface SubjectKey {
  /** `subject.<hash>.<number>`: after an erasure the same person gets another number. */
  readonly kid: string;
  readonly key: KeyObject;
}

/** A key that is there, and that the ring of this process does not open. */
export interface ClosedKey {
  /** The key of the ring that it is wrapped with. */
  readonly closedBy: string;
  /** Why that does not open it: `which BUSBAR_KEYS does not hold`. */
  readonly why: string;
}

/** What became of a key that is asked for. */
export type FoundKey =
  | SubjectKey
  | ClosedKey
  | { readonly erased: /** milliseconds since 1970; undefined: it is not known when */ number | undefined };

/**
 * The keys of persons, by the hash of who they are. A process remembers a key for {@link subjectKeyMs} at most: so long after its destruction
 * nobody has it any more.
 */
export interface SubjectKeys {
  /** What stands for a subject wherever it is written. */
  hashOf(subject: string): string;
  /** The key that writes now, where this process has asked for it a moment ago. One that goes on being used is asked for again, beside the work. */
  known(hash: string): SubjectKey | undefined;
  /**
   * The keys that write, made where there are none.
   * @throws BusbarError `INVALID_CONFIGURATION` where the ring does not open one
   */
  forWriting(hashes: readonly string[]): Promise<ReadonlyMap<string, SubjectKey>>;
  /** The keys of these ids, by them; one that the ring does not open says so, and the others are there. Rejects only where Redis does not answer. */
  forReading(kids: readonly string[]): Promise<ReadonlyMap<string, FoundKey>>;
  /** Destroys a key; false: there was none. */
  destroy(hash: string): Promise<boolean>;
  /** Whether there is a key now, and when one was destroyed, milliseconds since 1970. */
  standing(hash: string): Promise<{ readonly present: boolean; readonly erased: number | undefined }>;
}

/** Why a key does not open, and what to do: for reasons and errors. Pure. */
export const closedReason = ({ closedBy, why }: ClosedKey): string =>
  `the key of its subject is wrapped with the key "${closedBy}", ${why}: put that one's line into BUSBAR_KEYS, behind the first, and start again`;

/** Milliseconds. */
export const subjectKeyMs = 5_000;

export const subjectOfKid = (kid: string): string | undefined => /^subject\.([^.]+)\.[^.]+$/.exec(kid)?.[1];
