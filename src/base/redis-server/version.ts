/** The oldest server that busbar works with: Redis 7.0, or any Valkey (its first release was 7.2). */
export const oldestVersion = "7.0";

/**
 * The version in what `redis-server --version` prints (`Redis server v=7.0.15 sha=…`, `Valkey server v=8.1.1 …`)
 * or in a package's version (`5:7.0.15-1~deb12u10`). `undefined` when there is none.
 */
export function parseVersion(text: string): string | undefined {
  return /\bv=(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1] ?? /^(?:\d+:)?(\d+\.\d+(?:\.\d+)?)/.exec(text.trim())?.[1];
}

/** Whether a version such as `"7.0.15"` is `oldestVersion` or later. */
export function isRecentEnough(version: string): boolean {
  return Number.parseInt(version, 10) >= Number.parseInt(oldestVersion, 10);
}
