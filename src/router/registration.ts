import type { Logger } from "../base/logger.ts";
import type { Catalog } from "../define/catalog.ts";
import { knownSendsMs } from "../define/known-sends.ts";
import type { Observe } from "../define/observation.ts";
import type { Loss } from "../log/log-standing.ts";
import type { Position, Registered, TopicLog } from "../log/topic-log.ts";

export interface RegistrationOptions {
  readonly application: string;
  readonly catalog: Catalog;
  readonly log: TopicLog;
  readonly observe: Observe;
  readonly logger: Logger;
}

/**
 * Sees to it that every subscriber has its place in every log that it reads, and that the place is one from which it gets all that comes:
 * from here on, nothing that is published is missed.
 * @param known true when this process has registered them before: a place that is gone was lost
 */
export async function registerAll(options: RegistrationOptions, { known }: { readonly known: boolean }): Promise<Position[]> {
  const { application, catalog, log, logger } = options;
  const all: (Registered & Position)[] = [];
  for (const { name: topic, groups } of readTopics(catalog, application)) {
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      const losses = await log.mend({ topic, partition, groups, known, knownSince: Date.now() - knownSendsMs });
      for (const loss of losses) tell(options, { topic, partition }, loss);
      for (const registered of await log.register({ application, topic, partition, groups })) {
        const { group, at } = registered;
        if (at !== "exists") logger.info({ topic, group, at }, "a subscriber begins to read");
        all.push({ ...registered, topic, partition });
      }
    }
  }
  // Who is held up is so in every log, also in those that it has not read before.
  for (const { group, hold, at, ...place } of all) {
    const elsewhere = hold ?? all.find((other) => other.group === group && other.hold !== undefined)?.hold;
    if (at !== "exists" && hold === undefined && elsewhere !== undefined) await log.hold({ ...place, group }, elsewhere);
  }
  return all.map(({ topic, partition, group }) => ({ topic, partition, group }));
}

function readTopics({ topics, subscribers }: Catalog, application: string): { name: string; groups: string[] }[] {
  const read = topics.map((topic) => ({
    name: topic.name,
    groups: subscribers.filter((one) => one.topics.includes(topic)).map(({ identity }) => `${application}.${identity}`),
  }));
  return read.filter(({ groups }) => groups.length > 0);
}

const says = {
  ids: "a log had given later ids than it knows: it was deleted, or restored alone from an older backup. What comes next has ids above them",
  numbers: "the count of a log's events had fallen behind them, and is put right",
  lost: "a subscriber's place in a log was gone",
  ahead: "a subscriber stood beyond the end of a log, and would have got nothing of what comes",
  back: "a subscriber stood in a log before what it had read",
} as const satisfies Record<Loss["kind"], string>;

function tell({ observe, logger }: RegistrationOptions, place: Omit<Position, "group">, { kind, group, again }: Loss): void {
  const more = group === undefined || kind === "numbers" ? "" : "; it reads the last 95 h again, of which nothing is sent twice";
  const subscriber = group === undefined ? {} : { group, again };
  logger.error({ observation: "dataLoss", kind, ...place, ...subscriber }, `DATA LOSS: ${says[kind]}${more}`);
  observe("dataLoss", { ...place, kind, ...subscriber });
}
