import type { DeadLetterDetail, DeadLetterView } from "../bus/dead-letter-view.ts";
import { countOf, momentText } from "./figures.ts";
import { timelineLines } from "./timeline-lines.ts";
import { oneLine, visibleLines } from "./visible.ts";

/** A dead letter in a list. Pure. */
export function letterLines({ id, lastAt, attempts, event, reason, ...letter }: DeadLetterView): string[] {
  return [
    `${id}  ${momentText(lastAt)}  ${countOf(attempts, "try", "tries")}`,
    `    ${oneLine(whatOf(letter))}${event === undefined ? "" : `  ${oneLine(`(${event.type} ${event.id})`)}`}`,
    `    ${oneLine(reason)}`,
  ];
}

/**
 * One dead letter with everything that is known of it. What comes from data or from code of the application stands behind a mark on
 * each of its lines, so that it cannot pass for ours. Pure.
 */
export function autopsyLines(letter: DeadLetterDetail): string[] {
  const { id, event, reason, attempts, firstAt, lastAt, data, stack, timeline } = letter;
  return [
    oneLine(id),
    `  what      ${oneLine(whatOf(letter))}`,
    ...(event === undefined ? [] : [`  of event  ${oneLine(`${event.type} ${event.id}`)}`]),
    `  reason    ${oneLine(reason)}`,
    `  tries     ${countOf(attempts, "try", "tries")}, from ${momentText(firstAt)} to ${momentText(lastAt)} (UTC)`,
    ...block("data", marked(JSON.stringify(data, undefined, 2) ?? "none")),
    ...block("stack", stack.flatMap(marked)),
    ...block("time line", timelineLines(timeline, Date.parse(event?.time ?? firstAt))),
  ];
}

function block(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
}

function marked(text: string): string[] {
  return visibleLines(text).map((line) => `│ ${line}`.trimEnd());
}

function whatOf({ queue, subscriber, route, to }: Pick<DeadLetterView, "queue" | "subscriber" | "route" | "to">): string {
  const what = [queue, subscriber, route === queue ? undefined : route].filter((part) => part !== undefined).join(" / ");
  return to === undefined || to === subscriber ? what : `${what} → ${to}`;
}
