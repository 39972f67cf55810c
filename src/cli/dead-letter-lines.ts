import type { BulkVerb } from "../bus/bulk/bulk-operation.ts";
import type { BulkView } from "../bus/bulk/bulk-view.ts";
import type { DeadLetterDetail, DeadLetterGroup, DeadLetterPreview, DeadLetterView } from "../bus/dead-letters/dead-letter-view.ts";
import { countOf, countText, momentText } from "./figures.ts";
import { tableLines } from "./table.ts";
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

/** Dead letters of one cause. Pure. */
export function groupLines({
  fingerprint,
  count,
  firstAt,
  lastAt,
  queues,
  subscribers,
  reasonClass,
  error,
  sample,
}: DeadLetterGroup): string[] {
  return [
    `${fingerprint}  ${countOf(count, "dead letter")}  from ${momentText(firstAt)} to ${momentText(lastAt)}`,
    `    ${oneLine([queues.join(", "), subscribers.join(", "), reasonClass].filter(Boolean).join(" / "))}`,
    `    ${oneLine(error)}${sample === undefined ? "" : `  (such as ${oneLine(sample.id)})`}`,
  ];
}

/** What a verb on many would come to. Pure. */
export function letterPreviewLines(verb: BulkVerb, { total, parts, samples }: DeadLetterPreview): string[] {
  if (total === 0) return ["No dead letters are meant: nothing was changed."];
  const columns = [{ title: "queue" }, { title: "subscriber" }, { title: "class" }, { title: "dead letters", right: true }];
  return [
    `To ${verb === "redrive" ? "be queued again" : "be discarded"}: ${countOf(total, "dead letter")}`,
    ...tableLines(
      columns,
      parts.map(({ queue, subscriber, reasonClass, count }) => [queue, subscriber, reasonClass, countText(count)]),
    ).map((line) => `  ${line}`),
    ...(samples.length < total ? [`The newest ${samples.length}:`] : ["These:"]),
    ...samples.map(({ id, reason }) => `  ${oneLine(id)}  ${oneLine(reason)}`),
  ];
}

/** How far an operation is. Pure. */
export function bulkText({ total, done, sent, refused }: Pick<BulkView, "total" | "done" | "sent" | "refused">): string {
  const more = [
    ...(sent === 0 ? [] : [`${countText(sent)} had been sent meanwhile`]),
    ...(refused === 0 ? [] : [`${countText(refused)} left as they were`]),
  ];
  return [`${countText(done)} of ${countText(total)} done`, ...more].join(", ");
}

/** What an operation left as it was, and why; and what needed nothing. Pure. */
export function staysLines({ sent, reasons, uncounted }: Pick<BulkView, "sent" | "reasons" | "uncounted">): string[] {
  return [
    ...(uncounted === undefined
      ? []
      : [
          `${countText(uncounted)} were no dead letters any more when their turn came: somebody else, or a process that ended before it had noted it, had done it.`,
        ]),
    ...(sent === 0 ? [] : [`${countText(sent)} had been sent meanwhile: nothing is sent again.`]),
    ...Object.entries(reasons).map(([why, count]) => `${countText(count)} were not: ${oneLine(why)}`),
  ];
}

/** An operation with its reasons. Pure. */
export function bulkLines(view: BulkView): string[] {
  const { id, verb, state, created, actor, reason, trouble } = view;
  return [
    `${id}  ${verb}  ${state}  ${momentText(created)}${actor === undefined ? "" : `  by ${oneLine(actor)}`}${reason === undefined ? "" : `: ${oneLine(reason)}`}`,
    `    ${bulkText(view)}`,
    ...staysLines(view).map((line) => `    ${line}`),
    ...(trouble === undefined ? [] : [`    its last run ended early and is tried again: ${oneLine(trouble)}`]),
  ];
}

/**
 * One dead letter with everything that is known of it. What comes from data or from code of the application stands behind a mark on
 * each of its lines, so that it cannot pass for ours. Pure.
 */
export function autopsyLines(letter: DeadLetterDetail): string[] {
  const { id, event, reason, reasonClass, fingerprint, attempts, firstAt, lastAt, build, data, rendered, stack, timeline } = letter;
  return [
    oneLine(id),
    `  what      ${oneLine(whatOf(letter))}`,
    ...(event === undefined ? [] : [`  of event  ${oneLine(`${event.type} ${event.id}`)}`]),
    `  reason    ${oneLine(reason)}`,
    `  class     ${reasonClass}, of the group ${fingerprint}`,
    `  tries     ${countOf(attempts, "try", "tries")}, from ${momentText(firstAt)} to ${momentText(lastAt)} (UTC)`,
    ...(build === undefined ? [] : [`  build     ${oneLine(build)}`]),
    ...block("data", marked(JSON.stringify(data, undefined, 2) ?? "none")),
    ...renderedLines(rendered),
    ...block("stack", stack.flatMap(marked)),
    ...block("time line", timelineLines(timeline, Date.parse(event?.time ?? firstAt))),
  ];
}

function renderedLines(rendered: DeadLetterDetail["rendered"]): string[] {
  if (rendered === undefined) return [];
  if ("problem" in rendered) return [`  message   this build makes none of it: ${oneLine(rendered.problem)}`];
  return Object.entries(rendered.fields).flatMap(([name, text]) => block(`${oneLine(name)}, as this build makes it now`, marked(text)));
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
