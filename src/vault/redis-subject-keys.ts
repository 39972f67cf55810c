import { createSecretKey, randomBytes } from "node:crypto";
import type { RedisConnection } from "../base/redis.ts";
import { keyedHash } from "../base/ids.ts";
import { luaScript } from "../base/lua.ts";
import { forAWhile } from "./for-a-while.ts";
import { type KeyRing, openWith, sealWith } from "./key-ring.ts";
import { type FoundKey, type SubjectKey, subjectKeyMs, type SubjectKeys } from "./subject-keys.ts";

const makeScript = luaScript<string>(new URL("./make-subject-key.lua", import.meta.url));
const destroyScript = luaScript<number>(new URL("./destroy-subject-key.lua", import.meta.url));
const rewrapScript = luaScript<number>(new URL("./rewrap-subject-key.lua", import.meta.url));

/** A key as Redis keeps it. */
interface Wrapped {
  /** Tells it from one that the same subject had before an erasure. */
  readonly n: string;
  /** The key of the ring that it is wrapped with. */
  readonly kid: string;
  readonly iv: string;
  readonly ct: string;
}

export interface RedisSubjectKeysOptions {
  /** Connected with the first question. */
  readonly redis: () => RedisConnection;
  readonly prefix: string;
  readonly ring: KeyRing | undefined;
  /** What subjects are hashed with. */
  readonly secret: string;
  /** Milliseconds that this process remembers a key. Default {@link subjectKeyMs}. */
  readonly remember?: number;
}

/**
 * The keys of subjects in RedisConnection, wrapped with the ring. `<p>` is the prefix, `<part>` the first two characters of the subject's hash.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:subject-keys:<part>` | hash | the hash of a subject → its key, wrapped: JSON `n`, `kid`, `iv`, `ct`; `<hash>!` → when one was destroyed (ms) |
 */
export function redisSubjectKeys({ redis, prefix, ring, secret, remember = subjectKeyMs }: RedisSubjectKeysOptions): SubjectKeys {
  const keyOf = (hash: string): string => `${prefix}:subject-keys:${hash.slice(0, 2)}`;
  const hashes = forAWhile<string>(Number.POSITIVE_INFINITY);
  const writing = forAWhile<SubjectKey>(remember);
  const reading = forAWhile<FoundKey>(remember);

  const unwrap = (hash: string, text: string): SubjectKey & { readonly wrapped: Wrapped } => {
    const wrapped = JSON.parse(text) as Wrapped;
    const key = ring?.keyOf(wrapped.kid);
    if (key === undefined)
      throw new Error(`the key of a subject is wrapped with the key "${wrapped.kid}", which BUSBAR_KEYS does not hold`);
    return { kid: `subject.${hash}.${wrapped.n}`, key: createSecretKey(openWith(key, wrapped, boundTo(hash, wrapped.n))), wrapped };
  };

  const wrap = (hash: string, { n, key }: { readonly n: string; readonly key: Uint8Array }): string => {
    const { id, key: wrapping } = ring!.first;
    return JSON.stringify({ n, kid: id, ...sealWith(wrapping, key, boundTo(hash, n)) } satisfies Wrapped);
  };

  /** What is used is wrapped with the key that writes now: so an old key of the ring is needed no more. */
  const unwrapAnew = (hash: string, text: string): SubjectKey => {
    const { wrapped, ...found } = unwrap(hash, text);
    if (wrapped.kid !== ring?.first.id) {
      const anew = wrap(hash, { n: wrapped.n, key: found.key.export() });
      rewrapScript(redis(), [keyOf(hash)], [hash, text, anew]).catch(() => undefined);
    }
    return found;
  };

  return {
    hashOf(subject) {
      const known = hashes.get(subject) ?? keyedHash(secret, `subject\n${subject}`);
      hashes.set(subject, known);
      return known;
    },

    known: (hash) => writing.get(hash),

    async forWriting(wanted) {
      const found = await Promise.all(
        wanted.map(async (hash): Promise<readonly [string, SubjectKey]> => {
          const known = writing.get(hash);
          if (known !== undefined) return [hash, known];
          const asked = performance.now();
          const fresh = wrap(hash, { n: randomBytes(4).toString("hex"), key: randomBytes(32) });
          const kept = unwrapAnew(hash, await makeScript(redis(), [keyOf(hash)], [hash, fresh]));
          writing.set(hash, kept, asked);
          return [hash, kept];
        }),
      );
      return new Map(found);
    },

    async forReading(kids) {
      const found = await Promise.all(
        kids.map(async (kid): Promise<readonly [string, FoundKey]> => {
          const known = reading.get(kid);
          if (known !== undefined) return [kid, known];
          const asked = performance.now();
          const [, hash = "", n = ""] = kid.split(".");
          const [text, erased] = await redis().hmget(keyOf(hash), hash, `${hash}!`);
          const present = text !== null && text !== undefined && (JSON.parse(text) as Wrapped).n === n;
          const key: FoundKey = present ? unwrapAnew(hash, text) : { erased: erased ? Number(erased) : undefined };
          reading.set(kid, key, asked);
          return [kid, key];
        }),
      );
      return new Map(found);
    },

    async destroy(hash) {
      writing.delete(hash);
      reading.clear();
      return (await destroyScript(redis(), [keyOf(hash)], [hash, Date.now()])) === 1;
    },

    async standing(hash) {
      const [text, erased] = await redis().hmget(keyOf(hash), hash, `${hash}!`);
      return { present: typeof text === "string", erased: erased ? Number(erased) : undefined };
    },
  };
}

const boundTo = (hash: string, n: string): string => `subject key\n${hash}\n${n}`;
