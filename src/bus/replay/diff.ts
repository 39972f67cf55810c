import type { MessageFields } from "../../channels/channel.ts";
import type { ChannelName } from "../../define/channel-name.ts";
import type { Delivery } from "../../define/delivery.ts";
import { type BusEvent } from "../../define/event.ts";
import type { RoutedRecord } from "../../log/topic-log.ts";
import type { ParsedPattern } from "../../filter/parsed-pattern.ts";
import type { LogPlace } from "../../router/replay.ts";
import type { KnownPage } from "../archive/archived-page.ts";
import type { Known } from "./past.ts";
import { type Chosen, type PlannedEvent, planPage, readPast, plansOf } from "../../router/replay-page.ts";
import type { LedgerStanding } from "../../workers/ledger.ts";
import { type FieldChange, fieldChanges, parseSent, shownField } from "../../workers/sent-record.ts";
import type { Rendered } from "./render.ts";
import { shownMade } from "./shown-made.ts";

/** What today's code makes of past events, beside what was sent then. */
export interface DiffCounts {
  readonly events: number;
  readonly selected: number;
  /** Sent then, and sent by today's code too, with the same words. */
  readonly same: number;
  /** Not sent then, and nobody had planned it. */
  readonly added: number;
  /** Sent then, and not planned by today's code. */
  readonly removed: number;
  /** Sent then, and with other words today. */
  readonly changed: number;
  /** Planned then as today, and not sent: it is under way, a dead letter, or ended otherwise. */
  readonly unsent: number;
  /** Sent then, and what it said is not kept: it cannot be compared. */
  readonly unknown: number;
  /** Audiences, which would have to be looked up anew: what comes of them is not compared. */
  readonly audiences: number;
  /** What today's code cannot plan or render. */
  readonly problems: number;
}

export interface Difference {
  readonly kind: "added" | "removed" | "changed";
  readonly event: string;
  readonly time: string;
  readonly topic: string;
  readonly subscriber: string;
  readonly route: string;
  readonly channel: string;
  readonly delivery: string;
  /** Absent where what was sent is not kept. */
  readonly to?: string;
  /** What differs; of what was added or removed, all of its fields. */
  readonly fields: readonly FieldChange[];
}

export interface DiffDeps {
  readonly past: Known;
  readonly partitions: (topic: string) => Promise<number>;
  /** What was planned then. */
  readonly routed: (
    place: LogPlace,
    asked: { readonly events: readonly BusEvent[]; readonly subscribers: readonly string[] },
  ) => Promise<readonly RoutedRecord[]>;
  readonly standings: (deliveries: readonly Asked[]) => Promise<readonly LedgerStanding[]>;
  readonly sent: (deliveries: readonly Asked[]) => Promise<readonly (string | undefined)[]>;
  readonly render: (delivery: Delivery) => Promise<Rendered>;
  readonly secret: string;
}

export interface Asked {
  readonly id: string;
  readonly event: { readonly time: string };
}

export interface DiffRun {
  readonly topics: readonly string[];
  readonly chosen: readonly Chosen[];
  readonly filter: ParsedPattern | undefined;
  readonly from: number;
  readonly to: number;
  readonly onPage: (page: DiffPage) => void;
  readonly signal: AbortSignal | undefined;
}

export interface DiffPage {
  readonly counts: DiffCounts;
  readonly differences: readonly Difference[];
  readonly problem: string | undefined;
}

const pageSize = 200;

/** Reads past events, plans and renders them with today's code, and compares with what was sent. It changes nothing. */
export async function diff(deps: DiffDeps, run: DiffRun): Promise<{ readonly finished: boolean }> {
  const { from, to, signal } = run;
  for (const topic of run.topics)
    for (let partition = 0; partition < (await deps.partitions(topic)); partition++)
      for (let after: string | undefined; ;) {
        if (signal?.aborted) return { finished: false };
        const page = await deps.past.page({ topic, partition }, { from, to, after, count: pageSize });
        if (page.entries.length === 0 && page.damaged === undefined) break;
        after = page.entries.at(-1)?.id ?? after;
        run.onPage(await diffPage(deps, run, { ...page, topic, partition }));
        if (page.entries.length === 0) break;
      }
  return { finished: true };
}

