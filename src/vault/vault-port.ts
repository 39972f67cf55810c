import type { Delivery } from "../define/delivery.ts";
import type { BusEvent, EventReader } from "../define/event.ts";
import type { AnyTopic } from "../define/topic.ts";
import type { LookedAt } from "./look.ts";

/** Seals what is marked before it is written, and opens it for those who may read it. */
export interface Vault {
  /**
   * The event as the log keeps it, and whether fields still wait for the keys of their subjects: then {@link Vault.settle} comes before the log.
   * It asks nobody.
   * @throws BusbarError `INVALID_EVENT` when a subject cannot be told, `INVALID_CONFIGURATION` where there is no key
   */
  seal(topic: AnyTopic, event: BusEvent): { readonly event: BusEvent; readonly pending: boolean };
  /**
   * The JSON of an event whose fields waited for the keys of their subjects.
   * @throws BusbarError `INVALID_CONFIGURATION` where the ring lacks a key for that
   */
  settle(json: string): Promise<string>;
  /**
   * Events for planning: secrets behind stand-ins, personal data clear. Subjects' keys are asked for together; one that the ring does not open is
   * why its own event is none.
   */
  readonly read: EventReader;
  /** A delivery with its secrets in the clear, for the worker that renders it; text: why this process cannot open them. */
  open(delivery: Delivery): Opened | string;
  /** Events for people, or why one cannot be shown. Values whose key this process lacks are shown as sealed. */
  look(jsons: readonly string[]): Promise<readonly (LookedAt | Error)[]>;
  /** The payload in the clear, to compare it with another one. */
  clear(json: string): Promise<unknown>;
  /** What tells the payload of a marked topic from others, by each key of the ring. */
  fingerprints(data: unknown): readonly string[];
}

export interface Opened {
  readonly delivery: Delivery;
  /** The secrets themselves, for those who look that they go nowhere else. */
  readonly values: readonly string[];
}
