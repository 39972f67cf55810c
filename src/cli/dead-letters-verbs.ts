import type { BulkRequest } from "../bus/bulk/bulk.ts";
import type { BulkVerb } from "../bus/bulk/bulk-operation.ts";
import type { BulkView } from "../bus/bulk/bulk-view.ts";
import { meansAll } from "../bus/dead-letters/dead-letter-filter.ts";
import { numberArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { bulkLines, bulkText, letterPreviewLines, staysLines } from "./dead-letter-lines.ts";
import { dataArgument } from "./dead-letters.ts";
import { countOf } from "./figures.ts";
import { lookAtApplication, withApplication } from "./folder-redis.ts";
import { letterFilter, saysNothing, type TypedLetterFilter } from "./letter-filter.ts";
import { namesNobodyHas } from "./names-nobody-has.ts";
import type { OperatedBus } from "./operated-bus.ts";
import { complain, print, printJson, problemLines } from "./output.ts";
import { countingLine } from "./progress-line.ts";
import { firstSignal } from "./until-signal.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

export interface VerbCommand extends TypedLetterFilter {
  readonly all?: boolean;
  readonly pace?: string;
  readonly preview?: boolean;
  readonly detach?: boolean;
  readonly data?: string;
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Queues dead letters again. Exit code 1 where one of those that were named could not be. */
export async function redriveDeadLetters(ids: readonly string[], command: VerbCommand): Promise<void> {
  checkChoice(ids, command);
  if (command.data !== undefined && ids.length !== 1) throw new UsageError("--data goes with the id of one dead letter");
  if (ids.length === 0) return inBulk("redrive", command);
  const by = byPerson(command.reason);
  const data = command.data === undefined ? undefined : { given: await dataArgument(command.data) };
  await withApplication(async ({ deadLetters }) => {
    if (data !== undefined) {
      const edited = await deadLetters.edit(ids[0]!, data.given, by);
      if ("problems" in edited) {
        complain([`${oneLine(ids[0]!)} is as it was, and was not queued again:`, ...problemLines(edited.problems)].join("\n"));
        process.exitCode = 1;
        return;
      }
    }
    const { redriven, refused } = await deadLetters.redrive([...new Set(ids)], by);
    if (command.json === true) printJson({ redriven, refused });
    else print(`${countOf(redriven.length, "dead letter")} queued again.`);
    report(refused, command);
  });
}

/** Takes dead letters away for good; asks before it does. Exit code 1 where one of those that were named could not be. */
export async function discardDeadLetters(ids: readonly string[], command: VerbCommand): Promise<void> {
  checkChoice(ids, command);
  if (command.reason === undefined && command.preview !== true) throw new UsageError("--reason says why they are given up for good");
  if (ids.length === 0) return inBulk("discard", command);
  if (!(await confirmed({ text: `Discard ${countOf(new Set(ids).size, "dead letter")} for good?`, yes: command.yes }))) return unchanged();
  await withApplication(async ({ deadLetters }) => {
    const { discarded, refused } = await deadLetters.discard([...new Set(ids)], byPerson(command.reason));
    if (command.json === true) printJson({ discarded, refused });
    else print(`${countOf(discarded.length, "dead letter")} discarded.`);
    report(refused, command);
  });
}

/** Looks first, asks where it cannot be taken back, then works with a line of progress. Ctrl-C cancels it. */
async function inBulk(verb: BulkVerb, command: VerbCommand): Promise<void> {
  const { all, pace, preview, detach, reason, yes, json } = command;
  const filter = letterFilter(command);
  if (all !== true && preview !== true && meansAll(filter, Date.now()))
    throw new UsageError("that filter leaves no dead letter out: to mean them all, say --all");
  const rate = pace === undefined ? undefined : Number(pace);
  if (rate !== undefined && !(rate > 0))
    throw new UsageError(`--pace takes a number of dead letters a second, not ${JSON.stringify(pace)}`);
  const request: BulkRequest = { verb, filter, all: all === true ? true : undefined, pace: rate, ...byPerson(reason) };
  await asTyped(() =>
    withApplication(async (bus) => {
      const seen = await bus.deadLetters.preview(filter);
      if (preview === true && json === true) return printJson(seen);
      if (json !== true) print(...letterPreviewLines(verb, seen), ...(seen.total === 0 ? await namesNobodyHas(bus, command) : []));
      if (preview === true) return;
      if (seen.total === 0) return json === true ? printJson(seen) : undefined;
      const question = `Discard ${countOf(seen.total, "dead letter")} for good?`;
      if (verb === "discard" && !(await confirmed({ text: question, yes }))) return unchanged();
      const { id } = await bus.deadLetters.bulk.start(request);
      if (detach !== true) return finish(bus, { id, json });
      const view = await bus.deadLetters.bulk.show(id);
      return json === true
        ? printJson(view)
        : print(`${id} is stored: a process with a router works on it. busbar dead-letters operations ${id}`);
    }),
  );
}

/** Goes on with a stored operation in this process. */
export async function resumeBulk(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  await asTyped(() =>
    withApplication(async (bus) => {
      const before = await bus.deadLetters.bulk.show(id);
      if (before === undefined || before.state === "running") return finish(bus, { id, json });
      process.exitCode = 1;
      if (json === true) return printJson(before);
      complain(`${oneLine(id)} is ${before.state} already (${bulkText(before)}): nothing was done. Begin another one for what is left.`);
    }),
  );
}

export async function listBulk(
  id: string | undefined,
  { count, json }: { readonly count: string; readonly json?: boolean },
): Promise<void> {
  const most = numberArgument("--count", count, { least: 1, most: 1_000 });
  await lookAtApplication(async ({ deadLetters: { bulk } }) => {
    const found =
      id === undefined ? (await bulk.list({ count: most })).operations : [await bulk.show(id)].filter((view) => view !== undefined);
    if (id !== undefined && found.length === 0) {
      complain(`no operation on dead letters has the id ${oneLine(JSON.stringify(id))}: busbar dead-letters operations`);
      process.exitCode = 1;
    } else if (json === true) printJson(id === undefined ? found : found[0]);
    else print(...(found.length === 0 ? ["No operations on dead letters."] : found.flatMap(bulkLines)));
  });
}

export async function cancelBulk(id: string, { reason, json }: { readonly reason?: string; readonly json?: boolean }): Promise<void> {
  const view = await asTyped(() => withApplication(({ deadLetters }) => deadLetters.bulk.cancel(id, byPerson(reason))));
  if (json === true) printJson(view);
  else print(`${view.id} is ${view.state}: ${bulkText(view)}.`);
}

async function finish(
  { deadLetters: { bulk } }: Pick<OperatedBus, "deadLetters">,
  { id, json }: { readonly id: string; readonly json: boolean | undefined },
): Promise<void> {
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  const line = countingLine({ what: "Dead letters", unit: ["dead letter", "dead letters"] });
  let view: BulkView;
  try {
    const onProgress = ({ done, sent, refused, total }: BulkProgressView): void => line.show(done + sent + refused, total);
    view = await bulk.work(id, { signal: ending.signal, onProgress });
  } finally {
    line.done();
  }
  if (ending.signal.aborted && view.state === "running") view = await bulk.cancel(id, byPerson());
  const cameToNothing = view.done === 0 && view.refused > 0;
  if (view.state === "cancelled" || cameToNothing) process.exitCode = 1;
  if (json === true) return printJson(view);
  if (view.state !== "finished") print(...bulkLines(view));
  if (view.state === "cancelled") return print("What it had not got to stays a dead letter: the same command again means what is left.");
  else print(`${countOf(view.done, "dead letter")} ${view.verb === "redrive" ? "queued again" : "discarded"}.`, ...staysLines(view));
  if (view.state === "running") print(`Another process works on it: busbar dead-letters operations ${id}`);
}

type BulkProgressView = Pick<BulkView, "done" | "sent" | "refused" | "total">;

function checkChoice(ids: readonly string[], { all, pace, preview, detach, ...typed }: VerbCommand): void {
  const filtered = all === true || !saysNothing(typed);
  if ((ids.length === 0) !== filtered) throw new UsageError("give either the ids of dead letters, or a filter such as --queue, or --all");
  if (ids.length > 0 && (pace !== undefined || preview === true || detach === true))
    throw new UsageError("--pace, --preview and --detach go with a filter or --all");
}

/** Each one that was named counts. */
function report(refused: readonly { readonly id: string; readonly reason: string }[], { json }: VerbCommand): void {
  if (json !== true) for (const { id, reason } of refused) complain(`${oneLine(id)} was not: ${reason}`);
  if (refused.length > 0) process.exitCode = 1;
}

function unchanged(): void {
  print("Nothing was changed.");
  process.exitCode = 1;
}
