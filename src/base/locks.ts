/** Short locks by name, for what one process does at a time. They make double work rare; nothing is unsafe without them. */
export interface Locks {
  /** Undefined when another process holds it. */
  acquire(name: string, milliseconds: number): Promise<Lock | undefined>;
}

export interface Lock {
  /** False when it was lost meanwhile. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}
