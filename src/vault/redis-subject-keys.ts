import { createSecretKey, randomBytes } from "node:crypto";
import { BusbarError } from "../base/errors.ts";
import type { RedisConnection } from "../base/redis.ts";
import { keyedHash } from "../base/ids.ts";
import { luaScript } from "../base/lua.ts";
import { forAWhile } from "./for-a-while.ts";
import { type KeyRing, openWith, sealWith } from "./key-ring.ts";
import { type ClosedKey, closedReason, type FoundKey, type SubjectKey, subjectKeyMs, type SubjectKeys } from "./subject-keys.ts";

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

/** A key that writes, as this process remembers it. */
interface WritingKey extends SubjectKey {
  /** As Redis had it. */
  readonly text: string;
  /** When, by `performance.now()`. */
  readonly asked: number;
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
  /** Whether what is used is wrapped with the key that writes now, for those who only look. Default true. */
  readonly rewrap?: boolean;
}

/**
 * The keys of subjects in RedisConnection, wrapped with the ring. `<p>` is the prefix, `<part>` the first two characters of the subject's hash.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:subject-keys:<part>` | hash | the hash of a subject → its key, wrapped: JSON `n`, `kid`, `iv`, `ct`; `<hash>!` → when one was destroyed (ms) |
 */
export function redisSubjectKeys({
  redis,
  prefix,
  ring,
  secret,
  remember = subjectKeyMs,
  rewrap = true,
}: RedisSubjectKeysOptions): SubjectKeys {
  const keyOf = (hash: string): string => `${prefix}:subject-keys:${hash.slice(0, 2)}`;
  const hashes = forAWhile<string>(Number.POSITIVE_INFINITY);
  const writing = forAWhile<WritingKey>(remember);
  const reading = forAWhile<FoundKey>(remember);

  /** What lies in Redis may be of a ring that this process does not have: that is the matter of this one key. */
  const unwrap = (hash: string, text: string): (SubjectKey & { readonly wrapped: Wrapped }) | ClosedKey => {
    const wrapped = wrappedIn(text);
    if (wrapped === undefined) return { closedBy: "?", why: "since what Redis keeps of it is no key" };
    const key = ring?.keyOf(wrapped.kid);
    if (key === undefined) return { closedBy: wrapped.kid, why: "which BUSBAR_KEYS does not hold" };
    try {
      return { kid: `subject.${hash}.${wrapped.n}`, key: createSecretKey(openWith(key, wrapped, boundTo(hash, wrapped.n))), wrapped };
    } catch {
      return { closedBy: wrapped.kid, why: "which is another one than that of this name in BUSBAR_KEYS" };
    }
  };

  const wrap = (hash: string, { n, key }: { readonly n: string; readonly key: Uint8Array }): string => {
    const { id, key: wrapping } = ring!.first;
    return JSON.stringify({ n, kid: id, ...sealWith(wrapping, key, boundTo(hash, n)) } satisfies Wrapped);
  };

  /** What is used is wrapped with the key that writes now: so an old key of the ring is needed no more. */
  const unwrapAnew = (hash: string, text: string): SubjectKey | ClosedKey => {
    const unwrapped = unwrap(hash, text);
    if ("closedBy" in unwrapped) return unwrapped;
    const { wrapped, ...found } = unwrapped;
    if (rewrap && wrapped.kid !== ring?.first.id) {
      const anew = wrap(hash, { n: wrapped.n, key: found.key.export() });
      rewrapScript(redis(), [keyOf(hash)], [hash, text, anew]).catch(() => undefined);
    }
    return found;
  };

  const make = async (hash: string): Promise<SubjectKey> => {
    const asked = performance.now();
    const fresh = wrap(hash, { n: randomBytes(4).toString("hex"), key: randomBytes(32) });
    const text = await makeScript(redis(), [keyOf(hash)], [hash, fresh]);
    const found = unwrapAnew(hash, text);
    if ("closedBy" in found) throw new BusbarError("INVALID_CONFIGURATION", closedReason(found));
    const kept = { ...found, text, asked };
    writing.set(hash, kept, asked);
    return kept;
  };
  const making = new Map<string, Promise<SubjectKey>>();
  /** Many publish about one person at once: one asks for all. */
  const madeOnce = (hash: string): Promise<SubjectKey> => {
    const underWay = making.get(hash) ?? make(hash).finally(() => making.delete(hash));
    making.set(hash, underWay);
    return underWay;
  };

  const renewing = new Set<string>();
  /** Asks for a key again before it is forgotten; one that was destroyed meanwhile is not made anew for that. What fails is asked for when it is needed. */
  const renew = async (hash: string, before: WritingKey): Promise<void> => {
    if (renewing.has(hash)) return;
    renewing.add(hash);
    try {
      const asked = performance.now();
      const text = await redis().hget(keyOf(hash), hash);
      const found = text === null || text === before.text ? before : unwrapAnew(hash, text);
      if (text === null || "closedBy" in found) writing.delete(hash);
      else writing.set(hash, { ...found, text, asked }, asked);
    } catch {
      return;
    } finally {
      renewing.delete(hash);
    }
  };

  return {
    hashOf(subject) {
      // They hold for good: the time is not asked for.
      const known = hashes.get(subject, 0);
      if (known !== undefined) return known;
      const hash = keyedHash(secret, `subject\n${subject}`);
      hashes.set(subject, hash);
      return hash;
    },

    known(hash) {
      const now = performance.now();
      const found = writing.get(hash, now);
      if (found !== undefined && now - found.asked > 0.75 * remember) void renew(hash, found);
      return found;
    },

    async forWriting(wanted) {
      return new Map(await Promise.all(wanted.map(async (hash) => [hash, writing.get(hash) ?? (await madeOnce(hash))] as const)));
    },

    async forReading(kids) {
      const found = await Promise.all(
        kids.map(async (kid): Promise<readonly [string, FoundKey]> => {
          const known = reading.get(kid);
          if (known !== undefined) return [kid, known];
          const asked = performance.now();
          const [, hash = "", n = ""] = kid.split(".");
          const [text, erased] = await redis().hmget(keyOf(hash), hash, `${hash}!`);
          const there = typeof text === "string" ? wrappedIn(text) : undefined;
          const present = typeof text === "string" && (there === undefined || there.n === n);
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

/** Undefined where it is none. */
function wrappedIn(text: string): Wrapped | undefined {
  try {
    const read = JSON.parse(text) as Wrapped | null;
    return typeof read?.kid === "string" && typeof read.iv === "string" && typeof read.ct === "string" ? read : undefined;
  } catch {
    return undefined;
  }
}
