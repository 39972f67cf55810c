/** Which events wait for a process that knows their version, whoever put them aside. Each is there once for each subscriber. */
export interface NewerRecord {
  add(of: VersionedTopic, recordId: string): Promise<void>;
  remove(of: VersionedTopic, recordId: string): Promise<void>;
  /** The versions that something waits for, in the order of their topics. */
  waiting(): Promise<readonly NewerWaiting[]>;
  /** Ids of the routing records that wait for a version, in pages. */
  ids(of: VersionedTopic): AsyncIterable<readonly string[]>;
}

export interface VersionedTopic {
  readonly topic: string;
  readonly version: number;
}

export interface NewerWaiting extends VersionedTopic {
  /** Events, counted once for each subscriber. */
  readonly events: number;
}
