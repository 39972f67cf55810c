import { BusbarError } from "../../base/errors.ts";
import { type ChannelName, channelNames } from "../../define/channel-name.ts";
import type { Catalog } from "../../define/catalog.ts";
import { knownSendsMs } from "../../define/known-sends.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { AudienceRecord } from "../../router/audience-record.ts";
import { recordDeed } from "../audited.ts";
import type { By } from "../by.ts";
import { cancelJob, deadLetter, type EndableJob, underWay } from "./cancel-job.ts";
import { notAChannel } from "../named-queues.ts";
import { namedSubscriber } from "../named-subscriber.ts";
import type { Inspector } from "../inspect.ts";
import type { LazyParts } from "../parts.ts";
import { stopAudience } from "./stop-audience.ts";
import type { Trace } from "../trace.ts";

/** Which deliveries are meant: those to which all that is said applies. Something has to be. */
export interface CancelSelection {
  /** Of one event: its id, that of one of its deliveries, or its idempotency key. */
  readonly event?: string;
  /** Of all events that have this value at a search key, at most the newest 1,000. */
  readonly value?: string;
  /** With `value`: the search key. Default: any. */
  readonly key?: string;
  /** Planned by this subscriber. */
  readonly subscriber?: string;
  readonly channel?: string;
}

export interface CancelReport {
  /** Events that were found; absent where none was asked for. */
  readonly events?: number;
  /** More events have the value than are looked at: do it again. Absent: all were. */
  readonly more?: true;
  /** Deliveries that were ended; of a preview, that wait. */
  readonly cancelled: number;
  /** How many were not, by the reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Audiences that release no more recipients. A batch of 500 that was on its way is still released: doing it again ends that. */
  readonly audiences: number;
  /** Subscribers that have not read one of the events, or could not plan it yet: what they plan of it later is not ended. */
  readonly unplanned: readonly string[];
  readonly preview: boolean;
}

export interface CancelManyOptions extends Pick<LazyParts, "queues" | "ledger" | "audit"> {
  readonly log: TopicLog;
  readonly catalog: () => Promise<Catalog>;
  readonly inspect: Pick<Inspector, "trace" | "search">;
}

const mostEvents = 1_000;
const atOnce = 50;
const ended = "it has ended";

/** Ends what waits of a selection. The later steps of a `firstOf` end first: none of them goes in the place of an earlier one. */
export async function cancelMany(
  options: CancelManyOptions,
  { preview = false, event, value, key, subscriber, channel, ...by }: CancelSelection & By & { readonly preview?: boolean },
): Promise<CancelReport> {
  const { queues, audit, catalog } = options;
  const selection = { event, value, key, subscriber, channel };
  checkSelection(selection);
  const identity = subscriber === undefined ? undefined : namedSubscriber(await catalog(), subscriber).identity;
  const traces = await tracesOf(options, selection);
  const wanted: Wanted = {
    events: traces && new Map(traces.found.map((trace) => [trace.event.id, trace.event])),
    identity,
    channels: channelNames.filter((name) => channel === undefined || name === channel),
  };

  const refused: Record<string, number> = {};
  const refuse = (why: string): void => void (refused[why] = (refused[why] ?? 0) + 1);
  // The audiences first: what they release after this is little.
  let audiences = 0;
  for (const record of await audiencesOf(options, wanted)) {
    if (preview || (await stopAudience(options, record))) audiences += 1;
    else refuse("its recipients are being looked up by a replay that sends again: cancel that");
  }
  let cancelled = 0;
  for (const step of inSteps(await jobsOf(options, wanted, () => refuse(ended)))) {
    await inTurns(step, async (found) => {
      const why = notWaiting(found);
      if (why !== undefined) return refuse(why);
      const job = { queue: queues().of(found.content.channel), found, by };
      const result = preview ? ({ cancelled: true } as const) : await cancelJob(options, job);
      if (result.cancelled) cancelled += 1;
      else refuse(result.refused);
    });
  }
  if (!preview) await recordDeed(audit, { what: "delivery.cancel", of: `${textOf(selection)}: ${cancelled}`, by });
  return {
    ...(traces === undefined ? {} : { events: traces.found.length, ...(traces.more ? { more: true as const } : {}) }),
    cancelled,
    refused,
    audiences,
    unplanned: unplannedOf(traces?.found ?? [], subscriber),
    preview,
  };
}

interface Wanted {
  /** By id; undefined: of any event. */
  readonly events: ReadonlyMap<string, { readonly id: string; readonly time: string; readonly type: string }> | undefined;
  /** The subscriber's; undefined: of any. */
  readonly identity: string | undefined;
  readonly channels: readonly ChannelName[];
}

type Selection = { readonly [Word in keyof CancelSelection]: CancelSelection[Word] | undefined };

