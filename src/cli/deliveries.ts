import type { DeliveryStanding } from "../bus/deliveries/deliveries.ts";
import { countOf } from "./figures.ts";
import { lookAtApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { type ShowPii, viewOf } from "./show-pii.ts";
import { statusLines, timelineLines } from "./timeline-lines.ts";
import { progressText, stateText } from "./trace-lines.ts";
import { oneLine } from "./visible.ts";

/** Shows where a delivery stands. Exit code 1 where no queue holds it. */
export async function showDelivery(id: string, { json, ...pii }: { readonly json?: boolean } & ShowPii): Promise<void> {
  const status = await lookAtApplication((bus) => bus.deliveries.status(id, viewOf(pii)));
  if (status === undefined) {
    complain(
      `no queue holds a delivery ${oneLine(JSON.stringify(id))}: finished ones are kept for 24 hours. Of its event, busbar trace may know more`,
    );
    process.exitCode = 1;
  } else if (json === true) printJson(status);
  else print(...standingLines(status));
}

/** A delivery for people. Pure. */
export function standingLines({
  id,
  channel,
  subscriber,
  route,
  to,
  event,
  state,
  reason,
  queue,
  attempts,
  timeline,
  status,
  statuses = [],
  progress,
}: DeliveryStanding): string[] {
  const since = Date.parse(event.time);
  const facts = [
    ["to", to],
    ["planned by", route === channel ? subscriber : `${subscriber} / ${route}`],
    ["of event", `${event.type} ${event.id}`],
    ["state", `${stateText({ state, status })}${reason === undefined ? "" : `: ${reason}`}`],
    ["queue", `${queue}, ${countOf(attempts, "try", "tries")} used up`],
    ["progress", progress === undefined ? undefined : progressText(progress)],
  ] as const;
  return [
    oneLine(`${id} ${channel}`),
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(10)}  ${oneLine(value)}`])),
    ...[...timelineLines(timeline, since), ...statusLines(statuses, since)].map((line) => `    ${line}`),
  ];
}
