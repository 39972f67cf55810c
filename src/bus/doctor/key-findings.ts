import type { RedisConnection } from "../../base/redis.ts";
import type { Catalog } from "../../define/catalog.ts";
import { needsKeys } from "../../define/topic-marks.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { keyRing } from "../../vault/key-ring.ts";
import { lackedKeys } from "../../vault/lacked-keys.ts";
import { redisSubjectKeys } from "../../vault/redis-subject-keys.ts";
import { type Diagnosis, error, ok } from "./diagnosis.ts";

export interface KeyExamination {
  readonly catalog: Catalog;
  readonly log: Pick<TopicLog, "latest" | "partitions">;
  readonly redis: RedisConnection;
  readonly prefix: string;
  readonly keys: readonly string[];
}

/** Of each log, so many of the newest events are looked at. */
const sample = 50;

/** Whether the keys that the newest events of each log need are in the ring; nothing where no topic needs any. */
export async function keyFindings({ catalog, log, redis, prefix, keys }: KeyExamination): Promise<Diagnosis[]> {
  const topics = catalog.topics.filter(({ marks }) => needsKeys(marks));
  if (topics.length === 0) return [];
  const ring = keyRing(keys);
  const subjects = redisSubjectKeys({ redis: () => redis, prefix, ring, secret: "", rewrap: false });
  const lacked = new Map<string, number>();
  let looked = 0;
  for (const { name } of topics)
    for (let partition = 0; partition < (await log.partitions(name)); partition++) {
      const newest = await log.latest(name, partition, sample);
      looked += newest.length;
      const jsons = newest.map(({ json }) => json);
      for (const [kid, events] of await lackedKeys({ ring, subjects }, jsons)) lacked.set(kid, (lacked.get(kid) ?? 0) + events);
    }
  return [lackedFinding(lacked, looked)];
}

/** Pure. */
export function lackedFinding(lacked: ReadonlyMap<string, number>, looked: number): Diagnosis {
  const about = "key ring";
  if (lacked.size === 0) return ok(about, `BUSBAR_KEYS opens the newest events (${looked.toLocaleString("en")} looked at).`);
  const named = [...lacked].map(
    ([kid, events]) => `"${kid}" (${events.toLocaleString("en")} of the newest ${looked.toLocaleString("en")} events)`,
  );
  return error(
    about,
    `BUSBAR_KEYS lacks keys that the log needs, or has others under their names: ${named.join(", ")}.`,
    "Put their lines into BUSBAR_KEYS of every process, behind the first, and start these again; then: busbar dead-letters redrive --queue routing.",
  );
}
