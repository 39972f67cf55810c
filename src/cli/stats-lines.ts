import type { Stats } from "../bus/stats.ts";
import { channelLines } from "./channels.ts";
import { bytesText, countOf, countText, momentText } from "./figures.ts";
import { outboxLines } from "./outbox-lines.ts";
import { publishedEver, statisticsLine } from "./statistics-line.ts";
import { subscriberLines } from "./subscribers.ts";
import { type Column, tableLines } from "./table.ts";
import { oneLine } from "./visible.ts";

const topicColumns: readonly Column[] = [{ title: "topic" }, { title: "published", right: true }, { title: "in the log", right: true }];

function spoolLines({ spool }: Stats): string[] {
  if (spool === undefined || spool.files + spool.refused === 0) return [];
  const refused = spool.refused === 0 ? "" : `; events that could not be published: ${countOf(spool.refused, "file")} to look at`;
  return [`Spool: ${bytesText(spool.bytes)} in ${countOf(spool.files, "file")} wait for Redis${refused}`];
}

/**
 * All figures for people: the line that sums them up, channels, the subscribers that are behind, the topics that are used, Redis. Pure.
 * @param previous what was seen before, for what has come since
 */
export function statsLines(stats: Stats, previous?: Stats): string[] {
  const { topics, subscribers, channels, redis } = stats;
  const used = topics.filter(({ published }) => published > 0);
  const behind = subscribers.filter(({ lag, pending, gaps, state }) => lag + pending + gaps > 0 || state !== "running");
  const upToDate = subscribers.length - behind.length;
  return [
    statisticsLine(stats, previous),
    "",
    ...channelLines(channels),
    "",
    ...(behind.length === 0 ? [] : subscriberLines(behind)),
    `${countText(upToDate)} of ${countOf(subscribers.length, "subscriber")} up to date`,
    "",
    ...(used.length === 0
      ? []
      : tableLines(
          topicColumns,
          used.map(({ name, published, held }) => [name, countText(published), countText(held)]),
        )),
    `${countOf(publishedEver(stats), "event")} of ${countText(used.length)} of ${countOf(topics.length, "topic")}`,
    "",
    ...spoolLines(stats),
    ...(stats.outbox === undefined ? [] : outboxLines(stats.outbox)),
    ...(stats.reconciled.missing === 0
      ? []
      : [
          `${countOf(stats.reconciled.missing, "planned delivery", "planned deliveries")} had been lost and queued again: see busbar doctor`,
        ]),
    ...stats.unplanned.map((each) => oneLine(unplannedLine(each))),
    ...stats.newer.map(
      ({ topic, version, events }) =>
        `${countOf(events, "event")} of version ${version} of ${topic} wait for a newer process: see busbar doctor`,
    ),
    `Redis ${redis.version}: ${countOf(redis.keys, "key")}, ${bytesText(redis.memoryBytes)}, ${countOf(redis.clients, "client")}`,
  ];
}

function unplannedLine({ topic, event = "an entry that is no event", subscriber, made, most, next }: Stats["unplanned"][number]): string {
  const when = next === undefined ? "" : `, next ${momentText(next)} (UTC)`;
  return `${topic} ${event} could not be planned for ${subscriber}: ${countText(made)} of ${countText(most)} tries failed${when}; busbar trace says why`;
}
