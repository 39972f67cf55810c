import type { BusEvent } from "./event.ts";
import type { Delivery } from "./delivery.ts";
import type { Progress } from "./handler.ts";
import type { DeadLettersThresholdReached } from "./dead-letter-topics.ts";
import type { DeliveryStatus } from "./status.ts";
import type { ProviderDegraded, ProviderRecovered } from "./provider-topics.ts";
import type { NewerVersion } from "./upcast.ts";

/** What a bus tells those who watch it, as it happens in this process: `bus.on("sent", (fact) => …)`. */
export interface Observations {
  /** An event is in the log. */
  published: { readonly event: BusEvent; readonly repeated: boolean };
  /** A schedule has fired: its event is in the log. `time` is when it was due, `late` how many milliseconds after that it was. */
  fired: { readonly schedule: string; readonly topic: string; readonly time: string; readonly eventId: string; readonly late: number };
  /** So many firings of a schedule were passed over: nobody made them in time, or, with a `reason`, it made no payload. */
  firingsMissed: { readonly schedule: string; readonly topic: string; readonly count: number; readonly reason?: string };
  /** A subscriber's deliveries for an event are in their queues. */
  routed: {
    readonly event: BusEvent;
    readonly subscriber: string;
    readonly deliveries: number;
    /** The deliveries themselves. */
    readonly planned: readonly Delivery[];
    /** Routes whose recipients are looked up from now on, page by page. */
    readonly audiences: number;
    readonly skipped: readonly { readonly route: string; readonly reason: string }[];
  };
  /** A subscriber's code could not plan an event; the event waits on the queue `routing`. */
  unroutable: { readonly eventId: string; readonly subscriber: string; readonly reason: string };
  /** An event was written by a newer build: it is left as it is, and waits on the queue `routing` for a process that knows its version. */
  newerVersion: NewerVersion & { readonly eventId: string; readonly subscriber: string };
  /** A batch of an audience's deliveries is in its queue. */
  released: {
    readonly event: BusEvent;
    readonly subscriber: string;
    readonly route: string;
    readonly deliveries: number;
    readonly planned: readonly Delivery[];
  };
  /** An audience could not be looked up; it is asked again. */
  audienceRetrying: {
    readonly event: BusEvent;
    readonly subscriber: string;
    readonly route: string;
    readonly reason: string;
    readonly after: number;
  };
  /** An audience ended as a dead letter of `audiences`, after so many recipients. */
  audienceDead: {
    readonly event: BusEvent;
    readonly subscriber: string;
    readonly route: string;
    readonly released: number;
    readonly reason: string;
  };
  /** All of an audience is released. */
  audienceDone: { readonly event: BusEvent; readonly subscriber: string; readonly route: string; readonly released: number };
  /** How far a handler says it is. */
  progress: { readonly delivery: Delivery; readonly progress: Progress };
  /** A provider accepted a delivery. `milliseconds` since the event was published. */
  sent: { readonly delivery: Delivery; readonly provider: string; readonly messageId: string | undefined; readonly milliseconds: number };
  /** A try failed; the delivery is tried again. `burned`: it used up one of its attempts. */
  retrying: { readonly delivery: Delivery; readonly reason: string; readonly after: number; readonly burned: boolean };
  /** It may have been sent, so it is not sent again: it waits so many milliseconds for word of it. */
  held: { readonly delivery: Delivery; readonly reason: string; readonly after: number };
  /** A delivery ended as a dead letter. */
  dead: { readonly delivery: Delivery; readonly reason: string };
  /** A delivery ended because its address is dead or opted out. */
  suppressed: { readonly delivery: Delivery; readonly reason: string };
  /** A delivery was dropped, unsent, because it came too late. */
  expired: { readonly delivery: Delivery; readonly reason: string };
  /** A delivery of a `firstOf` waits for word of the steps before it; it looks again after so many milliseconds, or when there is word. */
  waiting: { readonly delivery: Delivery; readonly reason: string; readonly after: number };
  /** A delivery of a `firstOf` ended unsent: another step arrived, or went in its place. */
  cancelled: { readonly delivery: Delivery; readonly reason: string };
  /** A worker took over what another may have sent already, or a send succeeded after it was given up: a possible duplicate. */
  doubtful: { readonly delivery: Delivery; readonly reason: string };
  /** A provider called back, or somebody in its name: `refused` is what is not known to be from it, `failed` what Redis did not take. */
  callback: { readonly provider: string; readonly verdict: "taken" | "challenge" | "refused" | "failed" };
  /** What a callback, or a provider that was asked, said was applied: how many statuses were new, had come before, or are of what nobody knows; and wishes of readers. */
  reported: {
    readonly provider: string;
    readonly recorded: number;
    readonly repeated: number;
    readonly unknown: number;
    readonly consents: number;
  };
  /** A delivery got a higher status than any before. `at` is when that happened, milliseconds since 1970. */
  status: {
    readonly deliveryId: string;
    readonly channel: string;
    readonly provider: string;
    readonly status: DeliveryStatus;
    readonly reason: string | undefined;
    readonly at: number;
  };
  /** A provider stopped working: its messages go to the next one, or wait. */
  providerDegraded: ProviderDegraded;
  /** It takes messages again. */
  providerRecovered: ProviderRecovered;
  /** Entries of a log were gone before a subscriber read them. */
  gap: { readonly topic: string; readonly group: string; readonly entries: number };
  /**
   * A log, or a subscriber's place in it, is not where it was left: it was deleted, or restored from an older backup. It was mended, and `again` events are
   * routed again for the subscriber; nothing of them is sent twice.
   */
  dataLoss: {
    readonly topic: string;
    readonly partition: number;
    readonly kind: "ids" | "numbers" | "lost" | "ahead" | "back";
    readonly group?: string;
    readonly again?: number;
  };
  /** Retention would pass a subscriber and waits for it. */
  retentionHeld: { readonly topic: string; readonly group: string };
  /** A subscriber has had no reader for its grace and does not hold its log any more. */
  abandoned: { readonly topic: string; readonly group: string };
  /** A delivery had been planned and was neither sent nor ended nor in its queue: it was queued again. On a healthy system this does not happen. */
  reconciled: { readonly delivery: Delivery };
  /** Redis is away: the event waits in a file of this process, and is published when Redis is back. */
  spooled: { readonly event: BusEvent };
  /** Everything that waited in files is in the log. */
  spoolDrained: Record<string, never>;
  /** An event that waited in a file can never be published; it was set aside in another one. */
  spoolRefused: { readonly reason: string; readonly file: string };
  /** An event of the outbox can never be published; the relay has set its row aside. */
  outboxRefused: { readonly eventId: string; readonly topic: string; readonly reason: string };
  /** Dead letters were removed because they are past their time. */
  deadLettersExpired: { readonly queue: string; readonly count: number };
  /** A queue has as many dead letters as its `deadLetterThreshold` says: told once, in one of all processes, until they were fewer again. */
  deadLettersThresholdReached: DeadLettersThresholdReached & { readonly count: number };
}

export type Observe = <Name extends keyof Observations>(name: Name, fact: Observations[Name]) => void;

/** All names of observations, for those who hand them on. The compiler sees to it that none is missing. */
export const observationNames = Object.keys({
  published: true,
  fired: true,
  firingsMissed: true,
  routed: true,
  unroutable: true,
  newerVersion: true,
  released: true,
  audienceRetrying: true,
  audienceDead: true,
  audienceDone: true,
  progress: true,
  sent: true,
  retrying: true,
  held: true,
  dead: true,
  suppressed: true,
  expired: true,
  waiting: true,
  cancelled: true,
  doubtful: true,
  callback: true,
  reported: true,
  status: true,
  providerDegraded: true,
  providerRecovered: true,
  gap: true,
  dataLoss: true,
  retentionHeld: true,
  abandoned: true,
  reconciled: true,
  spooled: true,
  spoolDrained: true,
  spoolRefused: true,
  outboxRefused: true,
  deadLettersExpired: true,
  deadLettersThresholdReached: true,
} satisfies Record<keyof Observations, true>) as (keyof Observations)[];
