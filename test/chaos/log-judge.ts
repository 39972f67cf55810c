import type { RedisConnection } from "../../src/base/redis.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { orderPlaced, prefix } from "./domain.ts";

const pageSize = 1_000;

/**
 * The ids of events that have more than one entry in the log (I4). The providers' log does not show it: both entries become the same
 * deliveries, which are sent once.
 */
export async function entriesTwice(redis: RedisConnection): Promise<readonly string[]> {
  const log = logKeys(prefix).log(orderPlaced.name, 0);
  const [seen, twice] = [new Set<string>(), new Set<string>()];
  for (let after = "-"; ;) {
    const entries = await redis.xrange(log, after, "+", "COUNT", pageSize);
    for (const [, fields] of entries) {
      const { id } = JSON.parse(fields[fields.indexOf("event") + 1]!) as { readonly id: string };
      (seen.has(id) ? twice : seen).add(id);
    }
    if (entries.length < pageSize) return [...twice];
    after = `(${entries.at(-1)![0]}`;
  }
}
