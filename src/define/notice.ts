import type { ChannelName } from "./channel-name.ts";
import type { Outcome } from "./outcome.ts";
import type { DeliveryStatus } from "./status.ts";

/** What a provider tells later, in busbar's own words. */
export type Notice = StatusNotice | ConsentNotice;

/** What became of one message. It names the delivery by `reference`, or else by the provider's own id of the message. */
export interface StatusNotice {
  readonly kind: "status";
  readonly channel: ChannelName;
  /** As configured, such as `sendgrid`; that of the mailroom's stand-in is the same. */
  readonly provider: string;
  /** That of `define/reference.ts`, where the provider gave back what went along. */
  readonly reference?: string;
  /** As the provider's answer to the send named it. */
  readonly messageId?: string;
  readonly status: DeliveryStatus;
  /** When it happened, by the provider's clock, milliseconds since 1970; undefined where it does not say. */
  readonly at?: number;
  /** The provider's words or code, one line. */
  readonly reason?: string;
  /**
   * What follows for the address or the message, by the provider's table: `suppress` keeps the address from further messages; of a
   * delivery that is held, `retry` sends it again, and `reject` ends it.
   */
  readonly outcome?: Extract<Outcome, { readonly kind: "retry" | "reject" | "suppress" | "pause" }>;
  /** Whom it went to, where the provider says. */
  readonly address?: string;
}

/** A reader wants no more messages, or wants them again. */
export interface ConsentNotice {
  readonly kind: "consent";
  /** The provider's own id of what the reader sent; the same one changes nothing twice. */
  readonly eventId: string;
  readonly channel: ChannelName;
  readonly provider: string;
  readonly address: string;
  /** Of the message that it came with, where the provider says. */
  readonly reference?: string;
  readonly wish: "out" | "in";
  /** Only messages of this category; without it, all of the channel. */
  readonly category?: string;
  /** How the reader said so, such as `STOP by SMS`, for people to read. */
  readonly said: string;
  /** Milliseconds since 1970, by the provider's clock. */
  readonly at?: number;
}
