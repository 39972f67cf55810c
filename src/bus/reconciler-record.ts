/** What the reconciler remembers, whichever process it runs in. */
export interface ReconcilerRecord {
  /** How far each of its looks has got: name → entry id. */
  places(): Promise<ReadonlyMap<string, string>>;
  save(name: string, entryId: string): Promise<void>;
  /** Counts deliveries that were found missing. */
  count(missing: number, at: number): Promise<void>;
  found(): Promise<ReconcilerFindings>;
}

export interface ReconcilerFindings {
  /** Deliveries that had been lost, ever. 0 on a healthy system. */
  readonly missing: number;
  /** When the last of them was found, milliseconds since 1970; absent where none ever was. */
  readonly lastAt?: number;
}
