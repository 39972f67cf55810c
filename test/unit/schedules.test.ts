import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { scheduleLines } from "../../src/cli/schedule-lines.ts";
import { scheduleView } from "../../src/bus/schedules/schedule-view.ts";
import { loadSchedules } from "../../src/bus/load/load-schedules.ts";
import { schedulesProblems } from "../../src/define/schedule-problems.ts";
import { BusbarError, createBus, defineSchedule, defineTopic } from "../../src/index.ts";

const checkDue = defineTopic("check.due", z.object({ date: z.iso.date() }));
const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string() }));
const daily = defineSchedule(checkDue, { name: "daily", cron: "@daily", data: ({ date }) => ({ date }) });
const now = Date.parse("2026-11-28T12:00:00Z");

const problemsOf = (define: () => unknown): readonly string[] => {
  try {
    define();
    return [];
  } catch (error) {
    return (error as BusbarError).problems;
  }
};

describe("C5: a schedule that cannot be used is refused with all that is wrong", () => {
  it("where it is defined", () => {
    const wrong = {
      name: "Nightly",
      cron: "31 2 31 2 *",
      timeZone: "Europe/Berln",
      missed: "sometimes",
      timezone: "x",
      priority: "urgent",
    };
    expect(problemsOf(() => defineSchedule({} as never, wrong as never))).toEqual([
      "its first argument is no topic: import one that defineTopic made",
      'it knows no option "timezone": did you mean "timeZone"?',
      'its name "Nightly" must be lower case, such as "nightly-stock-check"',
      'cron "31 2 31 2 *" never fires: no year has such a day',
      'timeZone "Europe/Berln" is not known here: did you mean "Europe/Berlin"?',
      'missed "sometimes" is none of once, skip, catch-up',
      "data must be a function that makes the payload, such as () => ({ … })",
      'priority "urgent" is none of critical, high, normal, low',
    ]);
  });

  it.each([
    ["berlin", 'did you mean "Europe/Berlin"?'],
    ["Asia/Kolkatta", 'did you mean "Asia/Kolkata"?'],
    ["Asia/Calcuta", 'did you mean "Asia/'],
    ["+05:30", 'give a name such as "Europe/Berlin"'],
    ["", 'give a name such as "Europe/Berlin"'],
  ])("a time zone %j is not known", (timeZone, advice) => {
    const [problem] = problemsOf(() => defineSchedule(checkDue, { name: "x", cron: "@daily", timeZone, data: () => ({ date: "" }) }));
    expect(problem).toContain(advice);
  });

  it("and in the light of the topics: namesakes, topics that are not exported, payloads that do not match", () => {
    const stray = defineSchedule(orderPlaced, { name: "stray", cron: "@daily", data: () => ({ orderId: "A" }) });
    const mismatch = defineSchedule(checkDue, { name: "mismatch", cron: "0 12 * * *", data: ({ time }) => ({ date: time }) });
    const throwing = defineSchedule(checkDue, {
      name: "throwing",
      cron: "@hourly",
      data: () => {
        throw new Error("no figures");
      },
    });
    expect(schedulesProblems({ checkDue }, [daily, { ...daily, file: "schedules/b.ts" }, stray, mismatch, throwing, {}], now)).toEqual([
      "schedules[5] is no schedule: pass what defineSchedule made",
      'two schedules are called "daily" (schedules/b.ts): give each a name of its own',
      'schedule "stray" publishes "order.placed", which topics/index.ts does not export',
      'schedule "mismatch": its payload for the firing of 2026-11-29T12:00:00.000Z does not match "check.due": date: Invalid ISO date',
      'schedule "throwing": data threw: no figures (for the firing of 2026-11-28T13:00:00.000Z)',
    ]);
  });

  it("so that the application does not start, before Redis is asked", async () => {
    const bus = createBus({
      application: "test",
      topics: { checkDue },
      schedules: [daily, daily],
      redis: "redis://127.0.0.1:1",
      publishDeadline: 50,
    });
    await expect(bus.check()).rejects.toThrow('two schedules are called "daily"');
    await expect(bus.start()).rejects.toThrow('two schedules are called "daily"');
    await bus.stop();
  });

  it("in files: each is imported, and a broken one is told by its name", async () => {
    const folder = await mkdtemp(join(tmpdir(), "schedules-"));
    try {
      await writeFile(join(folder, "broken.ts"), "throw new Error('no such thing')");
      await writeFile(join(folder, "empty.ts"), "export default 1");
      await writeFile(join(folder, "_shared.ts"), "throw new Error('not loaded')");
      const { schedules, problems } = await loadSchedules(pathToFileURL(`${folder}/`));
      expect(schedules).toEqual([]);
      expect(problems).toEqual([
        "schedules/broken.ts: cannot be imported: no such thing",
        "schedules/empty.ts: has no default export that defineSchedule made: write `export default defineSchedule(…)`",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("schedules list", () => {
  it("shows the next three times by the clocks of the schedule and by those of the reader, and who paused what", () => {
    const words = { cron: "30 2 * * *", timeZone: "Asia/Kolkata", missed: "once" } as const;
    const terms = { topic: "check.due", ...words };
    const nightly = defineSchedule(checkDue, { name: "nightly", ...words, data: ({ date }) => ({ date }) });
    const last = { time: Date.parse("2026-11-27T21:00:00Z"), event: "e-1" };
    const views = [
      scheduleView("nightly", nightly, { terms, until: now, missed: 2, last }, now),
      scheduleView(
        "daily",
        daily,
        {
          terms: { ...terms, cron: "@daily", timeZone: "UTC" },
          until: now,
          missed: 0,
          paused: { at: now, by: "asha", reason: "stocktaking" },
        },
        now,
      ),
      scheduleView("gone", undefined, { terms, until: now, missed: 0 }, now),
    ];
    expect(scheduleLines(views, "Europe/Berlin")).toEqual([
      "SCHEDULE  STATE     CRON        TIME ZONE     PUBLISHES  LAST (UTC)           MISSED",
      "nightly   running   30 2 * * *  Asia/Kolkata  check.due  2026-11-27 21:00:00       2",
      "daily     paused    @daily      UTC           check.due  -                         0",
      "gone      not here  30 2 * * *  Asia/Kolkata  check.due  -                         0",
      "",
      "nightly  next Sun 29 Nov 2026 02:30 (Asia/Kolkata), Sat 28 Nov 2026 22:00 (Europe/Berlin)",
      "              Mon 30 Nov 2026 02:30 (Asia/Kolkata), Sun 29 Nov 2026 22:00 (Europe/Berlin)",
      "              Tue 01 Dec 2026 02:30 (Asia/Kolkata), Mon 30 Nov 2026 22:00 (Europe/Berlin)",
      "",
      "daily  paused 2026-11-28 12:00:00 (UTC) by asha: stocktaking",
      "",
      "gone  only a process of another build has it",
    ]);
  });
});
