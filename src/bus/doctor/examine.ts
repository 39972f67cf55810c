import { messageOf } from "../../base/errors.ts";
import { silentLogger } from "../../base/logger.ts";
import { closeRedis, type RedisConnection } from "../../base/redis.ts";
import { maskUrl } from "../../base/redis-address.ts";
import type { Durability } from "../../base/redis-suitability.ts";
import type { Catalog } from "../../define/catalog.ts";
import { redisLog } from "../../log/redis-log.ts";
import type { Bus } from "../bus.ts";
import type { Settings } from "../options.ts";
import { topicStandings, type TopicStandings } from "../positions.ts";
import type { Stats } from "../stats.ts";
import { type Diagnosis, error, ok } from "./diagnosis.ts";
import { idleFinding } from "./idle-cost.ts";
import { keyFindings } from "./key-findings.ts";
import { logFindings } from "./log-findings.ts";
import { tryRedis } from "./redis-connection.ts";
import { readServerFacts } from "./redis-facts.ts";
import { secretFindings } from "./secret-findings.ts";
import { serverFindings } from "./server-findings.ts";
import { type WorkFacts, workFindings } from "./work-findings.ts";

export interface ExamineOptions {
  readonly settings: Pick<Settings, "redis" | "prefix" | "partitions" | "publishDeadline" | "application" | "keys" | "indexSecret">;
  /** What the operator asks of Redis. */
  readonly durability: Durability | undefined;
  /** The application; undefined where it cannot be loaded: Redis is looked at all the same. */
  readonly bus: Pick<Bus, "stats" | "catalog"> | undefined;
}

/**
 * Looks at Redis and at the application's work in it, and says what is well and what is not. It only reads.
 * @throws BusbarError `INVALID_CONFIGURATION` when the address of Redis is none
 */
export async function examine({ settings, durability, bus }: ExamineOptions): Promise<Diagnosis[]> {
  const connected = await tryRedis(settings.redis, settings.prefix);
  if ("level" in connected) return [connected];
  const { redis, roundTrip } = connected;
  try {
    const facts = await readServerFacts(redis, settings.prefix);
    const connection = ok("connection", `Redis at ${maskUrl(settings.redis)} answers in ${roundTrip.toFixed(1)} ms.`);
    const found = [connection, ...serverFindings(facts, durability)];
    if (bus === undefined) return found;
    try {
      const [{ channels, subscribers, reconciled, unplanned, newer, spool, outbox }, catalog] = [await bus.stats(), await bus.catalog()];
      const { standings, keys } = await readLogs(settings, { catalog, redis });
      const unknownGroups = groupsOfNobody(standings, settings.application, catalog);
      const on = channels.filter((channel) => channel.on && channel.concurrency !== undefined).length;
      return [
        ...found,
        ...logFindings(standings, Date.now()),
        ...keys,
        ...workFindings({
          channels,
          subscribers,
          unknownGroups,
          reconciled,
          unplanned,
          newer: withKnown(newer, catalog),
          spool,
          outbox,
          now: Date.now(),
        }),
        idleFinding(facts.clients, on),
      ];
    } catch (failure) {
      return [
        ...found,
        error("work", `Queues and subscribers cannot be read (${messageOf(failure)}).`, "Run busbar check, then look again."),
      ];
    }
  } finally {
    await closeRedis(redis);
  }
}

function withKnown(newer: Stats["newer"], catalog: Catalog): WorkFacts["newer"] {
  return newer.map((waiting) => ({ ...waiting, known: catalog.topic(waiting.topic)?.version }));
}

async function readLogs(
  { redis: url, prefix, partitions, publishDeadline: deadline, keys, indexSecret }: ExamineOptions["settings"],
  { catalog, redis }: { readonly catalog: Catalog; readonly redis: RedisConnection },
): Promise<{ readonly standings: TopicStandings; readonly keys: readonly Diagnosis[] }> {
  const log = redisLog({ url, prefix, partitions, deadline, logger: silentLogger });
  try {
    const ring = await keyFindings({ catalog, log, redis, prefix, keys });
    return { standings: await topicStandings(log, catalog), keys: [...ring, ...(await secretFindings(redis, { prefix, indexSecret }))] };
  } finally {
    await log.close();
  }
}

/** The groups of this application on its topics' logs that no subscriber has, in the order of their names. */
function groupsOfNobody(
  standings: TopicStandings,
  application: string,
  catalog: Catalog,
): { group: string; name: string; topics: string[] }[] {
  const known = new Set(catalog.subscribers.map(({ identity }) => `${application}.${identity}`));
  const found = new Map<string, Set<string>>();
  for (const [topic, partitions] of standings) {
    for (const { group } of partitions.flatMap(({ groups }) => groups)) {
      if (!group.startsWith(`${application}.`) || known.has(group)) continue;
      found.set(group, (found.get(group) ?? new Set()).add(topic));
    }
  }
  return [...found]
    .map(([group, read]) => ({ group, name: group.slice(application.length + 1), topics: [...read] }))
    .toSorted((a, b) => a.group.localeCompare(b.group));
}
