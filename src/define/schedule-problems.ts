import type { Topics } from "./catalog.ts";
import { nextFireTime } from "./fire-times.ts";
import { firingOf, payloadOf } from "./firing.ts";
import { repeated } from "./names.ts";
import { isSchedule, type Schedule, scheduleTitle } from "./schedule.ts";
import { parsePayload } from "./topic.ts";

/** Everything wrong with a list of schedules in the light of the topics, one sentence each. Each makes the payload of its next firing once. */
export function schedulesProblems(topics: Topics, schedules: readonly unknown[], now: number): string[] {
  const known = schedules.filter(isSchedule);
  return [
    ...schedules.flatMap((schedule, index) =>
      isSchedule(schedule) ? [] : [`schedules[${index}] is no schedule: pass what defineSchedule made`],
    ),
    ...repeated(known.map(({ name }) => name)).map((name) => namesakes(known.filter((schedule) => schedule.name === name))),
    ...known.flatMap((schedule) => [
      ...(Object.values(topics).includes(schedule.topic)
        ? []
        : [`${scheduleTitle(schedule)} publishes "${schedule.topic.name}", which topics/index.ts does not export`]),
      ...samplePayloadProblems(schedule, now).map((problem) => `${scheduleTitle(schedule)}: ${problem}`),
    ]),
  ];
}

function namesakes(sharing: readonly Schedule[]): string {
  const files = sharing.flatMap(({ file }) => (file === undefined ? [] : [file]));
  return `two schedules are called "${sharing[0]!.name}"${files.length === 0 ? "" : ` (${files.join(", ")})`}: give each a name of its own`;
}

/** A payload that no event can have would be found out when it is due, at night. */
function samplePayloadProblems(schedule: Schedule, now: number): readonly string[] {
  const time = nextFireTime(schedule.parsed, schedule.timeZone, now) ?? now;
  const firing = firingOf(schedule, time, undefined);
  const made = payloadOf(schedule, firing);
  if ("problem" in made) return [`${made.problem} (for the firing of ${firing.time})`];
  const parsed = parsePayload(schedule.topic, made.payload);
  if (!("problems" in parsed)) return [];
  return parsed.problems.map(
    (problem) => `its payload for the firing of ${firing.time} does not match "${schedule.topic.name}": ${problem}`,
  );
}