function checkSelection({ event, value, key, subscriber, channel }: Selection): void {
  const problems: string[] = [];
  if ([event, value, key, subscriber, channel].every((word) => word === undefined))
    problems.push("say which deliveries: those of an event, of a value of a search key, of a subscriber or of a channel");
  if (event !== undefined && value !== undefined) problems.push("give either an event or a value of a search key");
  if (key !== undefined && value === undefined) problems.push("key: goes with a value");
  if (problems.length > 0) throw new BusbarError("INVALID_SELECTION", "Nothing was cancelled:", { problems });
  if (channel !== undefined && !channelNames.some((name) => name === channel)) throw notAChannel(channel);
}

async function tracesOf(
  { inspect }: CancelManyOptions,
  { event, value, key }: Selection,
): Promise<{ readonly found: readonly Trace[]; readonly more: boolean } | undefined> {
  if (event !== undefined) {
    const trace = await inspect.trace(event);
    return { found: trace === undefined ? [] : [trace], more: false };
  }
  if (value === undefined) return undefined;
  const { events, more } = await inspect.search({ value, key, limit: mostEvents });
  return { found: events, more };
}

/** The jobs of what is wanted. Of an event they are known by name; where that is no longer kept, or none is named, the queues are looked through. */
async function jobsOf({ queues, log }: CancelManyOptions, { events, identity, channels }: Wanted, onGone: () => void) {
  const jobs = new Map<string, EndableJob>();
  const keep = ({ content: { id, event, channel, firstOf }, state }: EndableJob): void => {
    // Without what it says: of an audience there may be many.
    const { id: eventId, type, time } = event;
    jobs.set(id, { content: { id, event: { id: eventId, type, time }, channel, ...(firstOf === undefined ? {} : { firstOf }) }, state });
  };
  const all = [...(events?.values() ?? [])];
  const planned = new Map<string, ChannelName>();
  for (const { id: eventId, time, type } of all) {
    for (const record of await log.routed(eventId, time, await log.partitions(type))) {
      if (identity !== undefined && record.subscriber !== identity) continue;
      for (const { id, channel } of record.deliveries) {
        const name = channels.find((one) => one === channel);
        if (name !== undefined) planned.set(id, name);
      }
    }
  }
  await inTurns([...planned], async ([id, name]) => {
    const found = await queues().of(name).find(id);
    if (found === undefined) onGone();
    else keep(found);
  });
  const kept = Date.now() - knownSendsMs;
  if (events !== undefined && all.every(({ time }) => Date.parse(time) > kept)) return [...jobs.values()];
  for (const channel of channels)
    for (const state of ["waiting", "delayed"] as const)
      for await (const content of queues().of(channel).contents([state]))
        if ((identity ?? content.subscriber) === content.subscriber && events?.has(content.event.id) !== false) keep({ content, state });
  return [...jobs.values()];
}

/** Some at a time, so that Redis has time for others. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) await Promise.all(items.slice(from, from + atOnce).map(work));
}

async function audiencesOf({ queues }: CancelManyOptions, { events, identity, channels }: Wanted): Promise<readonly AudienceRecord[]> {
  const found = new Map<string, AudienceRecord>();
  for await (const record of queues().audiences.contents(["waiting", "delayed", "active"])) {
    const matches = (identity ?? record.subscriber) === record.subscriber && channels.includes(record.channel);
    if (matches && events?.has(record.event.id) !== false) found.set(record.id, record);
  }
  return [...found.values()];
}

/** The last steps of a `firstOf` first. Pure. */
function inSteps(jobs: readonly EndableJob[]): readonly (readonly EndableJob[])[] {
  const steps = [...new Set(jobs.map(stepOf))].toSorted((a, b) => b - a);
  return steps.map((step) => jobs.filter((job) => stepOf(job) === step));
}

function stepOf({ content }: EndableJob): number {
  return content.firstOf?.step ?? 0;
}

function notWaiting({ state }: EndableJob): string | undefined {
  return { completed: ended, dead: deadLetter, active: underWay, waiting: undefined, delayed: undefined }[state];
}

function unplannedOf(traces: readonly Trace[], subscriber: string | undefined): string[] {
  const unplanned = traces.flatMap(({ subscribers }) =>
    subscribers.filter(({ state }) => state === "unread" || state === "taken" || state === "problem").map(({ name }) => name),
  );
  return [...new Set(unplanned)].filter((name) => subscriber === undefined || name === subscriber).toSorted();
}

/** A value may be somebody's address: it does not belong into the record. */
function textOf({ event, value, key, subscriber, channel }: Selection): string {
  return [
    ...(event === undefined ? [] : [`the event ${event}`]),
    ...(value === undefined ? [] : [`events found by ${key ?? "a value"}`]),
    ...(subscriber === undefined ? [] : [`the subscriber ${subscriber}`]),
    ...(channel === undefined ? [] : [`the channel ${channel}`]),
  ].join(", ");
}
