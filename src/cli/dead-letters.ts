import type { DeadLetterView } from "../bus/dead-letters.ts";
import { withApplication } from "./folder-redis.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";

export interface ListCommand {
  readonly queue?: string;
  readonly count: string;
  readonly json?: boolean;
}

/** Prints the dead letters, the newest first. */
export async function listDeadLetters({ queue, count, json }: ListCommand): Promise<void> {
  const most = Number(count);
  if (!Number.isInteger(most) || most < 1 || most > 10_000) throw new UsageError(`--count takes a number from 1 to 10000, not "${count}"`);
  const { letters, total } = await withApplication(async ({ deadLetters }) => {
    const counts = await deadLetters.counts();
    return {
      letters: (await deadLetters.list({ ...(queue === undefined ? {} : { queue }), count: most })).slice(0, most),
      total: queue === undefined ? Object.values(counts).reduce((sum, each) => sum + each, 0) : (counts[queue] ?? 0),
    };
  });
  if (json === true) return print(JSON.stringify(letters));
  if (letters.length === 0) return print("No dead letters.");
  for (const letter of letters) print(linesOf(letter));
  print(
    `${total === letters.length ? total : `${letters.length} of ${total}`} dead letter${total === 1 ? "" : "s"}. Try them again: busbar dead-letters redrive <id …>, or --all`,
  );
}

export interface RedriveCommand {
  readonly all?: boolean;
  readonly queue?: string;
  readonly json?: boolean;
}

/** Queues dead letters again. Exit code 1 where one of those that were named could not be. */
export async function redriveDeadLetters(ids: readonly string[], { all, queue, json }: RedriveCommand): Promise<void> {
  if ((ids.length === 0) === (all !== true)) throw new UsageError("give either the ids of dead letters or --all");
  if (queue !== undefined && all !== true) throw new UsageError("--queue goes with --all: an id is found wherever it is");
  const { redriven, refused } = await withApplication(async ({ deadLetters }) => {
    const chosen =
      all === true ? (await deadLetters.list({ ...(queue === undefined ? {} : { queue }), count: 10_000 })).map(({ id }) => id) : ids;
    return deadLetters.redrive(chosen);
  });
  if (json === true) print(JSON.stringify({ redriven, refused }));
  else {
    print(`${redriven.length} dead letter${redriven.length === 1 ? "" : "s"} queued again.`);
    for (const { id, reason } of refused) process.stderr.write(`busbar: ${oneLine(id)} was not: ${reason}\n`);
  }
  if (refused.length > 0 && all !== true) process.exitCode = 1;
}

function linesOf({ id, queue, subscriber, route, to, event, reason, attempts, lastAt }: DeadLetterView): string {
  const what = [queue, subscriber, route === queue ? undefined : route].filter((part) => part !== undefined).join(" / ");
  const whom = to === undefined || to === subscriber ? "" : ` → ${to}`;
  const tries = attempts === 1 ? "1 try" : `${attempts} tries`;
  return [
    `${id}  ${lastAt.slice(0, 19).replace("T", " ")}  ${tries}`,
    `    ${oneLine(`${what}${whom}`)}${event === undefined ? "" : `  ${oneLine(`(${event.type} ${event.id})`)}`}`,
    `    ${oneLine(reason)}`,
  ].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
