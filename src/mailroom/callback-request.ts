import type { CallbackVendor, Saying } from "./callback-vendor.ts";
import type { CarriedCallback } from "./callback-carrier.ts";
import type { MailRecord } from "./record.ts";
import { contraryOf } from "./sayings.ts";
import type { TellingFraud } from "./telling.ts";

export interface CallbackParts {
  readonly message: MailRecord;
  readonly saying: Saying;
  /** The address that is called, without what stands in for a signature. */
  readonly place: string;
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
  const url = secret === undefined ? place : `${place}/${secret}`;
  const signedAt = as === "replayed" ? now - replayedMs : now;
  const signed = vendor.headers({ url, text, saying, now: signedAt, forged: as === "forged" });
  return {
    method: "POST",
    url,
    headers: { "content-type": contentType, ...signed },
    body: as === "altered" ? vendor.body(message, contraryOf(message.channel, vendor, saying)).text : text,
  };
}
