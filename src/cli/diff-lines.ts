import type { Difference } from "../bus/replay/diff.ts";
import type { DiffResult } from "../bus/replay/differ.ts";
import type { ReplaySelection } from "../bus/replay/replay-request.ts";
import type { FieldChange } from "../workers/sent-record.ts";
import { countOf, countText, momentText } from "./figures.ts";
import { oneLine } from "./visible.ts";

/** What a change of code would have done, for people: the summary first. Pure. */
export function diffLines({ topics, subscribers }: ReplaySelection, result: DiffResult): string[] {
  const { events, selected, same, added, removed, changed, unsent, unknown, audiences, problems, firstProblem, differences, more } = result;
  const rows: readonly (readonly [string, number, string?])[] = [
    ["same", same],
    ["changed", changed, "sent then, and with other words today"],
    ["added", added, "not sent then"],
    ["removed", removed, "sent then, and not today"],
    ["unsent", unsent, "planned then as today, and not sent"],
    ["unknown", unknown, "sent then, and what it said is not kept"],
  ];
  const compared = rows.reduce((sum, [, value]) => sum + value, 0);
  const width = Math.max(...rows.map(([, value]) => countText(value).length));
  const wanted = selected === events ? "" : `, of which ${countText(selected)} match the filter`;
  return [
    oneLine(`${topics.toString()} for ${subscribers.toString()}: today's code beside what was sent`),
    `  ${countOf(events, "event")}${wanted}; ${countOf(compared, "delivery", "deliveries")}:`,
    ...rows.map(([name, value, note]) =>
      `    ${name.padEnd(7)}  ${countText(value).padStart(width)}${note === undefined || value === 0 ? "" : `  ${note}`}`.trimEnd(),
    ),
    ...(audiences === 0 ? [] : [`  ${countOf(audiences, "audience")} not compared: they would have to be looked up anew`]),
    ...(problems === 0 ? [] : [`  ${countOf(problems, "problem")} of today's code; the first: ${oneLine(firstProblem ?? "unknown")}`]),
    ...differences.flatMap(differenceLines),
    ...(more === 0 ? [] : [`  … and ${countOf(more, "more difference")} (--limit, --json)`]),
  ];
}

function differenceLines({ kind, time, topic, subscriber, channel, route, to, event, fields }: Difference): string[] {
  const way = route === channel ? channel : `${channel} (${route})`;
  return [
    "",
    oneLine(`${kind}  ${momentText(time)} ${topic} ${event}`),
    `  ${oneLine(`${subscriber}, ${way} → ${to ?? "(not kept)"}`)}`,
    ...fields.flatMap(fieldLines),
  ];
}

const longestLine = 120;
/** Lines of one field. */
const mostLines = 8;

/** Of a text of several lines, those that differ. A page of HTML is only said to differ. */
function fieldLines({ field, before, after }: FieldChange): string[] {
  if (field === "html") return [`  html: ${before === undefined ? "new" : after === undefined ? "gone" : "differs"}`];
  const [old, now] = [before?.split("\n") ?? [], after?.split("\n") ?? []];
  const gone = old.filter((line) => !now.includes(line) && line.trim() !== "");
  const come = now.filter((line) => !old.includes(line) && line.trim() !== "");
  const lines = [...gone.map((line) => `    - ${cut(line)}`), ...come.map((line) => `    + ${cut(line)}`)];
  const left = lines.length - mostLines;
  return [`  ${oneLine(field)}:`, ...lines.slice(0, mostLines), ...(left > 0 ? [`    … and ${countOf(left, "more line")}`] : [])];
}

function cut(line: string): string {
  return oneLine(line.trim().slice(0, longestLine)) + (line.trim().length > longestLine ? " …" : "");
}
