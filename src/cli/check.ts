import { BusbarError, messageOf } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { applicationWarnings } from "../bus/application-warnings.ts";
import { applicationProblems } from "../bus/assemble.ts";
import { type LoadedSubscribers, loadSubscribers } from "../bus/load/load.ts";
import { guardLoading } from "../bus/load/load-guard.ts";
import { loadedSchedules } from "../bus/load/load-schedules.ts";
import { callbackWarnings } from "../bus/callbacks/callback-warnings.ts";
import { type BusOptions, parseOptions } from "../bus/options.ts";
import { templateProblems, templatesOf } from "../bus/load/template-files.ts";
import { isTopic } from "../define/topic.ts";
import { readApplication } from "./application.ts";
import { exampleProblems } from "./example-problems.ts";
import { type Finding, findingLine, findingOf, groupedLines, inOrder } from "./finding.ts";
import { secretExamples } from "./secret-examples.ts";
import { visible } from "./visible.ts";

export interface CheckCommand {
  readonly json?: boolean;
  /** Warnings count as problems. */
  readonly strict?: boolean;
}

interface Checked {
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly counts: {
    readonly topics: number;
    readonly subscribers: number;
    readonly routes: number;
    readonly templates: number;
    readonly schedules: number;
  };
}

/** Loads everything, connects to nothing, and reports every problem; exit code 1 where there is one. */
export async function check({ json = false, strict = false }: CheckCommand): Promise<void> {
  const { problems, warnings, counts } = await checked();
  const ok = problems.length === 0 && !(strict && warnings.length > 0);
  if (!ok) process.exitCode = 1;
  if (json) {
    process.stdout.write(`${JSON.stringify({ ok, problems, warnings, counts })}\n`);
    return;
  }
  const print = (lines: readonly string[]): void => {
    for (const line of lines) (ok ? process.stdout : process.stderr).write(`${visible(line)}\n`);
  };
  if (problems.length === 0) {
    const words = ["topic", "subscriber", "route", "template", ...(counts.schedules === 0 ? [] : ["schedule" as const])] as const;
    const parts = words.map((word) => numbered(counts[`${word}s`], word));
    process.stdout.write(`No problem found: ${parts.join(", ")}.\n`);
  } else
    print([`busbar: The application has ${numbered(problems.length, "problem")}:`, ...problems.map((each) => `  - ${findingLine(each)}`)]);
  const counted = strict ? ", which count as problems (--strict)" : "";
  if (warnings.length > 0)
    print([`${numbered(warnings.length, "warning")}${counted}:`, ...groupedLines(warnings).map((line) => `  - ${line}`)]);
}

async function checked(): Promise<Checked> {
  // What a file begins while it is loaded may fail long after that.
  const guard = guardLoading();
  try {
    const { environment, options, bus, topics: files, problems } = await readApplication({ logger: silentLogger });
    await bus?.stop();
    const loaded = await subscribersOf(options);
    const templates = templatesOf(loaded);
    // All at once: what comes after finds them compiled.
    const wrongTemplates = await templateProblems(templates);
    const planned = exampleProblems(loaded.subscribers);
    const secrets = secretExamples(loaded.subscribers);
    const wrongPlans = [...planned, ...secrets.problems];
    const found = [...problems, ...(await applicationProblems(options, loaded)), ...wrongTemplates, ...wrongPlans, ...guard.release()];

    const topics = Object.values(options.topics).filter(isTopic);
    const { subscribers } = loaded;
    const someUnread = loaded.problems.length > 0;
    const warnings = applicationWarnings({ topics, files, subscribers, someUnread, templates, channels: options.channels ?? {} });
    const schedules = await scheduleCount(options);
    const routes = subscribers.flatMap((subscriber) => subscriber.routes).length;
    return {
      problems: inOrder([...new Set(found)].map(findingOf)),
      warnings: inOrder([...environment.warnings, ...unheardProviders(options), ...warnings, ...secrets.warnings].map(findingOf)),
      counts: { topics: topics.length, subscribers: subscribers.length, routes, templates: templates.length, schedules },
    };
  } finally {
    guard.release();
  }
}

/** Options that cannot be used are a problem already. */
function unheardProviders(options: BusOptions): string[] {
  try {
    return callbackWarnings(parseOptions(options));
  } catch {
    return [];
  }
}

/** What is wrong with them is a problem already. */
async function scheduleCount({ schedules = [] }: BusOptions): Promise<number> {
  return loadedSchedules(schedules).then(
    (loaded) => loaded.schedules.length,
    () => 0,
  );
}

async function subscribersOf({ subscribers = [] }: BusOptions): Promise<LoadedSubscribers> {
  if (!(subscribers instanceof URL)) return { subscribers, templates: [], problems: [] };
  try {
    return await loadSubscribers(subscribers);
  } catch (error) {
    return { subscribers: [], templates: [], problems: error instanceof BusbarError ? error.problems : [messageOf(error)] };
  }
}

function numbered(count: number, word: string): string {
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}
