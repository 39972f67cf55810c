import type { ReplayRequest } from "../bus/replay/replay-request.ts";
import type { ReplayResult, ReplayView } from "../bus/replay/replay-view.ts";
import { ageText, countOf, countText, momentText } from "./figures.ts";
import { oneLine } from "./visible.ts";

/** What a preview found, for people. Pure. */
export function previewLines({ topics, subscribers, mode, from, to, routes }: ReplayRequest, result: ReplayResult): string[] {
  const since = from === undefined ? "" : `, from ${momentText(from)}${to === undefined ? "" : ` to ${momentText(to)}`} (UTC)`;
  const only = routes === undefined ? "" : `, only ${routes.toString()}`;
  const again = mode === "again" ? ", AGAIN" : "";
  return [
    oneLine(`${topics.toString()} for ${subscribers.toString()}${only}${since || ", the last 95 hours"}${again}`),
    ...countLines(result),
  ];
}

/** Pure. */
export function countLines(result: Omit<ReplayResult, "samples">): string[] {
  const { events, selected, matched, planned, missing, queued, sent, underWay, dead, ended, refused, audiences, never, problems } = result;
  const rows: readonly (readonly [string, number, string?])[] = [
    ["missing", missing, queued > 0 || result.id !== undefined ? `${countText(queued)} of them queued` : "would be queued"],
    ["sent", sent],
    ["under way", underWay],
    ["dead", dead, "busbar dead-letters redrive queues them again"],
    ["ended", ended, "suppressed, expired or cancelled"],
    ["refused", refused, "their address is wrong"],
  ];
  const width = Math.max(...rows.map(([, value]) => countText(value).length));
  const wanted = selected === events ? "" : `, of which ${countText(selected)} match the replay's filter`;
  const parts = result.parts.length < 2 ? [] : result.parts;
  return [
    `  ${countOf(events, "event")}${wanted}, of which ${countText(matched)} match its subscriber's filter; ${countOf(planned, "delivery", "deliveries")} planned:`,
    ...rows.map(([name, value, note]) =>
      `    ${name.padEnd(9)}  ${countText(value).padStart(width)}${note === undefined || value === 0 ? "" : `  ${note}`}`.trimEnd(),
    ),
    ...parts.map(
      (part) =>
        `  ${oneLine(`${part.subscriber}, ${part.channel}: ${countText(part.planned)} planned, ${countText(part.missing)} missing`)}`,
    ),
    ...(never === 0 ? [] : [`  ${countOf(never, "route")} left out: they refuse replays (replay: "never")`]),
    ...(audiences === 0 ? [] : [`  ${countOf(audiences, "audience")} looked up again`]),
    ...(problems === 0
      ? []
      : [`  ${countOf(problems, "event")} could not be planned; the first: ${oneLine(result.firstProblem ?? "unknown")}`]),
  ];
}

/** Some of what is missing, for people: to whom, and what they would read. Pure. */
export function sampleLines({ samples, missing }: ReplayResult): string[] {
  if (samples.length === 0) return [];
  return [
    samples.length < missing ? `  Missing, for example:` : `  Missing:`,
    ...samples.flatMap((each) => [
      `    ${oneLine(`${momentText(each.time)} ${each.channel} → ${each.to} ${each.delivery} of event ${each.event}`)}`,
      ...fieldLines(each.rendered ?? {}).map((line) => `      ${line}`),
      ...(each.problem === undefined ? [] : [`      ${oneLine(`cannot be rendered: ${each.problem}`)}`]),
    ]),
  ];
}

const longestField = 100;

/** The short fields of a message, a line each; a page of HTML says nothing in a terminal. Pure. */
export function fieldLines(fields: Readonly<Record<string, string>>): string[] {
  const short = Object.entries(fields).filter(([name]) => name !== "html");
  return short.map(
    ([name, value]) =>
      `${name}: ${oneLine(value.replaceAll(/\s+/g, " ").slice(0, longestField))}${value.length > longestField ? " …" : ""}`,
  );
}

/** How far a replay is, in one line. Pure. */
export function progressLine({
  events,
  total,
  missing,
  queued,
  rate,
  left,
}: Pick<ReplayResult, "events" | "total" | "missing" | "queued" | "rate" | "left">): string {
  const speed = rate === undefined ? "" : `, ${countText(Math.round(rate))} a second`;
  const rest = left === undefined || left <= 0 ? "" : `, ${ageText(left)} left`;
  return `${countText(events)} of ${countOf(total, "event")} read, ${countText(missing)} missing, ${countText(queued)} queued${speed}${rest}`;
}

/** A stored replay for people. Pure. */
export function viewLines(view: ReplayView): string[] {
  const { id, state, mode, topics, subscribers, routes, from, to, filter, pace, trouble, acts } = view;
  return [
    oneLine(
      `${id} ${state}: ${mode} of ${topics.join(", ")} for ${subscribers.join(", ")}, from ${momentText(from)} to ${momentText(to)} (UTC)`,
    ),
    ...(routes === undefined ? [] : [`  ${oneLine(`only the routes ${routes.join(", ")}`)}`]),
    ...(filter === undefined ? [] : [`  ${oneLine(`only events that match ${filter}`)}`]),
    ...(pace === undefined ? [] : [`  at most ${countText(pace)} deliveries a second`]),
    `  ${progressLine(view)}`,
    ...countLines(view),
    ...(trouble === undefined ? [] : [`  ${oneLine(`it could not go on, and is tried again: ${trouble}`)}`]),
    ...acts.map(
      ({ at, verb, actor, reason }) =>
        `  ${oneLine(`${momentText(at)} ${verb}${actor === undefined ? "" : ` by ${actor}`}${reason === undefined ? "" : `: ${reason}`}`)}`,
    ),
  ];
}

/** Pure. */
export function listLines(all: readonly ReplayView[]): string[] {
  if (all.length === 0) return ["There are no replays."];
  return all.map((view) =>
    oneLine(
      `${momentText(view.created)}  ${view.id}  ${view.state.padEnd(9)}  ${view.mode}  ${view.topics.join(",")} for ${view.subscribers.join(",")}: ${progressLine(view)}`,
    ),
  );
}
