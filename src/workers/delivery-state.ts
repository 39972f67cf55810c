import type { TimelineEntry } from "./ledger.ts";

export type DeliveryState = "waiting" | "retrying" | "held" | (typeof ends)[number];

const ends = ["sent", "dead", "suppressed", "expired", "cancelled", "discarded"] as const;

export interface DerivedState {
  readonly state: DeliveryState;
  /** Why, in the words of the last step; undefined where nothing went wrong. */
  readonly reason?: string;
}

/**
 * Where a delivery stands, read from its time line (oldest step first). Pure.
 * - Once sent, it is sent, whatever was noted after it.
 * - Otherwise the last step says it. A step back into the queue (`deferred`), one whose `turn` came and one whose data was `edited` tried nothing, and a failure that came
 *   too late (`stale`) is somebody else's business by then: they change only the reason.
 * @param after the route that it stands behind in a `firstOf`
 */
export function deliveryState(timeline: readonly TimelineEntry[], after?: string): DerivedState {
  if (timeline.some(isSuccess)) return { state: "sent" };
  const last = timeline.at(-1);
  if (last === undefined) return { state: "waiting", ...(after === undefined ? {} : { reason: `waits for ${after}` }) };
  const tried = timeline.findLast(({ step }) => !triedNothing.has(step));
  return { state: tried === undefined ? "waiting" : stateAfter(tried), reason: reasonOf(last) };
}

const triedNothing: ReadonlySet<TimelineEntry["step"]> = new Set(["deferred", "turn", "stale", "edited"]);

/** These states are ends: nothing more happens by itself. */
export function isEnd(state: DeliveryState): boolean {
  return ends.some((end) => end === state);
}

/** A send that came late is true all the same, and so is one that its provider reported. */
function isSuccess({ step }: TimelineEntry): boolean {
  return step === "sent" || step === "late" || step === "confirmed";
}

function stateAfter({ step }: TimelineEntry): DeliveryState {
  if (step === "redriven") return "waiting";
  if (step === "held") return "held";
  return ends.find((end) => end === step) ?? "retrying";
}

function reasonOf({ step, detail }: TimelineEntry): string {
  return step === "takeover" ? `its worker died while sending it (${detail})` : detail;
}
