import type { Services } from "./register.ts";

/** Who gets a message: an address, or an object whose `to` is one and that `data` receives as well. */
export type Recipient = string | { readonly to: string };

/** Where an audience goes on: whatever its own store calls the place. */
export type Cursor = string | number;

export interface AudienceContext {
  /** Undefined for the first page; then what the page before returned as `next`. */
  readonly cursor: Cursor | undefined;
  /** What the application handed to `createBus`. */
  readonly services: Services;
  /** Aborts when the page's time (30 s) is over, or the look-up was given to another worker. */
  readonly signal: AbortSignal;
}

/** One page of recipients. Without `next` (or with null or an empty text, as many stores say it) it is the last one. */
export interface AudiencePage<To extends Recipient = Recipient> {
  readonly recipients: readonly To[];
  readonly next?: Cursor | null | undefined;
}
