import type { ChannelName } from "../define/channel-name.ts";
import type { Topics } from "../define/catalog.ts";
import type { Delivery } from "../define/delivery.ts";
import type { EventOf } from "../define/subscriber.ts";
import type { SkippedRoute, UnroutableEvent } from "./history.ts";
import type { Partly, TextPattern } from "./matching.ts";
import type { TestMessage } from "./test-message.ts";

/** Which one is meant. What is not named may be anything. */
export interface DeliveryPattern {
  readonly channel?: ChannelName;
  readonly to?: TextPattern;
  /** By the names that subscriber and route have now. */
  readonly subscriber?: string;
  readonly route?: string;
  /** How many there are to be. Default: exactly one. */
  readonly times?: number;
}

export interface SentPattern extends DeliveryPattern {
  /** Of e-mail. A string is the whole subject. */
  readonly subject?: TextPattern;
  /** The plain text part of e-mail, the text of an SMS, the body of a webhook. A string stands somewhere in it. */
  readonly text?: TextPattern;
}

export interface EndedPattern extends DeliveryPattern {
  /** A string stands somewhere in it. */
  readonly reason?: TextPattern;
}

export interface RecordedPattern extends DeliveryPattern {
  /** What the template or the webhook is given, at least. */
  readonly data?: unknown;
}

/** What was sent. */
export interface SentDelivery {
  readonly delivery: Delivery;
  readonly subscriber: string;
  readonly route: string;
  readonly provider: string;
  /** The message; undefined for handlers. */
  readonly message: TestMessage | undefined;
}

/** What ended otherwise. */
export interface EndedDelivery {
  readonly delivery: Delivery;
  readonly subscriber: string;
  readonly route: string;
  readonly reason: string;
}

export type SkipPattern = Pick<EndedPattern, "subscriber" | "route" | "reason" | "times">;
export type UnroutablePattern = Pick<EndedPattern, "subscriber" | "reason" | "times">;

/** One, or a list where the pattern names `times`. */
export type Found<Pattern, One> = Pattern extends { readonly times: number } ? readonly One[] : One;
type EventNamed<T extends Topics, Name> = EventOf<Extract<T[keyof T], { readonly name: Name }>>;

/**
 * Each drains first, so that it speaks of a bus at rest; it looks at everything since the bus was made. It resolves with the one
 * that matches, or with a list where `times` is named. Otherwise it throws an `AssertionError` that shows what there was.
 */
export interface Assertions<T extends Topics = Topics> {
  /** One delivery was accepted by a provider, or its handler returned. */
  expectSent<const P extends SentPattern>(pattern?: P): Promise<Found<P, SentDelivery>>;
  /** Nothing like that was sent. */
  expectNotSent(pattern?: Omit<SentPattern, "times">): Promise<void>;
  /** One delivery became a dead letter. */
  expectDead<const P extends EndedPattern>(pattern?: P): Promise<Found<P, EndedDelivery>>;
  /** One delivery ended because its address is dead or opted out. */
  expectSuppressed<const P extends EndedPattern>(pattern?: P): Promise<Found<P, EndedDelivery>>;
  /** One delivery was dropped, unsent, because it came too late. */
  expectExpired<const P extends EndedPattern>(pattern?: P): Promise<Found<P, EndedDelivery>>;
  /** One step of a `firstOf` ended unsent: another one arrived, or went in its place. */
  expectCancelled<const P extends EndedPattern>(pattern?: P): Promise<Found<P, EndedDelivery>>;
  /** One delivery was planned. For buses with `deliver: "record"`. */
  expectRecorded<const P extends RecordedPattern>(pattern?: P): Promise<Found<P, Delivery>>;
  /** An event did not take a route: its filter, its `when`, no recipient, or a channel that is off. */
  expectSkipped<const P extends SkipPattern>(pattern?: P): Promise<Found<P, SkippedRoute>>;
  /** A subscriber's own code could not plan an event. What is not expected so is a leak: `stop` throws. */
  expectUnroutable<const P extends UnroutablePattern>(pattern?: P): Promise<Found<P, UnroutableEvent>>;
  /**
   * One event of a topic was published, by the test or by a handler.
   * @param data what its payload must at least hold
   */
  expectPublished<Name extends T[keyof T]["name"], const O extends { readonly times?: number }>(
    topic: Name,
    data?: Partly<EventNamed<T, Name>["data"]>,
    options?: O,
  ): Promise<Found<O, EventNamed<T, Name>>>;
}
