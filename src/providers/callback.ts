import type { Notice } from "../define/notice.ts";

/**
 * What a provider calls back with: its statuses, and what readers answer.
 *
 * The contract:
 * - `verify` looks at the raw bytes before anything is parsed, and changes nothing. It does not throw.
 * - `read` is pure. Of what it does not know it makes nothing; it throws `UnreadableCallback` where the body is not what the provider sends.
 * - The same body read twice gives the same notices.
 */
export interface CallbackReader {
  /** As it stands in the address `/callbacks/<name>`, such as `sendgrid`. */
  readonly name: string;
  verify(request: CallbackRequest): CallbackVerdict;
  read(callback: ReceivedCallback): readonly Notice[];
}

export interface CallbackRequest {
  readonly method: string;
  /** As the provider called it: the public address, with path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes that came. */
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type CallbackVerdict =
  /** It is from the provider. */
  | { readonly kind: "genuine" }
  /** The provider asks whether the address is ours, and wants this text back: there is nothing to read. */
  | { readonly kind: "challenge"; readonly answer: string }
  /** Forged, altered, or too old: for the log, never for whoever called. */
  | { readonly kind: "refused"; readonly reason: string };

export function refused(reason: string): CallbackVerdict {
  return { kind: "refused", reason };
}

/** A genuine callback, as it waits to be read. */
export interface ReceivedCallback {
  /** With the query, which may hold the reference. */
  readonly url: string;
  readonly contentType: string;
  readonly body: string;
}

/** The body is not what the provider sends. */
export class UnreadableCallback extends Error {
  override readonly name = "UnreadableCallback";
}
