import type * as z from "zod";
import type { Durability } from "../base/redis-suitability.ts";
import type { PolicyOptions } from "./policy.ts";
import type { Transaction } from "./transaction.ts";

/** What one publish may say besides the payload. The option words win over those of route, subscriber and channel. */
export interface PublishOptions extends PolicyOptions {
  /** Same key and payload within 24 h: one event, whose id every call returns. Same key, another payload: an error. */
  readonly idempotencyKey?: string;
  /** Overrides the topic's `key`: what the event is about. */
  readonly key?: string;
  /** The id that the whole conversation shares. */
  readonly correlationId?: string;
  /** The id of the event that caused this one. */
  readonly causationId?: string;
  /** The event's id; by default one is made. Publishing again with the id of a `PUBLISH_FAILED` keeps one entry in the log. */
  readonly id?: string;
  /** No delivery of this event is sent before this time, RFC 3339. In place of `delay`. */
  readonly deliverAt?: string;
  /**
   * An open transaction of your PostgreSQL: the event is a row of it, so that it exists if the transaction is committed and else never did.
   * A relay publishes the row; Redis is not asked here. It needs the tables of `busbar outbox migrate`.
   */
  readonly tx?: Transaction;
}

/** What a publish returns when the event is in the log, or on its way to it in the spool or the outbox. */
export interface Published {
  readonly id: string;
  readonly topic: string;
  /** The event was in the log already: the same id or idempotency key. With `tx`: it waited in the outbox already. */
  readonly repeated: boolean;
  /**
   * What the event survives from now on: `fsync` a power cut; `memory` a crash of any process, but in a power cut up to the last 2 s are lost.
   * `spooled`: Redis is away, and the event is on this machine's disk; it is published when Redis is back. `outbox`: it is in the transaction, and
   * survives what your PostgreSQL survives once that is committed. Undefined where Redis does not tell.
   */
  readonly durability: Durability | "spooled" | "outbox" | undefined;
}

/** Publishes to one topic. */
export interface PublishFunction<Payload> {
  /**
   * Resolves when the event is in the log; with `tx`, when it is in the transaction.
   * @throws BusbarError `INVALID_EVENT`, `EVENT_TOO_LARGE`, `IDEMPOTENCY_CONFLICT`, `REDIS_UNSUITABLE`, `PUBLISH_FAILED`, `OUTBOX_FAILED` or `STOPPED`
   */
  (payload: Payload, options?: PublishOptions): Promise<Published>;
  /**
   * Publishes many, in a few calls of Redis, and resolves when all are in the log, in the order given. All payloads are checked
   * first: with one that is wrong, none is published.
   * @param options hold for each of them; an `id` or `idempotencyKey` belongs to one event, so it has no place here
   * @throws BusbarError `INVALID_EVENT` naming each payload by its index; `PUBLISH_FAILED` with the ids of those that are not known to be in the log
   */
  batch(payloads: readonly Payload[], options?: Omit<PublishOptions, "id" | "idempotencyKey">): Promise<readonly Published[]>;
}

/** `publishEvent.orderPlaced(payload, options?)`: one function a topic, typed by its schema. */
export type PublishEvent<T> = {
  readonly [Key in keyof T]: T[Key] extends { readonly schema: infer S extends z.ZodType } ? PublishFunction<z.input<S>> : never;
};
