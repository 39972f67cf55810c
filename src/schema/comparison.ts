import type { Change } from "./change.ts";
import type { Place } from "./json-schema.ts";

/** What is compared: what lies in the log, or what publishers send. */
export type Side = "event" | "publish";

/** Compares what stands deeper in two schemas. */
export interface Comparison {
  readonly side: Side;
  readonly places: (before: Place, after: Place) => readonly Change[];
}
