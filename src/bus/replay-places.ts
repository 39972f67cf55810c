/** Where replays have got to, so that one that was cut off goes on there. */
export interface ReplayPlaces {
  /** Entry ids by partition; empty for one that never began, or came to its end. */
  load(name: string): Promise<Readonly<Record<number, string>>>;
  save(name: string, partition: number, entryId: string): Promise<void>;
  forget(name: string): Promise<void>;
}
