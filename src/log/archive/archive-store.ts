/**
 * Where segments are kept when they have left the log: a folder, or a bucket.
 *
 * The contract:
 * - A `put` that resolved is there as a whole, whatever dies afterwards; one that failed is there as a whole or not at all. Twice is fine.
 * - `list` tells the names that begin with a prefix, in their order.
 * - What a bucket does not answer is a BusbarError `ARCHIVE_FAILED`, at once or in the midst of a body; what a body that is put fails with goes on as it is.
 */
export interface ArchiveStore {
  /** How people call it. */
  readonly title: string;
  put(name: string, body: AsyncIterable<Uint8Array> | Uint8Array): Promise<void>;
  /** Undefined where there is no such thing. */
  get(name: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  list(prefix: string): Promise<readonly string[]>;
}
