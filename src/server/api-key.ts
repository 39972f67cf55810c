import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import { base32Alphabet } from "../base/ids.ts";
import { scopeProblems } from "./scopes.ts";

/** An API key as it may be shown: its secret is nowhere but with its holder. */
export interface ApiKey {
  /** Part of the key's text, and no secret. */
  readonly id: string;
  /** Who holds it, for people and for the time line of what it did. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** So many requests in so many milliseconds, over all processes. Undefined: no limit. */
  readonly rate?: { readonly max: number; readonly per: number };
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Undefined: never. */
  readonly expires?: number;
  /** The id of the key that has taken its place. Both open doors until this one expires. */
  readonly replacedBy?: string;
}

/** What is asked for when a key is made. */
export interface ApiKeyRequest {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Such as `100/1s`. */
  readonly rate?: string | undefined;
  /** A time from now, such as `90d`. */
  readonly expires?: string | undefined;
}

/** The text of a key, which is shown once, and what is kept of it. */
export interface ApiKeySecret {
  readonly id: string;
  /** `bb_<id>_<secret>`: the secret is 32 random bytes in base64url. */
  readonly text: string;
  /** The SHA-256 of the text, in base64url. A password needs a slow hash because it can be guessed; 32 random bytes cannot. */
  readonly digest: string;
}

const shape = /^bb_([a-z2-7]{10})_[\w-]{43}$/;

export function newApiKeySecret(): ApiKeySecret {
  const id = Array.from(randomBytes(10), (byte) => base32Alphabet[byte & 31]).join("");
  const text = `bb_${id}_${randomBytes(32).toString("base64url")}`;
  return { id, text, digest: digestOf(text) };
}

/** The id and the digest of a text that looks like a key; undefined for any other text. */
export function readApiKey(text: string): { readonly id: string; readonly digest: string } | undefined {
  const match = shape.exec(text);
  return match === null ? undefined : { id: match[1]!, digest: digestOf(text) };
}

/** Compares in the same time whatever they hold. */
export function sameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * What a request for a key says, checked.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function apiKeyOf({ name, scopes, rate, expires }: ApiKeyRequest, id: string, now: number): ApiKey {
  const problems = scopeProblems(scopes);
  if (!/^[\w][\w .:@-]{0,63}$/.test(name))
    problems.push("the name says who holds the key, such as shop-backend: letters, digits, spaces and . : @ _ - only, at most 64");
  const limit = rate === undefined ? undefined : rateOf(rate, problems);
  const life = expires === undefined ? undefined : lengthOf(expires, problems);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The key was not made:", { problems });
  return {
    id,
    name,
    scopes: [...new Set(scopes)],
    ...(limit === undefined ? {} : { rate: limit }),
    created: now,
    ...(life === undefined ? {} : { expires: now + life }),
  };
}

/**
 * The key that takes another one's place, with its name, scopes and rate, and a life as long as that one's; and that one with its end. Pure.
 * @param overlap milliseconds for which both are valid
 * @throws BusbarError `REFUSED` where the key has been replaced, or has expired
 */
export function rotated(key: ApiKey, { id, now, overlap }: { readonly id: string; readonly now: number; readonly overlap: number }) {
  const { expires, created, name, scopes, rate } = key;
  if (scopes.length === 0) throw new BusbarError("REFUSED", `The API key ${key.id} cannot be read: revoke it, and make a new one.`);
  if (key.replacedBy !== undefined)
    throw new BusbarError("REFUSED", `The API key ${key.id} has been replaced by ${key.replacedBy}: rotate that one.`);
  if (expires !== undefined && expires <= now)
    throw new BusbarError("REFUSED", `The API key ${key.id} expired at ${new Date(expires).toISOString()}: make a new one.`);
  const next: ApiKey = {
    id,
    name,
    scopes,
    ...(rate === undefined ? {} : { rate }),
    created: now,
    ...(expires === undefined ? {} : { expires: now + expires - created }),
  };
  return { next, old: { ...key, expires: Math.min(now + overlap, expires ?? Infinity), replacedBy: id } satisfies ApiKey };
}

function rateOf(text: string, problems: string[]): ApiKey["rate"] {
  const match = /^([1-9]\d{0,8})\/([1-9]\d{0,5}(?:s|m|h|d))$/.exec(text);
  if (match !== null) return { max: Number(match[1]), per: milliseconds(match[2] as "1s") };
  problems.push(`the rate is a number and a time in whole seconds or longer, such as 100/1s, not ${JSON.stringify(text.slice(0, 50))}`);
  return undefined;
}

function lengthOf(text: string, problems: string[]): number | undefined {
  if (/^[1-9]\d{0,5}(?:s|m|h|d)$/.test(text)) return milliseconds(text as "1s");
  problems.push(`the time after which it expires is such as 90d or 12h, not ${JSON.stringify(text.slice(0, 50))}`);
  return undefined;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
