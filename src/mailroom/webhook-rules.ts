import { timingSafeEqual } from "node:crypto";
import { Webhook } from "standardwebhooks";

export interface SignedRequest {
  /** Their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** What a receiver that verifies would answer: the status, and why. */
export interface WebhookFault {
  readonly status: 400 | 401;
  readonly message: string;
}

/** Before and after now, in seconds, as the specification's libraries have it. */
const tolerance = 300;

/**
 * What a receiver of Standard Webhooks 1.0 finds wrong with a request; undefined: nothing. Not the library's own `verify`: that asks
 * the system's clock, and the mailroom of a test has another. Pure.
 * @param now milliseconds since 1970
 */
export function webhookFault({ headers, body }: SignedRequest, secret: string, now: number): WebhookFault | undefined {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => headers[name]);
  if (typeof id !== "string" || !/^[\x21-\x7e]{1,256}$/.test(id) || id.includes("."))
    return bad("webhook-id must be one word without a dot");
  if (typeof timestamp !== "string" || !/^\d{1,12}$/.test(timestamp)) return bad("webhook-timestamp must be whole seconds since 1970");
  if (typeof signatures !== "string" || !/^v1a?,[A-Za-z0-9+/]+={0,2}( v1a?,[A-Za-z0-9+/]+={0,2})*$/.test(signatures))
    return bad('webhook-signature must be "v1," and base64, several with spaces');
  if (Math.abs(now / 1_000 - Number(timestamp)) > tolerance)
    return { status: 401, message: `webhook-timestamp is more than ${tolerance} s from now` };
  const wanted = Buffer.from(new Webhook(secret).sign(id, new Date(Number(timestamp) * 1_000), body));
  const matches = signatures.split(" ").some((given) => {
    const bytes = Buffer.from(given);
    return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
  });
  return matches ? undefined : { status: 401, message: "no signature in webhook-signature is the mailroom's" };
}

function bad(message: string): WebhookFault {
  return { status: 400, message };
}
