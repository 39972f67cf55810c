import type { Outcome } from "../define/outcome.ts";
import { reasonText } from "./reason.ts";

/**
 * Errors of a request that was known not to leave, by Node's code: nothing can have been accepted.
 * Every other code (`ECONNRESET`, `ETIMEDOUT`, `EPIPE`, …) also comes after the body was sent, and is `unknown`.
 * Source: `errno(3)`, Node's `tls` and `dns` documentation.
 */
export const neverLeftCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_TLS_HANDSHAKE_TIMEOUT",
  "ERR_SSL_WRONG_VERSION_NUMBER",
]);

export interface NetworkFailure {
  readonly code: string | undefined;
  readonly message: string;
  /** The connection was watched and never became ready. */
  readonly neverLeft: boolean;
}

/** What a request came to that got no answer. */
export function networkOutcome({ code, message, neverLeft }: NetworkFailure): Outcome {
  const certain = neverLeft || (code !== undefined && neverLeftCodes.has(code));
  const shown = code === undefined || message.includes(code) ? undefined : code;
  return certain
    ? { kind: "retry", reason: reasonText(shown, message) }
    : { kind: "unknown", reason: reasonText(shown, message, "(it may have been accepted)") };
}
