import type { Outcome } from "../define/outcome.ts";

/**
 * A third party that carries a channel's messages.
 *
 * The contract:
 * - `send` makes one try and turns whatever happens into an outcome by the provider's own table; it does not retry and does not throw.
 * - A try whose request may have been accepted although no answer came is `unknown`, never `retry`.
 * - It gives up when `signal` aborts; what had left by then is `unknown`.
 * - Nothing is connected to, and no SDK is loaded, before the first `send`.
 */
export interface Provider<Message> {
  /** Its name in configuration, figures and time lines, such as `sendgrid`. */
  readonly name: string;
  send(message: Message, attempt: SendAttempt): Promise<Outcome>;
  /** Closes connections that are kept open. Twice is fine. */
  close(): Promise<void>;
}

export interface SendAttempt {
  /** Goes along to the provider where it has a place for it, so that its records can be matched with ours. */
  readonly deliveryId: string;
  /** What the provider gives back with its callbacks, where it does: see `define/reference.ts`. Default: they name the delivery in no way. */
  readonly reference?: string | undefined;
  readonly signal: AbortSignal;
  /** The real provider that would have got the message if real sending were on, for the mailroom to show. */
  readonly insteadOf?: string | undefined;
}
