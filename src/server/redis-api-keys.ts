import { BusbarError } from "../base/errors.ts";
import { luaScript } from "../base/lua.ts";
import type { RedisConnection } from "../base/redis.ts";
import { type ApiKey, apiKeyOf, type ApiKeyRequest, type ApiKeySecret, newApiKeySecret, rotated } from "./api-key.ts";

const rotateScript = luaScript<number>(new URL("./rotate-key.lua", import.meta.url));

export interface StoredApiKey extends ApiKey {
  readonly digest: string;
}

export interface ListedApiKey extends ApiKey {
  /** Milliseconds since 1970, to the minute. Undefined: not yet. */
  readonly lastUsed?: number;
}

export interface RotatedKey {
  /** The key that takes the place, and its text, which is nowhere else from now on. */
  readonly key: ApiKey;
  readonly text: string;
  /** The one whose place it takes, with its end. */
  readonly old: ApiKey;
}

/** The API keys of one application. */
export interface ApiKeys {
  /**
   * Makes a key. Its text is nowhere else from now on.
   * @throws BusbarError `INVALID_CONFIGURATION` with every problem of the request
   */
  create(request: ApiKeyRequest, now: number): Promise<{ readonly key: ApiKey; readonly text: string }>;
  /** Stores a key that was made, by the digest of its text. */
  add(key: ApiKey, digest: string): Promise<void>;
  /** The oldest first, those that have expired too. */
  list(): Promise<readonly ListedApiKey[]>;
  find(id: string): Promise<StoredApiKey | undefined>;
  /**
   * Makes the key that takes this one's place, and gives this one an end; both are valid until then. Undefined where there is none of this id.
   * @param options.overlap milliseconds until the end of this one
   * @param options.secret of the next one; a new one by default
   * @throws BusbarError `REFUSED` where it has been replaced, or has expired
   */
  rotate(
    id: string,
    options: { readonly now: number; readonly overlap: number; readonly secret?: ApiKeySecret },
  ): Promise<RotatedKey | undefined>;
  /** Takes a key away for good; false where there is none of this id. */
  revoke(id: string): Promise<boolean>;
  /** Notes that a key was used in this minute. */
  used(id: string, now: number): Promise<void>;
}

/**
 * The API keys in Redis. `<p>` is the prefix and `<app>` the application.
 *
 * | key | type | what | kept |
 * |---|---|---|---|
 * | `<p>:<app>:api-keys` | hash | id → JSON: `digest` (SHA-256 of the key, base64url), `name`, `scopes`, `rate` (`max`, `per` in ms), `created`, `expires` (ms), `replacedBy` (id) | always |
 * | `<p>:<app>:api-keys-used` | hash | id → when it was last used (ms, to the minute) | always |
 */
export function redisApiKeys(
  redis: RedisConnection,
  { prefix, application }: { readonly prefix: string; readonly application: string },
): ApiKeys {
  const keys = `${prefix}:${application}:api-keys`;
  const used = `${keys}-used`;
  const add = async ({ id, ...rest }: ApiKey, digest: string): Promise<void> => {
    await redis.hset(keys, id, JSON.stringify({ digest, ...rest }));
  };
  return {
    async create(request, now) {
      const { id, text, digest } = newApiKeySecret();
      const key = apiKeyOf(request, id, now);
      await add(key, digest);
      return { key, text };
    },
    add,
    async list() {
      const [all, lastUsed] = await Promise.all([redis.hgetall(keys), redis.hgetall(used)]);
      return Object.entries(all)
        .map(([id, json]) => {
          const { digest: _, ...key } = stored(id, json);
          return { ...key, ...(lastUsed[id] === undefined ? {} : { lastUsed: Number(lastUsed[id]) }) };
        })
        .toSorted((a, b) => a.created - b.created);
    },
    async find(id) {
      const json = await redis.hget(keys, id);
      return json === null ? undefined : stored(id, json);
    },
    async rotate(id, { now, overlap, secret = newApiKeySecret() }) {
      const json = await redis.hget(keys, id);
      if (json === null) return undefined;
      const { digest, ...key } = stored(id, json);
      const { next, old } = rotated(key, { id: secret.id, now, overlap });
      const { id: _next, ...nextKept } = { digest: secret.digest, ...next };
      const { id: _old, ...oldKept } = { digest, ...old };
      const done = await rotateScript(redis, [keys], [id, json, secret.id, JSON.stringify(nextKept), JSON.stringify(oldKept)]);
      if (done === 1) return { key: next, text: secret.text, old };
      throw new BusbarError("REFUSED", `The API key ${id} was changed by somebody else at this moment: look at it, and try again.`);
    },
    async revoke(id) {
      const removed = await redis.hdel(keys, id);
      await redis.hdel(used, id);
      return removed > 0;
    },
    async used(id, now) {
      await redis.hset(used, id, now - (now % 60_000));
    },
  };
}

/** What cannot be read is a key that opens nothing: it is listed, and can be revoked. */
function stored(id: string, json: string): StoredApiKey {
  try {
    return { id, ...(JSON.parse(json) as Omit<StoredApiKey, "id">) };
  } catch {
    return { id, digest: "", name: "(unreadable)", scopes: [], created: 0 };
  }
}
