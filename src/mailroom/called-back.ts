import type { DeliveryStatus } from "../define/status.ts";
import type { TellingFraud } from "./telling.ts";

/**
 * How a callback stands: `waiting` is to come, to be tried again, or (a receipt) to be asked for; `taken` was answered with 2xx; `refused` was
 * answered with another status, and is not tried again; `failed` was given up.
 */
export type CallbackState = "waiting" | "taken" | "refused" | "failed";

/** One callback of a message, as the inbox shows it. */
export interface CalledBack {
  readonly id: string;
  /** In the vendor's own words, such as `bounce 5.1.1`; what a reader wrote stands in quotes. */
  readonly says: string;
  readonly status?: DeliveryStatus;
  readonly as?: TellingFraud;
  /** The address that was called; without the secret that it may hold. */
  readonly to?: string;
  readonly state: CallbackState;
  /** How often it was sent. */
  readonly tries: number;
  /** When it was sent last, RFC 3339. */
  readonly at?: string;
  /** The HTTP status of the last answer. */
  readonly answer?: number;
  /** Why there was none, or why it was not sent. */
  readonly problem?: string;
}

/** What is remembered of the callbacks of the newest messages. */
export interface CalledBackBook {
  /** Those of a message, oldest first. */
  of(messageId: string): readonly CalledBack[];
  /** Writes one down, or what has changed of it. */
  put(messageId: string, callback: CalledBack): void;
}

const mostMessages = 1_000;
/** Of one message. */
const mostCallbacks = 200;

export function calledBackBook(): CalledBackBook {
  const pages = new Map<string, Map<string, CalledBack>>(); // oldest first
  return {
    of: (messageId) => [...(pages.get(messageId)?.values() ?? [])],
    put(messageId, callback) {
      const page = pages.get(messageId) ?? new Map<string, CalledBack>();
      page.set(callback.id, callback);
      if (page.size > mostCallbacks) page.delete(page.keys().next().value!);
      pages.set(messageId, page);
      if (pages.size > mostMessages) pages.delete(pages.keys().next().value!);
    },
  };
}
