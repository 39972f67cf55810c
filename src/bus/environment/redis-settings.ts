import { BusbarError, messageOf } from "../../base/errors.ts";
import { readRedisAddress } from "../../base/redis-address.ts";

/** A Redis in parts, for hosts that do not hand out a URL. */
export interface RedisParts {
  readonly REDIS_HOST?: string | undefined;
  readonly REDIS_PORT?: number | undefined;
  readonly REDIS_USERNAME?: string | undefined;
  readonly REDIS_PASSWORD?: string | undefined;
  readonly REDIS_DB?: number | undefined;
  readonly REDIS_TLS?: boolean | undefined;
}

const partNames = ["REDIS_HOST", "REDIS_PORT", "REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_DB", "REDIS_TLS"] as const;

/** Whether an environment says where Redis is. */
export function namesRedis(env: Readonly<Record<string, string | undefined>>): boolean {
  return ["REDIS_URL", "REDIS_URL_FILE", "REDIS_HOST"].some((name) => (env[name] ?? "") !== "");
}

/** What is wrong with the variables of Redis, as they were written. Pure. */
export function redisProblems(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  const url = given["REDIS_URL"];
  const parts = partNames.filter((name) => given[name] !== undefined);
  if (url !== undefined && parts.length > 0)
    return [`REDIS_URL and ${parts.join(", ")} are both set: keep the URL, which can say all of it, or the parts`, ...urlProblems(url)];
  if (url !== undefined) return urlProblems(url);
  if (parts.length > 0 && given["REDIS_HOST"] === undefined)
    return [`${parts.join(", ")}: set REDIS_HOST too, or REDIS_URL in place of both`];
  const host = given["REDIS_HOST"];
  if (host === undefined || isHost(host)) return [];
  if (/^https?:/.test(host)) return urlProblems(host).map((problem) => problem.replace("REDIS_URL", "REDIS_HOST"));
  return [`REDIS_HOST: must be a host's name or address alone, such as redis.example.com; a whole address is for REDIS_URL`];
}

/** The address that the parts make; undefined where they name no host. Pure. */
export function redisUrlOf(parts: RedisParts): string | undefined {
  const { REDIS_HOST: host, REDIS_PORT: port = 6379, REDIS_USERNAME: user = "", REDIS_PASSWORD: password, REDIS_DB: database } = parts;
  if (host === undefined) return undefined;
  const credentials = password === undefined && user === "" ? "" : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? "")}@`;
  const place = host.includes(":") ? `[${host}]` : host;
  return `${parts.REDIS_TLS === true ? "rediss" : "redis"}://${credentials}${place}:${port}${database === undefined ? "" : `/${database}`}`;
}

function isHost(host: string): boolean {
  return /^[\w.-]+$|^[\da-f:.]+$/i.test(host);
}

function urlProblems(url: string): readonly string[] {
  try {
    readRedisAddress(url);
    return [];
  } catch (error) {
    return error instanceof BusbarError ? error.problems : [messageOf(error)];
  }
}
