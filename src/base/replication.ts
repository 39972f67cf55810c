/** How many replicas must have what was written, before it counts as written. */
export interface Replication {
  readonly replicas: number;
  /** Milliseconds that they are waited for. */
  readonly timeout: number;
}
