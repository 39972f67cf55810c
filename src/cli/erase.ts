import type { EraseReport } from "../bus/erase/erase-report.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { countOf } from "./figures.ts";
import { withOwnApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { countingLine } from "./progress-line.ts";
import { oneLine } from "./visible.ts";

export interface EraseCommand {
  readonly subject: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Erases a subject's personal data; asks before it does. Exit code 1 where the answer is no, a worker holds a delivery right now, or events or a part of the archive cannot be read. */
export async function erase({ subject, reason, dryRun = false, yes, json }: EraseCommand): Promise<void> {
  const by = byPerson(reason);
  const report = await withOwnApplication(async (bus) => {
    if (!dryRun && !(await confirmed({ text: `Erase the personal data of ${oneLine(JSON.stringify(subject))} for good?`, yes })))
      return undefined;
    const line = countingLine({ what: dryRun ? "Looking" : "Erasing", unit: ["event", "events"] });
    return bus.erase({ subject, preview: dryRun, by, onProgress: ({ events, total }) => line.show(events, total) }).finally(line.done);
  });
  if (report === undefined) {
    print("Nothing was changed.");
    process.exitCode = 1;
    return;
  }
  if (report.underWay + report.archiveProblems.length + sum(report.unopened) > 0) process.exitCode = 1;
  if (json === true) printJson({ subject, dryRun, ...report });
  else print(...reportLines(subject, report, dryRun));
}

/** What was touched, for people. Pure. */
export function reportLines(subject: string, report: EraseReport, preview: boolean): string[] {
  const { key, searchEntries, underWay, timelines, consents, suppressionsKept } = report;
  const keyText = {
    destroyed: preview ? "is there, and would be destroyed" : "is destroyed",
    gone: "was destroyed before",
    none: "there is none: nothing was ever sealed for this subject",
  }[key];
  return [
    `${preview ? "This would be erased of" : "Erased of"} ${oneLine(JSON.stringify(subject))}:`,
    `  key           ${keyText}`,
    `  events        ${countOf(sum(report.events), "event")}${rows(report.events)}`,
    `  search keys   ${countOf(searchEntries, "entry", "entries")}`,
    `  jobs          ${countOf(sum(report.jobs), "job")}${rows(report.jobs)}`,
    `  time lines    ${countOf(timelines, "time line")}`,
    `  consents      ${countOf(consents, "address", "addresses")}`,
    `  reasons       ${countOf(report.reasons, "routing record")}`,
    ...(sum(report.archived) === 0
      ? []
      : [
          `  archive       ${countOf(sum(report.archived), "event")}${rows(report.archived)}: without its key nobody can read them there either`,
        ]),
    ...(suppressionsKept === 0
      ? []
      : [`  kept          ${countOf(suppressionsKept, "suppressed address", "suppressed addresses")}: so that nobody writes there again`]),
    ...(sum(report.inTheClear) === 0
      ? []
      : [
          `  in the clear  ${countOf(sum(report.inTheClear), "event")}${rows(report.inTheClear)}, from before the fields were marked: until their retention ends`,
        ]),
    ...(sum(report.archivedInTheClear) === 0
      ? []
      : [
          `                ${countOf(sum(report.archivedInTheClear), "event")}${rows(report.archivedInTheClear)} of the archive, from before the fields were marked: delete their days there`,
        ]),
    ...(sum(report.unopened) === 0
      ? []
      : [
          `  not opened    ${countOf(sum(report.unopened), "event")}${rows(report.unopened)}: ${
            preview
              ? "erase where BUSBAR_KEYS holds their key, or their search keys and consents stay"
              : "their search keys and consents stay, until their retention ends"
          }`,
        ]),
    ...report.archiveProblems.map((problem) => `  not looked at ${oneLine(problem)}`),
    ...(underWay === 0 ? [] : [`  under way     ${countOf(underWay, "delivery", "deliveries")} with a worker right now: call again`]),
  ];
}

type Counts = Readonly<Record<string, number>>;

const sum = (counts: Counts): number => Object.values(counts).reduce((all, each) => all + each, 0);

function rows(counts: Counts): string {
  const each = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return each.length === 0 ? "" : ` (${each.join(", ")})`;
}
