/**
 * Where segments are kept when they have left the log: a folder, or a bucket.
 *
 * The contract:
 * - A `put` that resolved is there as a whole, whatever dies afterwards; one that failed is there as a whole or not at all. Twice is fine.
 * - A `create` is a `put` that leaves alone what is there: of two at a time one is there as a whole, and the other one is told `false`. A bucket that knows
 *   no conditions takes both, the later one in the place of the other.
 * - `list` tells the names that begin with a prefix, in their order.
 * - What a bucket does not answer is a BusbarError `ARCHIVE_FAILED`, at once or in the midst of a body; what a body that is put fails with goes on as it is.
 */
export interface ArchiveStore {
  /** How people call it. */
  readonly title: string;
  put(name: string, body: AsyncIterable<Uint8Array> | Uint8Array): Promise<void>;
  /** False where something has that name already. */
  create(name: string, body: Uint8Array): Promise<boolean>;
  /** What is not there is no failure. */
  remove(name: string): Promise<void>;
  /** Undefined where there is no such thing. */
  get(name: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  list(prefix: string): Promise<readonly string[]>;
}
