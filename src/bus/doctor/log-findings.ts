import { newerId } from "../../log/entry-id.ts";
import type { LogStanding } from "../../log/log-standing.ts";
import type { TopicStandings } from "../positions.ts";
import { type Diagnosis, error, ok, warning } from "./diagnosis.ts";

/** What was lost longer ago than this is no news, milliseconds. */
const newsMs = 7 * 86_400_000;
const about = "logs";

/** Whether the logs, and the places of those who read them, are where they were left. Pure. */
export function logFindings(standings: TopicStandings, now: number): Diagnosis[] {
  const logs = [...standings].flatMap(([topic, partitions]) => partitions.map((standing) => ({ topic, standing })));
  const broken = logs.flatMap(({ topic, standing }) => brokenIn(topic, standing));
  const past = logs.flatMap(({ topic, standing: { losses, lostAt } }) =>
    lostAt === undefined || now - lostAt > newsMs ? [] : [pastLoss(topic, losses, lostAt)],
  );
  const found = [...broken, ...past];
  return found.length > 0 ? found : [ok(about, "Every log, and every place in one, is where it was left.")];
}

function brokenIn(topic: string, { lastId, notedId, groups }: LogStanding): Diagnosis[] {
  const fix =
    "Start a router (busbar start --only router): it puts this right, and reads the last 95 h again. Then look what happened to Redis.";
  const shorter =
    notedId !== undefined && newerId(notedId, lastId)
      ? [
          error(
            about,
            `The log of ${topic} ends at ${lastId}, and had got to ${notedId}: it was deleted, or restored from an older backup.`,
            fix,
          ),
        ]
      : [];
  const ahead = groups.filter(({ deliveredId }) => newerId(deliveredId, lastId));
  return [
    ...shorter,
    ...ahead.map(({ group, deliveredId }) =>
      error(
        about,
        `${group} stands at ${deliveredId} in the log of ${topic}, which ends at ${lastId}: it gets nothing of what comes.`,
        fix,
      ),
    ),
  ];
}

function pastLoss(topic: string, losses: number, lostAt: number): Diagnosis {
  const often = losses === 1 ? "once" : `${losses.toLocaleString("en")} times`;
  return warning(
    about,
    `Something of the log of ${topic} was lost and put right, ${often} ever, the last at ${new Date(lostAt).toISOString()}.`,
    "Look what happened to Redis then (a restart without its last second, a backup, keys deleted), in its log and in busbar's (DATA LOSS).",
  );
}
