import type { RedisConnection } from "../../src/base/redis.ts";
import { decodeEvent } from "../../src/define/event.ts";
import { type DeliveryStatusChanged, deliveryStatusChanged } from "../../src/define/delivery-topics.ts";
import { statusRank } from "../../src/define/status.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import type { CallbackLoad } from "./callback-load.ts";
import { prefix } from "./domain.ts";

export interface CallbackJudgement {
  readonly deliveries: number;
  /** Deliveries that ended with another status than what was said of them. */
  readonly wrong: readonly string[];
  /** Events of `delivery.status_changed`. */
  readonly events: number;
  /** Deliveries whose events are not a rise each, the last one to the end, with none twice. */
  readonly misTold: readonly string[];
}

const pageSize = 1_000;

/** Compares what is known of each delivery at the end, and what was published of it, with what its provider said. */
export async function judgeCallbacks(redis: RedisConnection, { ends }: Pick<CallbackLoad, "ends">): Promise<CallbackJudgement> {
  const ledger = redisLedger(redis, prefix);
  const all = [...ends].map(([id, { event, end }]) => ({ id, event, end }));
  const wrong: string[] = [];
  for (let from = 0; from < all.length; from += pageSize) {
    const page = all.slice(from, from + pageSize);
    const known = await ledger.statuses(page);
    for (const [index, { id, end }] of page.entries())
      if (known[index]!.status !== end) wrong.push(`${id}: ${known[index]!.status ?? "nothing"}, not ${end}`);
  }
  const told = await publishedOf(redis);
  const misTold = all.flatMap(({ id, end }) => {
    const statuses = told.get(id) ?? [];
    const rises = statuses.every((status, index) => index === 0 || statusRank(status) > statusRank(statuses[index - 1]!));
    return rises && statuses.at(-1) === end ? [] : [`${id}: ${statuses.join(", ")}, not up to ${end}`];
  });
  return { deliveries: all.length, wrong, events: [...told.values()].reduce((sum, { length }) => sum + length, 0), misTold };
}

async function publishedOf(redis: RedisConnection): Promise<Map<string, DeliveryStatusChanged["status"][]>> {
  const log = logKeys(prefix).log(deliveryStatusChanged.name, 0);
  const told = new Map<string, DeliveryStatusChanged["status"][]>();
  for (let after = "-"; ;) {
    const entries = await redis.xrange(log, after, "+", "COUNT", pageSize);
    for (const [, fields] of entries) {
      const { deliveryId, status } = decodeEvent(fields[fields.indexOf("event") + 1]!).data as DeliveryStatusChanged;
      told.set(deliveryId, [...(told.get(deliveryId) ?? []), status]);
    }
    if (entries.length < pageSize) return told;
    after = `(${entries.at(-1)![0]}`;
  }
}
