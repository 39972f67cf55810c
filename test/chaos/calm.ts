import { setTimeout as pause } from "node:timers/promises";
import type { RedisConnection } from "../../src/base/redis.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { chaosBus, orderPlaced, prefix } from "./domain.ts";
import type { Stage } from "./stage.ts";

const lookEveryMs = 250;
/** The longest wait of the product is the last backoff of the queue `routing`, 80 s. */
const patienceMs = 120_000;
/** What waits nowhere for so long does not come any more by itself. The reconciler may find it minutes later; that is for a fault of ours, and is one. */
const restMs = 30_000;

export interface CalmOptions {
  /** Whether everything that has to arrive has arrived. */
  readonly arrived: () => boolean;
  readonly applications?: readonly string[];
  /** Milliseconds in which something must move. Default two minutes. */
  readonly patience?: number;
}

/**
 * Waits until everything has arrived, every group has acknowledged its whole log, and no job waits or runs: from then on nothing
 * can be sent any more. What has not arrived although nothing waits for it is not waited for. False when nothing moved for two minutes
 * before that.
 */
export async function calm(stage: Stage, { arrived, applications = ["chaos"], patience = patienceMs }: CalmOptions): Promise<boolean> {
  const buses = applications.map((application) => chaosBus({ redis: stage.redisUrl, application, subscribers: [] }));
  let last = "";
  let movedAt = performance.now();
  try {
    for (;;) {
      const sends = stage.sends().length;
      const queues = await Promise.all(buses.map((bus) => bus.inspect.queues()));
      const open = queues
        .flatMap((each) => Object.values(each))
        .reduce((sum, { waiting, active, delayed }) => sum + waiting + active + delayed, 0);
      const groups = await groupsBehind(stage.redis);
      if (open === 0 && groups.length === 0 && arrived()) return true;
      const state = JSON.stringify([sends, queues, groups]);
      if (state !== last) movedAt = performance.now();
      last = state;
      if (open === 0 && groups.length === 0 && performance.now() - movedAt > restMs) return true;
      if (performance.now() - movedAt > patience) {
        stage.say(`nothing moves any more: ${state}`);
        return false;
      }
      await pause(lookEveryMs);
    }
  } finally {
    await Promise.all(buses.map((bus) => bus.stop()));
  }
}

/** The groups of the log that have not read or not acknowledged everything. */
async function groupsBehind(redis: RedisConnection): Promise<string[]> {
  const log = logKeys(prefix).log(orderPlaced.name, 0);
  if ((await redis.exists(log)) === 0) return [];
  const newest = fieldsOf(await redis.xinfo("STREAM", log))["last-generated-id"];
  const groups = ((await redis.xinfo("GROUPS", log)) as unknown[]).map(fieldsOf);
  return groups.filter((group) => group["pending"] !== 0 || group["last-delivered-id"] !== newest).map((group) => JSON.stringify(group));
}

function fieldsOf(flat: unknown): Record<string, unknown> {
  const list = flat as unknown[];
  return Object.fromEntries(list.flatMap((name, index) => (index % 2 === 0 ? [[String(name), list[index + 1]]] : [])));
}
