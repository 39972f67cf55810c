import type { CallbackPlace } from "./callback-place.ts";
import type { CallbackVendor, Saying } from "./callback-vendor.ts";
import type { CarriedCallback } from "./callback-carrier.ts";
import type { MailRecord } from "./record.ts";
import { contraryOf } from "./sayings.ts";
import type { TellingFraud } from "./telling.ts";

export interface CallbackParts {
  readonly message: MailRecord;
  readonly saying: Saying;
  readonly place: CallbackPlace;
  readonly as?: TellingFraud | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** So old is the signature of what is replayed, milliseconds. */
const replayedMs = 60 * 60_000;

/** The request that a vendor sends, signed as it does; or as somebody else would send it. Pure but for forged keys. */
export function callbackRequest(vendor: CallbackVendor, { message, saying, place, as, now }: CallbackParts): CarriedCallback {
  const { contentType, text } = vendor.body(message, saying);
  const secret = vendor.secret?.(as === "forged");
  const behind = secret === undefined ? "" : `/${secret}`;
  const called = place.called + behind;
  const signedAt = as === "replayed" ? now - replayedMs : now;
  const signed = vendor.headers({ url: called, text, saying, now: signedAt, forged: as === "forged" });
  return {
    method: "POST",
    called,
    sent: place.sent + behind,
    headers: { "content-type": contentType, ...signed },
    body: as === "altered" ? vendor.body(message, contraryOf(message.channel, vendor, saying)).text : text,
  };
}
