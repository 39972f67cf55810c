import type { RedisConnection } from "../base/redis.ts";
import type { BusEvent } from "../define/event.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { AnyTopic } from "../define/topic.ts";
import { keyRing } from "../vault/key-ring.ts";
import { redisSubjectKeys } from "../vault/redis-subject-keys.ts";
import type { SubjectKeys } from "../vault/subject-keys.ts";
import { createVault } from "../vault/vault.ts";
import type { Vault } from "../vault/vault-port.ts";
import type { Settings } from "./options.ts";

interface BusVault extends Vault {
  readonly subjects: SubjectKeys;
}

/** What seals and opens with these settings. Redis is asked with the first subject. */
export function vaultOf(
  settings: Pick<Settings, "prefix" | "indexSecret" | "keys">,
  topics: readonly AnyTopic[],
  redis: () => RedisConnection,
): BusVault {
  const { prefix, indexSecret: secret = `busbar ${prefix}` } = settings;
  const ring = keyRing(settings.keys);
  const subjects = redisSubjectKeys({ redis, prefix, ring, secret });
  return { ...createVault({ topics, ring, subjects }), subjects };
}

export interface EventsToRunOptions {
  readonly inspect: { event(id: string): Promise<BusEvent | undefined> };
  readonly log: Pick<TopicLog, "find">;
  readonly vault: Pick<Vault, "read">;
}

/** Events for those who run code on them, found as people find them: not masked, but as a router reads them. */
export function eventsToRun({ inspect, log, vault }: EventsToRunOptions): (id: string) => Promise<BusEvent | undefined> {
  return async (id) => {
    const seen = await inspect.event(id);
    const found = seen && (await log.find(seen.id, { topics: [seen.type], time: Date.parse(seen.time) }));
    const [event] = found === undefined ? [] : await vault.read([found.entry.json]);
    if (event instanceof Error) throw event;
    return event;
  };
}
