import type { Delivery } from "../define/delivery.ts";
import type { Progress } from "../define/handler.ts";
import type { Outcome } from "../define/outcome.ts";
import type { AnyRoute } from "../define/route.ts";
import type { SendAttempt } from "../providers/provider.ts";

/**
 * What a worker needs of a channel: turn a delivery's data into a message, and hand the message to the channel's providers.
 *
 * The contract:
 * - `prepare` compiles every template of the given routes; it throws one `BusbarError` that lists every problem of all of them.
 * - `render` is free of side effects. It throws `UnrenderableDelivery` where the data cannot work, however often it is tried.
 * - `send` makes one try, through the chain of providers or by running the handler, and does not throw.
 * - `fields` are what a reader sees of a rendered message, without its address; two messages with the same fields are alike. A handler has none.
 */
export interface Channel<Message = unknown> {
  readonly name: string;
  prepare(routes: readonly AnyRoute[]): Promise<void>;
  render(route: AnyRoute, delivery: Delivery): Promise<Message>;
  fields(message: Message): MessageFields;
  send(message: Message, attempt: DeliveryAttempt): Promise<SendResult>;
  close(): Promise<void>;
}

/** By their names, such as `subject`, `text` and `html`. */
export type MessageFields = Readonly<Record<string, string>>;

export interface DeliveryAttempt extends SendAttempt {
  /** Which try it is, from 1. */
  readonly number: number;
  /** Takes note of how far the try is. */
  readonly progress: (progress: Progress) => void;
  /** What was opened for this try, and stands in no log. */
  readonly secrets?: readonly string[];
}

export interface SendResult {
  readonly outcome: Outcome;
  /** Who gave the outcome. */
  readonly provider: string;
  /** What the providers before it came to, where it took over. */
  readonly before?: string;
  /** What a handler threw, for the dead letter's stack. */
  readonly error?: unknown;
}

/** This process has no key to open the delivery's secrets: one that has takes it later. */
export class SealedDelivery extends Error {
  override readonly name = "SealedDelivery";
}

/** The delivery's data does not fit its template: a dead letter at once. */
export class UnrenderableDelivery extends Error {
  override readonly name = "UnrenderableDelivery";
}
