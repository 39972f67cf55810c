import type { ReplayResult } from "../bus/replay.ts";
import { countOf, countText, momentText } from "./figures.ts";
import { oneLine } from "./visible.ts";

/** What a replay is of, as it was asked for; times in milliseconds since 1970. */
export interface ReplayRange {
  readonly topic: string;
  readonly subscriber: string;
  readonly from: number | undefined;
  readonly to: number;
}

/** What a replay found, or did, for people. Pure. */
export function replayLines({ topic, subscriber, from, to }: ReplayRange, result: ReplayResult): string[] {
  const { events, matched, planned, missing, queued, sent, underWay, dead, ended, refused, audiences, problems } = result;
  const since = from === undefined ? "the last 95 hours" : `from ${momentText(from)}`;
  const rows: readonly (readonly [string, number, string?])[] = [
    ["missing", missing, queued > 0 ? `${countText(queued)} of them queued` : "would be queued"],
    ["sent", sent],
    ["under way", underWay],
    ["dead", dead, "busbar dead-letters redrive queues them again"],
    ["ended", ended, "suppressed, expired or cancelled"],
    ["refused", refused, "their address is wrong"],
  ];
  const width = Math.max(...rows.map(([, value]) => countText(value).length));
  return [
    oneLine(`${topic} for ${subscriber}, ${since}${from === undefined ? "" : ` to ${momentText(to)} (UTC)`}`),
    `  ${countOf(events, "event")}, of which ${countText(matched)} match its filter; ${countOf(planned, "delivery", "deliveries")} planned:`,
    ...rows.map(([name, value, note]) =>
      `    ${name.padEnd(9)}  ${countText(value).padStart(width)}${note === undefined || value === 0 ? "" : `  ${note}`}`.trimEnd(),
    ),
    ...(audiences === 0 ? [] : [`  ${countOf(audiences, "audience")} looked up again`]),
    ...(problems === 0
      ? []
      : [`  ${countOf(problems, "event")} could not be planned; the first: ${oneLine(result.firstProblem ?? "unknown")}`]),
  ];
}

/** Some of what is missing, for people. Pure. */
export function sampleLines({ samples, missing }: ReplayResult): string[] {
  if (samples.length === 0) return [];
  return [
    samples.length < missing ? `  Missing, for example:` : `  Missing:`,
    ...samples.map(
      (each) => `    ${oneLine(`${momentText(each.time)} ${each.channel} → ${each.to} ${each.delivery} of event ${each.event}`)}`,
    ),
  ];
}

/** How far a replay is, in one line. Pure. */
export function progressLine({ events, missing, queued }: ReplayResult): string {
  return `${countOf(events, "event")} read, ${countOf(missing, "delivery", "deliveries")} missing, ${countText(queued)} queued`;
}

/** The call that goes on where a replay was stopped: with times that do not move. Pure. */
export function sameCall({ topic, subscriber, from, to }: ReplayRange): string {
  const since = from === undefined ? "" : ` --from ${new Date(from).toISOString()}`;
  return `busbar replay ${topic} --subscriber ${subscriber}${since} --to ${new Date(to).toISOString()}`;
}
