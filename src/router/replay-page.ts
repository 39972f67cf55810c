import { messageOf } from "../base/errors.ts";
import type { AudienceTask, Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { upcastEvent } from "../define/upcast.ts";
import { matches } from "../filter/match.ts";
import type { ParsedPattern } from "../filter/parsed-pattern.ts";
import type { LogEntry } from "../log/topic-log.ts";
import { type Plan, plan } from "./plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import { readEvents } from "./read-events.ts";

/** What is replayed for one subscriber. */
export interface Chosen {
  readonly subscriber: Subscriber;
  /** With the routes that were chosen of it, and the replay that it is for. */
  readonly planning: PlanOptions;
}

export interface PlannedEvent {
  readonly subscriber: Subscriber;
  readonly entry: LogEntry;
  readonly event: BusEvent;
  readonly plan: Plan;
}

/** What today's code makes of one past event, for one subscriber. */
export type PlannedAgain = PlannedEvent | { readonly subscriber: Subscriber; readonly entry: LogEntry; readonly problem: string };

export interface PlannedPage {
  /** Events that the filter of the replay lets through. */
  readonly selected: number;
  readonly planned: readonly PlannedAgain[];
}

export interface PastEvents {
  readonly topic: string;
  readonly chosen: readonly Chosen[];
  readonly filter?: ParsedPattern | undefined;
  /** The entries as events that can be planned, or why one is none; see {@link readPast}. */
  readonly read: readonly (BusEvent | Error)[];
}

/** Past entries as events that can be planned. */
export function readPast(
  entries: readonly LogEntry[],
  { topic, chosen }: Pick<PastEvents, "topic" | "chosen">,
): Promise<readonly (BusEvent | Error)[]> {
  const known = chosen.flatMap(({ subscriber }) => subscriber.topics).find(({ name }) => name === topic);
  return readEvents(
    entries.map(({ json }) => json),
    known,
    chosen[0]?.planning ?? {},
  );
}

/**
 * Plans a page of past events again, as today's code does. Pure; what cannot be read or planned is a problem, and the others go on.
 * @param filter only events whose payload, as it was published, matches it
 */
export function planPage(entries: readonly LogEntry[], { topic, chosen, filter, read }: PastEvents): PlannedPage {
  const planned: PlannedAgain[] = [];
  let selected = 0;
  for (const [index, entry] of entries.entries()) {
    const event = wanted(read[index]!, chosen, filter);
    if (event === undefined) continue;
    selected += 1;
    for (const each of chosen) if (each.subscriber.topics.some(({ name }) => name === topic)) planned.push(planAgain(each, entry, event));
  }
  return { selected, planned };
}

/** Undefined: the filter does not want it. */
function wanted(event: BusEvent | Error, chosen: readonly Chosen[], filter: ParsedPattern | undefined): BusEvent | Error | undefined {
  if (filter === undefined || event instanceof Error) return event;
  try {
    const topic = chosen.flatMap(({ subscriber }) => subscriber.topics).find(({ name }) => name === event.type);
    return matches(filter, (topic === undefined ? event : upcastEvent(topic, event)).data) ? event : undefined;
  } catch (error) {
    return error as Error;
  }
}

function planAgain({ subscriber, planning }: Chosen, entry: LogEntry, event: BusEvent | Error): PlannedAgain {
  try {
    if (event instanceof Error) throw event;
    return { subscriber, entry, event, plan: plan(subscriber, event, planning) };
  } catch (error) {
    return { subscriber, entry, problem: `${entry.id}: ${messageOf(error)}` };
  }
}

/** The deliveries whose standing has to be looked up: those that could be sent at all. */
export function askedAbout(planned: readonly PlannedAgain[]): readonly Delivery[] {
  return plansOf(planned).flatMap(({ plan: { deliveries } }) => deliveries.filter(({ refusal }) => refusal === undefined));
}

export function audiencesOf(planned: readonly PlannedAgain[]): readonly AudienceTask[] {
  return plansOf(planned).flatMap(({ plan: { audiences } }) => audiences);
}

/** Those that could be planned. */
export function plansOf(planned: readonly PlannedAgain[]): PlannedEvent[] {
  return planned.flatMap((one) => ("plan" in one ? [one] : []));
}
