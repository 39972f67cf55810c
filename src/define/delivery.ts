import { shortHash } from "../base/ids.ts";
import type { ChannelName } from "./channel-name.ts";
import type { Policy } from "./policy.ts";

/**
 * One intended send: event × subscriber × route × recipient. It is a job's whole content, so that a delayed job needs
 * neither the log, which may have been trimmed, nor the code that planned it.
 */
export interface Delivery {
  readonly id: string;
  readonly event: { readonly id: string; readonly type: string; readonly time: string };
  readonly subscriber: string;
  readonly route: string;
  readonly channel: ChannelName;
  readonly to: string;
  readonly template: { readonly name: string; readonly version: number };
  readonly data: unknown;
  readonly policy: Policy;
  /** Why it can never be sent, known when it was planned (a wrong address): it goes straight to the dead letters. */
  readonly refusal?: string;
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