async function diffPage(
  deps: DiffDeps,
  { chosen, filter }: DiffRun,
  { entries, archived, damaged = [], ...place }: Awaited<ReturnType<Known["page"]>> & LogPlace,
): Promise<DiffPage> {
  const page = planPage(entries, { topic: place.topic, chosen, filter, read: await readPast(entries, { topic: place.topic, chosen }) });
  const plans = plansOf(page.planned);
  const then = await plannedThen(deps, place, { plans, chosen, archived });
  const now = plans.flatMap((made) =>
    made.plan.deliveries.filter(({ refusal }) => refusal === undefined).map((delivery) => ({ made, delivery })),
  );
  const thenIds = new Map(then.map((one) => [one.id, one]));
  const nowIds = new Set(now.map(({ delivery }) => delivery.id));
  const gone = then.filter(({ id }) => !nowIds.has(id));
  const asked: readonly Asked[] = [...now.map(({ delivery }) => delivery), ...gone];
  const [standings, texts] = await (archived === undefined
    ? Promise.all([deps.standings(asked), deps.sent(asked)])
    : fromArchive(archived, asked));

  const records = texts.map((text) => (text === undefined ? undefined : parseSent(text)));
  const counts = { same: 0, added: 0, removed: 0, changed: 0, unsent: 0, unknown: 0 };
  const differences: Difference[] = [];
  const problems = [...damaged, ...page.planned.flatMap((one) => ("problem" in one ? [one.problem] : []))];
  for (const [index, { made, delivery }] of now.entries()) {
    const wasSent = standings[index] === "sent";
    if (!wasSent && (thenIds.has(delivery.id) || standings[index] !== "open")) counts.unsent += 1;
    else {
      const seen = await deps.render(delivery);
      if ("problem" in seen) problems.push(`${delivery.id}: ${seen.problem}`);
      else if (!wasSent) {
        counts.added += 1;
        const shown = shownMade(made);
        const fields = allOf(shown.fields(seen.fields), "after");
        differences.push({ kind: "added", ...titleOf(made, delivery), to: shown.recipient(delivery), fields });
      } else if (records[index] === undefined) counts[delivery.channel === "handler" ? "same" : "unknown"] += 1;
      else {
        const shown = shownMade(made);
        const fields = fieldChanges(records[index], seen.fields, deps.secret).map((change) => shownChange(change, shown.text));
        counts[fields.length === 0 ? "same" : "changed"] += 1;
        if (fields.length > 0) differences.push({ kind: "changed", ...titleOf(made, delivery), to: shown.recipient(delivery), fields });
      }
    }
  }
  for (const [index, { made, ...delivery }] of gone.entries()) {
    const at = now.length + index;
    if (standings[at] !== "sent") continue;
    counts.removed += 1;
    const record = records[at];
    const fields =
      record === undefined
        ? []
        : allOf(Object.fromEntries(Object.entries(record.fields).map(([name, field]) => [name, shownField(field)])), "before");
    const shown = shownMade(made);
    const to = record === undefined ? {} : { to: shown.recipient({ channel: delivery.channel, to: record.to }) };
    const changes = fields.map((change) => shownChange(change, shown.text));
    differences.push({ kind: "removed", ...titleOf(made, delivery), ...to, fields: changes });
  }
  const audiences = plans.flatMap(({ plan: { audiences: all } }) => all).length;
  return {
    counts: { events: entries.length, selected: page.selected, ...counts, audiences, problems: problems.length },
    differences,
    problem: problems[0],
  };
}

interface PlannedThen extends Asked {
  readonly id: string;
  readonly route: string;
  readonly channel: string;
  readonly made: PlannedEvent;
}

function fromArchive(archived: KnownPage, asked: readonly Asked[]): [readonly LedgerStanding[], readonly (string | undefined)[]] {
  return [asked.map(({ id }) => archived.standing(id)), asked.map(({ id }) => archived.sent(id))];
}

async function plannedThen(
  deps: DiffDeps,
  place: LogPlace,
  {
    plans,
    chosen,
    archived,
  }: { readonly plans: readonly PlannedEvent[]; readonly chosen: readonly Chosen[]; readonly archived: KnownPage | undefined },
): Promise<PlannedThen[]> {
  const events = [...new Map(plans.map(({ event }) => [event.id, event])).values()];
  const subscribers = chosen.map(({ subscriber }) => subscriber.identity);
  const ofLog = async (): Promise<readonly RoutedRecord[]> => (events.length === 0 ? [] : deps.routed(place, { events, subscribers }));
  const records = archived === undefined ? await ofLog() : archived.records.filter(({ subscriber }) => subscribers.includes(subscriber));
  const plansByName = new Map(plans.map((made) => [`${made.event.id} ${made.subscriber.identity}`, made]));
  return records.flatMap(({ eventId, subscriber, time, deliveries }) => {
    const made = plansByName.get(`${eventId} ${subscriber}`);
    if (made === undefined) return [];
    const routes = chosen.find((one) => one.subscriber.identity === subscriber)?.planning.routes;
    return deliveries
      .filter(({ route }) => routes === undefined || routes.has(route))
      .map(({ id, route, channel }) => ({ id, route, channel, event: { time }, made }));
  });
}

function titleOf(
  { event, subscriber }: PlannedEvent,
  { id, route, channel }: { readonly id: string; readonly route: string; readonly channel: ChannelName | string },
) {
  return { event: event.id, time: event.time, topic: event.type, subscriber: subscriber.name, route, channel, delivery: id };
}

function shownChange({ field, before, after }: FieldChange, text: (given: string) => string): FieldChange {
  return { field, ...(before === undefined ? {} : { before: text(before) }), ...(after === undefined ? {} : { after: text(after) }) };
}

function allOf(fields: MessageFields, when: "before" | "after"): FieldChange[] {
  return Object.entries(fields).map(([field, text]) => ({ field, [when]: text }));
}
