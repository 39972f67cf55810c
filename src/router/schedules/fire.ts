import type { Logger } from "../../base/logger.ts";
import { BusbarError, messageOf } from "../../base/errors.ts";
import { nextFireTime } from "../../define/fire-times.ts";
import { firingId, firingOf, payloadOf } from "../../define/firing.ts";
import type { Observe } from "../../define/observation.ts";
import type { Published, PublishOptions } from "../../define/publish.ts";
import type { Schedule } from "../../define/schedule.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { whatIsDue } from "./due.ts";
import { goneMs, swapped, termsOf } from "./reconcile-schedules.ts";
import { sameTerms, type ScheduleRecord, type ScheduleStore } from "./schedule-record.ts";

export interface FireOptions {
  readonly application: string;
  readonly store: ScheduleStore;
  readonly publish: (topic: string, payload: unknown, options: PublishOptions) => Promise<Published>;
  readonly log: Pick<TopicLog, "find">;
  /** This process, and since when it has its schedules. */
  readonly me: string;
  readonly since: number;
  readonly isDead: (holder: string) => boolean;
  readonly now: () => number;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** What somebody has begun is another's after so long, milliseconds: longer than any publish takes. */
export const begunMs = 30_000;
/** The log remembers for 26 h by its id that an event was appended; what was begun before that is looked for. */
const rememberedMs = 24 * 3_600_000;
/** What publishing again would not mend. */
const hopeless: ReadonlySet<string> = new Set(["INVALID_EVENT", "EVENT_TOO_LARGE", "UNKNOWN_TOPIC"]);

/**
 * The life of a firing: it falls due; a process notes that it has begun it; it publishes the event, whose id is made from what fires and when; it notes
 * that the firing is made. A process that dies before the first note leaves the firing to the others, by the policy for missed ones; one that dies after
 * it has its firing finished by another one, which publishes the same event: the log takes it once.
 *
 * Makes what is due, and says when to look again.
 * @param known the record as this process saw it last: nobody is asked for it again where nothing has changed
 */
export async function makeFirings(
  options: FireOptions,
  schedule: Schedule,
  known: ScheduleRecord | undefined,
): Promise<{ readonly record: ScheduleRecord | undefined; readonly wake: number | undefined }> {
  const { store, me, now } = options;
  const { name } = schedule;
  const next = (): number | undefined => nextFireTime(schedule.parsed, schedule.timeZone, now());
  let record = known;
  const swap = async (change: ScheduleRecord): Promise<boolean> => {
    const done = await store.swap(name, record, change);
    record = done ? change : await store.read(name);
    return done;
  };
  for (;;) {
    if (record === undefined || !sameTerms(record.terms, termsOf(schedule))) {
      record = await taken(options, schedule);
      if (record === undefined || !sameTerms(record.terms, termsOf(schedule))) return { record, wake: next() };
    }
    if (record.paused !== undefined) {
      const fresh = await store.read(name);
      if (fresh?.paused !== undefined) return { record: fresh, wake: next() };
      record = fresh;
      continue;
    }
    const { begun } = record;
    if (begun !== undefined) {
      if (begun.by !== me) {
        if (begun.until > now() && !options.isDead(begun.by)) return { record, wake: begun.until };
        await swap({ ...record, begun: { ...begun, by: me, until: now() + begunMs } });
        continue;
      }
      const made = await publishFiring(options, schedule, record, begun);
      if (await swap(finished(record, begun.time, made))) told(options, schedule, begun.time, made);
      continue;
    }
    const due = whatIsDue(schedule, record.until, now());
    if (due.last === undefined) return { record, wake: next() };
    const [first] = due.fire;
    const missed = record.missed + due.missed;
    const changed =
      first === undefined
        ? await swap({ ...record, missed, until: due.last })
        : await swap({ ...record, missed, until: first - 1, begun: { time: first, by: me, at: now(), until: now() + begunMs } });
    if (changed && due.missed > 0) options.observe("firingsMissed", { schedule: name, topic: schedule.topic.name, count: due.missed });
  }
}

type Made = { readonly event: string } | { readonly trouble: string };

/** Publishes the event of a firing that this process has begun. */
async function publishFiring(
  { application, publish, log, now }: FireOptions,
  schedule: Schedule,
  { last }: ScheduleRecord,
  begun: NonNullable<ScheduleRecord["begun"]>,
): Promise<Made> {
  const { name, topic, policy } = schedule;
  const id = firingId(application, name, begun.time);
  if (now() - begun.at > rememberedMs && (await log.find(id, { topics: [topic.name], time: begun.at })) !== undefined) return { event: id };
  const made = payloadOf(schedule, firingOf(schedule, begun.time, last?.time));
  if ("problem" in made) return { trouble: made.problem };
  try {
    await publish(topic.name, made.payload, { ...policy, id });
    return { event: id };
  } catch (error) {
    // Another build makes another payload of the same firing: the first one holds.
    if (error instanceof BusbarError && error.code === "IDEMPOTENCY_CONFLICT") return { event: id };
    if (error instanceof BusbarError && hopeless.has(error.code)) return { trouble: messageOf(error).replaceAll("\n", "") };
    throw error;
  }
}

/** What is known after a firing. Pure. */
function finished({ begun: _begun, trouble: _trouble, ...record }: ScheduleRecord, time: number, made: Made): ScheduleRecord {
  const until = Math.max(record.until, time);
  return "event" in made
    ? { ...record, until, last: { time, event: made.event } }
    : { ...record, until, missed: record.missed + 1, trouble: made.trouble };
}

function told({ observe, now, logger }: FireOptions, { name, topic }: Schedule, time: number, made: Made): void {
  if ("event" in made) {
    observe("fired", { schedule: name, topic: topic.name, time: new Date(time).toISOString(), eventId: made.event, late: now() - time });
    return;
  }
  logger.error({ schedule: name, reason: made.trouble }, "a schedule did not fire: it makes no payload that its topic takes");
  observe("firingsMissed", { schedule: name, topic: topic.name, count: 1, reason: made.trouble });
}

/** The record with the terms of this process in force, where no living process has those that are; else as it is. */
async function taken({ store, me, since, isDead, now, logger }: FireOptions, schedule: Schedule): Promise<ScheduleRecord | undefined> {
  const { name } = schedule;
  const terms = termsOf(schedule);
  const others = [...(await store.holders())].filter(([id, { seen }]) => id !== me && seen > now() - goneMs && !isDead(id));
  const how = await swapped(store, name, (record) => {
    if (record === undefined) return { how: "added", record: { terms, until: now(), missed: 0 } };
    if (sameTerms(record.terms, terms)) return { how: "unchanged", record };
    const held = others.some(([, { has }]) => has[name] !== undefined && sameTerms(has[name], record.terms));
    return held ? { how: "waiting", record } : { how: "changed", record: { ...record, terms, until: Math.max(record.until, since) } };
  });
  if (how === "changed")
    logger.info({ schedule: name, ...terms }, "a schedule's terms are in force from now on: no process has the others any more");
  return store.read(name);
}
