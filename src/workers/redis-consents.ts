import type { RedisConnection } from "../base/redis.ts";
import type { Clock } from "../base/clock.ts";
import { shortHash } from "../base/ids.ts";
import { luaScript } from "../base/lua.ts";
import { checkAddress } from "../define/address.ts";
import type { ConsentNotice } from "../define/notice.ts";
import { type Consent, type ConsentResult, type Consents, readerSource } from "./consents.ts";
import { allMessages, suppressionKeys } from "./redis-suppressions.ts";
import { isSuppressible, type SuppressedPlace, suppressedSpelling } from "./suppressions.ts";

const consentScript = luaScript<ConsentResult>(new URL("./consent.lua", import.meta.url));

/** A notice is known for so long, milliseconds: 30 days. */
const noticeMs = 30 * 24 * 3_600_000;
/** Consents of one address. */
const mostKept = 20;
const longestSaid = 200;

export interface RedisConsentsOptions {
  readonly prefix: string;
  readonly application: string;
  readonly clock: Clock;
}

/**
 * What readers have said, in Redis. `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:consents:<channel>` | hash | address → JSON list, the newest first, at most 20: `wish` (`out`, `in`), `category`, `said`, `source`, `at` (ms) |
 * | `<p>:{<app>}:consent-notice:<hash>` | string | the wish of a notice that was taken; the hash is of its provider and event id. Kept 30 days |
 */
export function redisConsents(redis: RedisConnection, { prefix, application, clock }: RedisConsentsOptions): Consents {
  const root = `${prefix}:{${application}}`;

  return {
    async apply({ eventId, channel, provider, address: given, wish, category, said, at }: ConsentNotice) {
      const checked = checkAddress(channel, given);
      if (!isSuppressible(channel) || "problem" in checked) return "unusable";
      const address = suppressedSpelling({ channel, address: checked.address });
      const now = clock.now();
      const scope = category === undefined ? {} : { category };
      // A provider's clock may be ahead of ours: nothing was said later than now.
      const when = Math.min(at ?? now, now);
      const words = said.toWellFormed().slice(0, longestSaid);
      const consent: Consent = { wish, ...scope, said: words, source: provider, at: when };
      const suppression = { reason: words, source: readerSource, at: now };
      const keys = suppressionKeys({ prefix, application, channel });
      return consentScript(
        redis,
        [
          `${root}:consents:${channel}`,
          keys.entries,
          keys.newest,
          keys.until,
          keys.number,
          `${root}:consent-notice:${shortHash(`${provider}\n${eventId}`)}`,
        ],
        [
          address,
          category ?? allMessages,
          wish,
          when,
          JSON.stringify(consent),
          JSON.stringify(suppression),
          noticeMs,
          mostKept,
          channel === "email" ? "" : "1",
        ],
      );
    },

    forget: async (place) => (await redis.hdel(`${root}:consents:${place.channel}`, suppressedSpelling(place))) === 1,

    async of(place: SuppressedPlace) {
      const kept = await redis.hget(`${root}:consents:${place.channel}`, suppressedSpelling(place));
      return kept === null ? [] : (JSON.parse(kept) as readonly Consent[]);
    },
  };
}
