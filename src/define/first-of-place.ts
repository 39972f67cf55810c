import type { ChannelName } from "./channel-name.ts";

/** What a step must come to, so that those after it are not needed: its provider took it, it reached its reader, or it was read. */
export const arrivals = ["accepted", "delivered", "read"] as const;
export type Arrival = (typeof arrivals)[number];

/** Where a delivery stands in a `firstOf`; it travels with it. */
export interface FirstOfPlace {
  readonly until: Arrival;
  /** The steps that were planned, in their order. */
  readonly steps: readonly FirstOfStep[];
  /** Which of them the delivery belongs to, from 0. */
  readonly step: number;
  /** When the first step was due, or seen to begin later than that; milliseconds since 1970. Unsent steps' times count from here. */
  readonly since: number;
  /** The delivery's own time: it is not sent before, whatever became of the steps before it. */
  readonly due?: number;
  /** It has looked at the steps before it, and waits on. */
  readonly looked?: true;
  /** Its turn came: from now on only their arrival stops it. */
  readonly turn?: true;
}

export interface FirstOfStep {
  /** As people call it. */
  readonly route: string;
  readonly channel: ChannelName;
  /** Its deliveries. */
  readonly ids: readonly string[];
  /** Milliseconds that it has to arrive; undefined: no limit. */
  readonly within?: number;
}

/** What became of a message is known for 96 h: those that wait for word of it wait no longer than this, milliseconds. */
export const longestWait = 72 * 3_600_000;
