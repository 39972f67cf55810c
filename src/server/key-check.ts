import { type Clock, systemClock } from "../base/clock.ts";
import { type ApiKey, readApiKey, sameDigest } from "./api-key.ts";
import { HttpProblem } from "./problem.ts";
import type { ApiKeys, StoredApiKey } from "./redis-api-keys.ts";
import { within } from "../base/within.ts";

export interface KeyCheckOptions {
  readonly keys: Pick<ApiKeys, "find" | "used">;
  readonly clock?: Clock;
}

/** A key that was found valid is not looked up again for so long, milliseconds: a revoked one dies within this time. */
const trustMs = 5_000;
/** Redis may take so long, milliseconds. */
const lookUpMs = 3_000;
const mostTrusted = 1_000;
const minuteMs = 60_000;

interface Trusted {
  readonly key: StoredApiKey;
  readonly until: number;
}

/**
 * Says whose key an `Authorization` header holds.
 * @throws HttpProblem `UNAUTHENTICATED`; the same words for a key that is unknown, wrong or revoked
 */
export function keyCheck({ keys, clock = systemClock }: KeyCheckOptions): (authorization: string) => Promise<ApiKey> {
  const trusted = new Map<string, Trusted>();
  const underWay = new Map<string, Promise<StoredApiKey | undefined>>();
  const noted = new Map<string, number>();

  const lookUp = async (id: string, digest: string): Promise<StoredApiKey | undefined> => {
    const found = await within(lookUpMs, keys.find(id));
    if (found === undefined || !sameDigest(found.digest, digest)) return undefined;
    if (trusted.size >= mostTrusted) trusted.clear();
    trusted.set(digest, { key: found, until: clock.now() + trustMs });
    return found;
  };

  const trustedKey = (digest: string): StoredApiKey | undefined => {
    const known = trusted.get(digest);
    return known !== undefined && clock.now() < known.until ? known.key : undefined;
  };

  // Many requests at once with one key share a look-up.
  const shared = (id: string, digest: string): Promise<StoredApiKey | undefined> => {
    const asked = underWay.get(digest) ?? lookUp(id, digest).finally(() => underWay.delete(digest));
    underWay.set(digest, asked);
    return asked;
  };

  // To the minute, and nobody waits for it.
  const note = (id: string): void => {
    const minute = clock.now() - (clock.now() % minuteMs);
    if (noted.get(id) === minute) return;
    noted.set(id, minute);
    keys.used(id, minute).catch(() => noted.delete(id));
  };

  return async (authorization) => {
    const text = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "";
    const presented = readApiKey(text);
    if (presented === undefined) throw unauthenticated("The Authorization header holds no API key: send `Authorization: Bearer bb_…`.");
    const { id, digest } = presented;
    const key = trustedKey(digest) ?? (await shared(id, digest));
    if (key === undefined)
      throw unauthenticated(`The API key bb_${id}_… is not valid here: it is mistyped, revoked, or of another service.`);
    if (key.expires !== undefined && key.expires <= clock.now())
      throw unauthenticated(`The API key "${key.name}" (bb_${id}_…) expired at ${new Date(key.expires).toISOString()}.`);
    note(id);
    return key;
  };
}

export function unauthenticated(detail: string): HttpProblem {
  return new HttpProblem("UNAUTHENTICATED", detail, { headers: { "www-authenticate": 'Bearer realm="busbar"' } });
}
