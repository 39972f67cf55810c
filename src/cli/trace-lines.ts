import type { CausedEvent, Chain, ChainEvent } from "../bus/chain.ts";
import type { Trace, TracedDelivery, TracedSubscriber } from "../bus/trace.ts";
import { isEnd } from "../workers/delivery-state.ts";
import { countOf, countText, momentText } from "./figures.ts";
import { statusLines, timelineLines } from "./timeline-lines.ts";
import { oneLine, visible } from "./visible.ts";

/** What became of one event, as a tree: how it was published, what each subscriber made of it, each delivery, each of its steps. Pure. */
export function traceLines({ event, subscribers, chain }: Trace): string[] {
  const facts = [
    ["published", `${visible(event.time)} by ${visible(event.source)}`],
    ["key", event.partitionkey],
    ["idempotency key", event.idempotencykey],
    ["caused by", event.causationid],
    ["correlation", event.correlationid],
    ["priority", event.priority],
    ["retry", event.retry],
    ["delay", event.delay],
    ["deliver at", event.deliverat],
    ["expires in", event.expiresin],
  ] as const;
  return [
    oneLine(`${event.type} ${event.id}`),
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(15)}  ${oneLine(value)}`])),
    ...(chain === undefined ? [] : chainLines(chain, event)),
    ...(subscribers.length === 0 ? ["  nobody listens to this topic"] : subscribers.flatMap((each) => subscriberLines(each, event.time))),
  ];
}

/** What caused it and what it caused, as a tree; nothing where it stands alone. */
function chainLines({ causes, caused, more }: Chain, { id, type, time }: Trace["event"]): string[] {
  if (causes.length + caused.length === 0) return [];
  const below = (events: readonly CausedEvent[], depth: number): string[] =>
    events.flatMap((each) => [chainLine(each, depth), ...below(each.caused, depth + 1)]);
  return [
    "  chain",
    ...causes.map(chainLine),
    `${chainLine({ id, topic: type, time }, causes.length)}  ← this one`,
    ...below(caused, causes.length + 1),
    ...(more ? ["    … and more"] : []),
  ];
}

function chainLine({ topic, id, time }: ChainEvent, depth: number): string {
  const branch = depth === 0 ? "" : `${"   ".repeat(depth - 1)}└─ `;
  return `    ${branch}${oneLine(`${topic} ${id} ${momentText(time)}`)}`;
}

function subscriberLines(subscriber: TracedSubscriber, time: string): string[] {
  const { name, gone, state, reason, failures = [], skipped, deliveries, more } = subscriber;
  const because = reason === undefined ? "" : `: ${oneLine(reason)}`;
  const nothing = skipped.length + deliveries.length === 0;
  const made = {
    unread: "has not read it yet",
    unmatched: `its filter turned it away${because}${operatorsText(failures)}`,
    problem: `could not plan it${because}; ${triesText(subscriber)}`,
    taken: "has read it, and is not done with it",
    passed: "stands behind it, and made nothing of it: it was moved past it, or began behind it",
    forgotten: "has read it; what it made of it is no longer kept (96 hours)",
    routed: nothing ? "matched; nothing was to be sent" : `matched: ${countOf(deliveries.length + more, "delivery", "deliveries")}`,
  }[state];
  // Its filter cannot be asked any more.
  const said = gone !== undefined && state === "routed" && nothing ? "made no delivery of it" : made;
  return [
    `  ${oneLine(name)}${gone === undefined ? "" : goneText[gone]}: ${said}`,
    ...skipped.map((each) => `    ${oneLine(`${each.route} skipped: ${each.reason}`)}`),
    ...deliveries.flatMap((each) => deliveryLines(each, time)),
    ...(more > 0 ? [`    … and ${countOf(more, "more delivery", "more deliveries")}`] : []),
  ];
}

const goneText = { code: " (no longer in the code of this build)", topic: " (listens to this topic no longer)" } as const;

/** How it stands with an event that could not be planned. */
function triesText({ tries }: TracedSubscriber): string {
  if (tries === undefined) return "the queue routing holds it no more: its dead letter was given up, or has passed its time";
  const { id, state, made, most, next } = tries;
  if (state === "dead") return `a dead letter of routing after ${countOf(made, "try", "tries")}: busbar dead-letters show ${oneLine(id)}`;
  const when = { active: "now", waiting: "when a router takes it", delayed: next === undefined ? "soon" : `${momentText(next)} (UTC)` }[
    state
  ];
  return `tried again by itself: ${countText(made)} of ${countText(most)} tries failed, next ${when}`;
}

/** Which operators of a filter did not hold. */
function operatorsText(failures: NonNullable<TracedSubscriber["failures"]>): string {
  const names = [...new Set(failures.flatMap(({ operators }) => operators))];
  return names.length === 0 ? "" : ` (${names.length === 1 ? "operator" : "operators"} ${names.join(", ")})`;
}

function deliveryLines(
  { id, route, channel, state, reason, status, timeline, statuses = [], progress }: TracedDelivery,
  time: string,
): string[] {
  const title = route === channel ? channel : `${channel} (${route})`;
  // What has no time line yet has no other place for it.
  const why = timeline.length > 0 || reason === undefined ? "" : `, ${reason}`;
  const done = progress === undefined ? "" : `  ${progressText(progress)}`;
  const since = Date.parse(time);
  return [
    `    ${oneLine(`${id} ${title}: ${stateText({ state, status })}${why}`)}${done}`,
    ...[...timelineLines(timeline, since), ...statusLines(statuses, since)].map((line) => `      ${line}`),
  ];
}

/** How a delivery stands, and what its provider said of it later. */
export function stateText({
  state,
  status,
}: Pick<TracedDelivery, "state"> & { readonly status: TracedDelivery["status"] | undefined }): string {
  return status === undefined ? state : `${state}, ${status}`;
}

/** How far a handler says it is. */
export function progressText({ done, total, note }: NonNullable<TracedDelivery["progress"]>): string {
  return oneLine(`${done}${total === undefined ? " done" : ` of ${total}`}${note === undefined ? "" : `, ${note}`}`);
}

/** True when nothing more happens to the event by itself. What an audience still looks up cannot be seen here. Pure. */
export function traceEnded({ subscribers }: Trace): boolean {
  return subscribers.every(({ state, tries, deliveries }) => {
    const tried = tries !== undefined && tries.state !== "dead";
    return state !== "unread" && state !== "taken" && !tried && deliveries.every((delivery) => isEnd(delivery.state));
  });
}

/** What is new in a trace, a line a fact, for output that cannot be drawn again. Pure. */
export function traceChanges(before: Trace, after: Trace): string[] {
  const { time } = after.event;
  return after.subscribers.flatMap((subscriber) => {
    const earlier = before.subscribers.find(({ name }) => name === subscriber.name);
    const [title] = subscriberLines(subscriber, time);
    const known = earlier?.state === subscriber.state && earlier.tries?.made === subscriber.tries?.made;
    const said = known && earlier.tries?.state === subscriber.tries?.state ? [] : [title!.trim()];
    return [...said, ...subscriber.deliveries.flatMap((delivery) => stepsSince(earlier, delivery, time))];
  });
}

function stepsSince(
  earlier: TracedSubscriber | undefined,
  { id, channel, timeline, statuses = [] }: TracedDelivery,
  time: string,
): string[] {
  const known = earlier?.deliveries.find((delivery) => delivery.id === id);
  const since = Date.parse(time);
  const steps = timelineLines(timeline, since).slice(known?.timeline.length ?? 0);
  const told = statusLines(statuses, since).slice(known?.statuses?.length ?? 0);
  return [...steps, ...told].map((line) => `${oneLine(`${channel} ${id}`)}  ${line}`);
}
