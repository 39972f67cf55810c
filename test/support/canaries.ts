import type { Redis } from "ioredis";
import { everythingIn } from "./everything-in-redis.ts";

/**
 * Secrets that the suite publishes: those of the reference domain's examples, and those of the tests that plant their own. None of them may be
 * read in Redis, in a log line or on a page. A code of six digits is looked for where it would stand, because an id may hold it by chance.
 */
const planted: readonly RegExp[] = [
  /(?<=^|["\s=:>[])482913(?=$|["\s.,\]<\\&])/,
  /password\/8c1f0e7a5b/,
  /canary[12]\b/,
  /CANARY-[A-Z]+-\d+/,
];

/** The planted secrets that a text shows, each with what stands around it. Pure. */
export function canariesIn(text: string): string[] {
  return planted.flatMap((pattern) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`${found[0]} in …${text.slice(Math.max(0, found.index - 80), found.index + 60)}…`];
  });
}

/** The same of every key and value that belongs to a test file. */
export async function canariesInRedis(redis: Redis, prefix: string): Promise<string[]> {
  return (await everythingIn(redis, prefix)).split("\n").flatMap((row) => canariesIn(row).map((found) => `${row.split(" ")[0]}: ${found}`));
}
