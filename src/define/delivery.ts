import { shortHash } from "../base/ids.ts";
import type { ChannelName } from "./channel-name.ts";
import type { BusEvent } from "./event.ts";
import type { FirstOfPlace } from "./first-of-place.ts";
import type { Policy } from "./policy.ts";
import type { SealedSecrets } from "./sealed.ts";
import type { Timing } from "./timing.ts";

/**
 * One intended send: event × subscriber × route × recipient. It is a job's whole content, so that a delayed job needs
 * neither the log, which may have been trimmed, nor the code that planned it. `subscriber` and `route` are their oldest names.
 */
export interface Delivery extends Timing {
  readonly id: string;
  /** A handler's delivery holds the whole event. */
  readonly event: EventReference | BusEvent;
  readonly subscriber: string;
  readonly route: string;
  readonly channel: ChannelName;
  readonly to: string;
  /** One of an audience: it leaves after all others of its priority. */
  readonly bulk?: boolean;
  /** What the message is made with; undefined for webhooks and handlers. */
  readonly template?: { readonly name: string; readonly version: number };
  /** Which kind of message it is, where it is not `transactional`. */
  readonly category?: string;
  /** The recipient's language, in its one spelling, where the template has others than its own. */
  readonly locale?: string;
  /** The template's data, or a webhook's body. */
  readonly data?: unknown;
  /** The secrets that stand-ins in `data` stand for; a handler's are with its event. Gone as soon as it has ended, a dead letter aside. */
  readonly sealed?: SealedSecrets;
  /** Whose personal data it may hold, hashed. */
  readonly subjects?: readonly string[];
  readonly policy: Policy;
  /** Where it stands in a `firstOf`; undefined for what stands alone, and for the only one of its steps that was planned. */
  readonly firstOf?: FirstOfPlace;
  /** Why it can never be sent, known when it was planned (a wrong address): it goes straight to the dead letters. */
  readonly refusal?: string;
}

/** What a message is that says nothing else. */
export const defaultCategory = "transactional";

export interface EventReference {
  readonly id: string;
  readonly type: string;
  readonly time: string;
}

/** An audience that is to be looked up: its pages become deliveries, outside the router. */
export interface AudienceTask {
  readonly id: string;
  readonly event: BusEvent;
  readonly subscriber: string;
  readonly route: string;
  readonly channel: ChannelName;
  readonly policy: Policy;
  /** It is planned for a replay. */
  readonly replay?: ReplayEpoch;
}

/** Which way of an event it is: what is sent again on purpose has ids of its own. */
export interface ReplayEpoch {
  /** 0: the ids of live routing, so that what was sent is known. */
  readonly epoch: number;
}

export interface DeliveryIdentity {
  readonly application: string;
  readonly eventId: string;
  readonly subscriber: string;
  readonly route: string;
  readonly channel: ChannelName;
  readonly recipient: string;
  /** 0 for live traffic; a replay that sends again has one of its own. */
  readonly epoch: number;
}

/**
 * `d_` and 32 characters: base32 of the first 160 bits of the SHA-256 of the JSON array of the seven parts, in the order below.
 * Anyone can compute it, so planning an event twice gives the same jobs. BullMQ wants ids that hold no `:` and are no integer.
 */
export function deliveryId({ application, eventId, subscriber, route, channel, recipient, epoch }: DeliveryIdentity): string {
  return `d_${shortHash(JSON.stringify([application, eventId, subscriber, route, channel, recipient, epoch]))}`;
}

/** `a_` and 32 characters: the id of the task that looks up a route's audience for an event. An epoch of 0 is not in the hash. */
export function audienceTaskId({
  application,
  eventId,
  subscriber,
  route,
  epoch,
}: Omit<DeliveryIdentity, "channel" | "recipient">): string {
  return `a_${shortHash(JSON.stringify([application, eventId, subscriber, route, ...(epoch === 0 ? [] : [epoch])]))}`;
}
