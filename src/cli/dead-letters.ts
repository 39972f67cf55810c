import type { DeadLetters } from "../bus/dead-letters.ts";
import { numberArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { autopsyLines, letterLines } from "./dead-letter-lines.ts";
import { countOf, countText } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { type ShowPii, viewOf } from "./show-pii.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

export interface ListCommand {
  readonly queue?: string;
  readonly count: string;
  readonly page: string;
  readonly json?: boolean;
  readonly showPii?: true | string;
}

/** Prints a page of the dead letters, the newest first. */
export async function listDeadLetters({ queue, count, page, json, ...pii }: ListCommand): Promise<void> {
  const most = numberArgument("--count", count, { least: 1, most: 10_000 });
  const end = most * numberArgument("--page", page, { least: 1, most: 10_000 });
  const { letters, total } = await asTyped(() =>
    withApplication(async ({ deadLetters }) => {
      const newest = await deadLetters.list({ ...(queue === undefined ? {} : { queue }), count: end, ...viewOf(pii) });
      const counts = await deadLetters.counts();
      return {
        // A page of all queues together is known only when each queue has given its newest.
        letters: newest.slice(end - most, end),
        total: queue === undefined ? Object.values(counts).reduce((sum, each) => sum + each, 0) : (counts[queue] ?? 0),
      };
    }),
  );
  if (json === true) return printJson(letters);
  if (total === 0) return print("No dead letters.");
  print(
    ...letters.flatMap(letterLines),
    `${total === letters.length ? total : `${letters.length} of ${countText(total)}`} dead letter${total === 1 ? "" : "s"}. Try them again: busbar dead-letters redrive <id …>, or --all`,
    ...(end < total ? [`Older ones: --page ${end / most + 1}`] : []),
  );
}

/** Prints everything that is known of one dead letter. Exit code 1 where none has that id. */
export async function showDeadLetter(id: string, { json, ...pii }: { readonly json?: boolean } & ShowPii): Promise<void> {
  const letter = await withApplication(({ deadLetters }) => deadLetters.show(id, viewOf(pii)));
  if (letter === undefined) {
    complain(`no dead letter has the id ${oneLine(JSON.stringify(id))}; busbar dead-letters list shows those that there are`);
    process.exitCode = 1;
  } else if (json === true) printJson(letter);
  else print(...autopsyLines(letter));
}

export interface ChosenLetters {
  readonly all?: boolean;
  readonly queue?: string;
  readonly json?: boolean;
}

/** Queues dead letters again. Exit code 1 where one of those that were named could not be. */
export async function redriveDeadLetters(ids: readonly string[], { json, ...chosen }: ChosenLetters): Promise<void> {
  checkChoice(ids, chosen);
  const { redriven, refused } = await asTyped(() =>
    withApplication(async ({ deadLetters }) => deadLetters.redrive(await chosenIds(deadLetters, { ids, ...chosen }), byPerson())),
  );
  if (json === true) printJson({ redriven, refused });
  else print(`${countOf(redriven.length, "dead letter")} queued again.`);
  report(refused, { json, all: chosen.all });
}

export interface DiscardCommand extends ChosenLetters {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** Takes dead letters away for good; asks before it does. Exit code 1 where one of those that were named could not be. */
export async function discardDeadLetters(ids: readonly string[], { reason, yes, json, ...chosen }: DiscardCommand): Promise<void> {
  checkChoice(ids, chosen);
  const result = await asTyped(() =>
    withApplication(async ({ deadLetters }) => {
      // Those that come while the question is open are not meant by the answer.
      const meant = await chosenIds(deadLetters, { ids, ...chosen });
      if (meant.length > 0 && !(await confirmed({ text: `Discard ${countOf(meant.length, "dead letter")} for good?`, yes })))
        return undefined;
      return deadLetters.discard(meant, byPerson(reason));
    }),
  );
  if (result === undefined) {
    print("Nothing was changed.");
    process.exitCode = 1;
    return;
  }
  const { discarded, refused } = result;
  if (json === true) printJson({ discarded, refused });
  else print(`${countOf(discarded.length, "dead letter")} discarded.`);
  report(refused, { json, all: chosen.all });
}

type Choice = Pick<ChosenLetters, "all" | "queue">;

function checkChoice(ids: readonly string[], { all, queue }: Choice): void {
  if ((ids.length === 0) === (all !== true)) throw new UsageError("give either the ids of dead letters or --all");
  if (queue !== undefined && all !== true) throw new UsageError("--queue goes with --all: an id is found wherever it is");
}

const pageSize = 1_000;

async function chosenIds(
  deadLetters: DeadLetters,
  { ids, all, queue }: Choice & { readonly ids: readonly string[] },
): Promise<readonly string[]> {
  if (all !== true) return [...new Set(ids)];
  const found = new Set<string>();
  for (let from = 0; ; from += pageSize) {
    const page = await deadLetters.list({ ...(queue === undefined ? {} : { queue }), count: pageSize, from });
    for (const { id } of page) found.add(id);
    if (page.length === 0) return [...found];
  }
}

/** Of all, some may have been taken away in between; of those that were named, each one counts. */
function report(
  refused: readonly { readonly id: string; readonly reason: string }[],
  { json, all }: Pick<ChosenLetters, "json" | "all">,
): void {
  if (json !== true) for (const { id, reason } of refused) complain(`${oneLine(id)} was not: ${reason}`);
  if (refused.length > 0 && all !== true) process.exitCode = 1;
}
