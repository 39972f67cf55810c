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
    ...Object.entries(reasons).map(([why, count]) => `${countText(count)} ${count === 1 ? "was" : "were"} not: ${oneLine(why)}`),
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

/** Of each field of a message so many lines are shown where not all of it is asked for, each of at most so many characters. */
const [shortLines, shortWidth] = [8, 150];

/**
 * One dead letter with everything that is known of it: first what went wrong, last the message, which may be long. What comes from data
 * or from code of the application stands behind a mark on each of its lines, so that it cannot pass for ours. Pure.
 * @param options.message all of the message; default: the beginning of each of its fields, and the size of its HTML
 */
export function autopsyLines(letter: DeadLetterDetail, options: { readonly message?: boolean | undefined } = {}): string[] {
  const { id, event, reason, reasonClass, fingerprint, attempts, firstAt, lastAt, build, data, rendered, stack, timeline } = letter;
  return [
    oneLine(id),
    `  what      ${oneLine(whatOf(letter))}`,
    ...(event === undefined ? [] : [`  of event  ${oneLine(`${event.type} ${event.id}`)}`]),
    `  reason    ${oneLine(reason)}`,
    `  class     ${reasonClass}, of the group ${fingerprint}`,
    `  tries     ${countOf(attempts, "try", "tries")}, from ${momentText(firstAt)} to ${momentText(lastAt)} (UTC)`,
    ...(build === undefined ? [] : [`  build     ${oneLine(build)}`]),
    // Of tries that ended alike, once.
    ...block("stack", [...new Set(stack)].flatMap(marked)),
    ...block("time line", timelineLines(timeline, Date.parse(event?.time ?? firstAt))),
    ...block("data", marked(JSON.stringify(data, undefined, 2) ?? "none")),
    ...(options.message === true ? messageLines(rendered) : messageStart(id, rendered)),
  ];
}

function messageLines(rendered: DeadLetterDetail["rendered"]): string[] {
  if (rendered === undefined) return [];
  if ("problem" in rendered) return [`  message   this build makes none of it: ${oneLine(rendered.problem)}`];
  return Object.entries(rendered.fields).flatMap(([name, text]) => block(messageTitle(name), marked(text)));
}

/** HTML says little to a person who reads it in a terminal: where the message has a text too, there is only its size. */
function messageStart(id: string, rendered: DeadLetterDetail["rendered"]): string[] {
  if (rendered === undefined || "problem" in rendered) return messageLines(rendered);
  const { html, text } = rendered.fields;
  const left = html !== undefined && text !== undefined ? "html" : undefined;
  const fields = Object.entries(rendered.fields).filter(([name]) => name !== left);
  const shown = fields.flatMap(([name, value]) => block(messageTitle(name), startOf(marked(value))));
  const size = left === undefined ? [] : [`  html      ${(Buffer.byteLength(html!) / 1024).toFixed(1)} KB, not shown here`];
  const whole = shown.join("\n") === messageLines(rendered).join("\n");
  return [...shown, ...size, ...(whole ? [] : [`  All of the message: busbar dead-letters show ${oneLine(id)} --message`])];
}

function startOf(lines: readonly string[]): string[] {
  const shown = lines.slice(0, shortLines).map((line) => (line.length > shortWidth ? `${line.slice(0, shortWidth)}…` : line));
  const more = lines.length - shown.length;
  return more === 0 ? shown : [...shown, `… and ${countOf(more, "more line")}`];
}

const messageTitle = (name: string): string => `${oneLine(name)}, as this build makes it now`;

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
