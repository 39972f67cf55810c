import type { Stats } from "../bus/stats.ts";
import { countText } from "./figures.ts";

/** The queues' figures, all channels together. */
export function queueTotals({ channels }: Pick<Stats, "channels">) {
  const sum = (of: "waiting" | "active" | "delayed" | "completed" | "dead"): number =>
    channels.reduce((total, channel) => total + channel[of], 0);
  return { waiting: sum("waiting"), active: sum("active"), delayed: sum("delayed"), completed: sum("completed"), dead: sum("dead") };
}

/** What was published to all topics, ever. */
export function publishedEver({ topics }: Pick<Stats, "topics">): number {
  return topics.reduce((total, { published }) => total + published, 0);
}

/**
 * The state of the system in one line, such as `published 1,204 (+31)  waiting 3  active 1  delayed 0  completed 1,198 (+30)  dead 2  lag 0`;
 * what is wrong or out of the ordinary (pauses, limits that were set at run time, gaps, possible duplicates) is named only where there is some. Pure.
 * @param previous what was seen before, for what has come since
 */
export function statisticsLine(stats: Stats, previous?: Stats): string {
  const [now, before] = [queueTotals(stats), previous && queueTotals(previous)];
  const sum = (of: "lag" | "gaps"): number => stats.subscribers.reduce((total, subscriber) => total + subscriber[of], 0);
  const paused = stats.channels.filter((channel) => channel.paused).map(({ name }) => name);
  const limited = stats.channels.filter(({ atRunTime }) => atRunTime !== undefined).map(({ name }) => name);
  const rare = [
    ["gaps", sum("gaps")],
    ["perhaps twice", stats.doubtful],
  ] as const;
  return [
    `published ${countText(publishedEver(stats))}${since(publishedEver(stats), previous && publishedEver(previous))}`,
    `waiting ${countText(now.waiting)}`,
    `active ${countText(now.active)}`,
    `delayed ${countText(now.delayed)}`,
    `completed ${countText(now.completed)}${since(now.completed, before?.completed)}`,
    `dead ${countText(now.dead)}${since(now.dead, before?.dead)}`,
    `lag ${countText(sum("lag"))}`,
    ...rare.flatMap(([name, value]) => (value === 0 ? [] : [`${name} ${countText(value)}`])),
    ...(paused.length === 0 ? [] : [`paused ${paused.join(", ")}`]),
    ...(limited.length === 0 ? [] : [`limits set ${limited.join(", ")}`]),
  ].join("  ");
}

/** Finished deliveries are forgotten after a day, so that a number may fall. */
function since(value: number, earlier: number | undefined): string {
  return earlier === undefined || value <= earlier ? "" : ` (+${countText(value - earlier)})`;
}
