import type { ReplayRequest } from "../bus/replay/replay-request.ts";
import type { ReplayResult, ReplayView } from "../bus/replay/replay-view.ts";
import { timeArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { countOf, countText } from "./figures.ts";
import { jsonArgument } from "./filter-argument.ts";
import { withApplication } from "./folder-redis.ts";
import type { OperatedBus } from "./operated-bus.ts";
import { complain, print, printJson } from "./output.ts";
import { progressLine as progress } from "./progress-line.ts";
import { progressLine, previewLines, sampleLines, viewLines } from "./replay-lines.ts";
import { firstSignal } from "./until-signal.ts";
import { UsageError } from "./usage-error.ts";
import { asTyped } from "./wrong-call.ts";

/** Which events are meant, as it is typed. */
export interface TypedSelection {
  readonly subscriber: readonly string[];
  readonly route: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly fromEvent?: string;
  readonly toEvent?: string;
  readonly filter?: string;
}

export interface ReplayCommand extends TypedSelection {
  readonly mode?: string;
  readonly confirm?: string;
  readonly pace?: string;
  readonly reason?: string;
  readonly preview?: boolean;
  /** Stores it, and leaves it to a process with a router. */
  readonly detach?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Routes past events again for chosen subscribers: looks first, asks, then queues what is missing. Ctrl-C pauses it. */
export async function replay(topics: readonly string[], command: ReplayCommand): Promise<void> {
  if (topics.length === 0)
    throw new UsageError("name the topics whose events are replayed, or a verb: list, show, pause, resume or cancel");
  if (command.subscriber.length === 0) throw new UsageError("--subscriber says for whom: name at least one");
  const { preview, yes, json, detach } = command;
  if (preview === true && (yes === true || detach === true))
    throw new UsageError(`--preview only looks, so there is nothing to say --${yes === true ? "yes" : "detach"} to: give one of them`);
  const request = await requestOf(topics, command);
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  await asTyped(() =>
    withApplication(async (bus) => {
      const seen = await look(bus, request, ending.signal);
      // A server looks at so many events and no more; a person ended it otherwise.
      const partly = !seen.finished && !ending.signal.aborted;
      const looked = seen.finished || partly;
      if (json !== true) print(...previewLines(request, seen), ...sampleLines(seen), ...(partly ? [partlyText(seen)] : []));
      if (preview === true || !looked) return ended(looked, json === true ? () => printJson(seen) : () => undefined);
      if (!partly && seen.missing + seen.audiences === 0)
        return json === true ? printJson(seen) : print("Nothing is missing: nothing was queued.");
      if (!(await confirmed({ text: question(request, seen), yes }))) return ended(false, () => print("Nothing was changed."));
      const view = await bus.replays.start(request);
      if (detach === true)
        return json === true
          ? printJson(view)
          : print(`${view.id} is stored: a process with a router works on it. busbar replay show ${view.id}`);
      return finish(bus, { id: view.id, json, signal: ending.signal });
    }),
  );
}

/** Goes on with a stored replay in this process. */
export async function work(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  await asTyped(() => withApplication((bus) => finish(bus, { id, json, signal: ending.signal })));
}

interface Finish {
  readonly id: string;
  readonly json: boolean | undefined;
  readonly signal: AbortSignal;
}

async function finish(bus: OperatedBus, { id, json, signal }: Finish): Promise<void> {
  const line = progress();
  let view: ReplayView;
  try {
    view = await bus.replays.work(id, { signal, onProgress: (soFar) => line.show(`Replaying: ${progressLine(soFar)}`, shareOf(soFar)) });
  } finally {
    line.done();
  }
  if (signal.aborted && view.state === "running") view = await bus.replays.pause(id, byPerson());
  if (json === true) printJson(view);
  if (view.state === "finished")
    return json === true ? undefined : print(`Done: ${countOf(view.queued, "delivery", "deliveries")} queued.`);
  if (view.state === "running")
    return json === true ? undefined : print(...viewLines(view), `Another process works on it: busbar replay show ${id}`);
  complain(
    `${id} is ${view.state} after ${countOf(view.events, "event")}, ${countOf(view.queued, "delivery", "deliveries")} queued${goOn(view)}`,
  );
  process.exitCode = 1;
}

function goOn({ id, state }: ReplayView): string {
  return state === "paused" ? `; it goes on with busbar replay resume ${id}, and queues nothing twice` : "";
}

async function look(bus: OperatedBus, request: ReplayRequest, signal: AbortSignal): Promise<ReplayResult> {
  const line = progress();
  try {
    return await bus.replay({
      ...request,
      preview: true,
      signal,
      onProgress: (soFar) => line.show(`Looking: ${progressLine(soFar)}`, shareOf(soFar)),
    });
  } finally {
    line.done();
  }
}

function question({ mode, subscribers }: ReplayRequest, { missing, audiences }: ReplayResult): string {
  const what = countOf(missing, "delivery", "deliveries");
  const more = audiences === 0 ? "" : ` and what ${countOf(audiences, "audience")} come${audiences === 1 ? "s" : ""} to`;
  if (mode === "again") return `Send ${what}${more} of ${subscribers.toString()} AGAIN, whether they were sent or not?`;
  return `Queue ${what} that ${missing === 1 ? "is" : "are"} missing${more}?`;
}

function shareOf({ events, total }: Pick<ReplayResult, "events" | "total">): number | undefined {
  return total === 0 ? undefined : events / total;
}

function partlyText({ events, total }: ReplayResult): string {
  return `  Only the first ${countText(events)} of ${countOf(total, "event")} were looked at, as a server does: the rest comes on top.`;
}

function ended(well: boolean, say: () => void): void {
  say();
  if (!well) process.exitCode = 1;
}

/** What is asked for, as it was typed. */
export async function requestOf(topics: readonly string[], command: ReplayCommand): Promise<ReplayRequest> {
  const { mode = "missing", confirm, pace, reason } = command;
  if (mode !== "missing" && mode !== "again") throw new UsageError(`--mode takes missing or again, not ${JSON.stringify(mode)}`);
  const rate = pace === undefined ? undefined : Number(pace);
  if (rate !== undefined && !(rate > 0)) throw new UsageError(`--pace takes a number of deliveries a second, not ${JSON.stringify(pace)}`);
  return {
    ...(await selectionOf(topics, command)),
    mode,
    confirm,
    pace: rate,
    ...byPerson(reason),
  };
}

/** Times become fixed, so that what is looked at is what is replayed. */
export async function selectionOf(topics: readonly string[], typed: TypedSelection) {
  const now = Date.now();
  const from = typed.from === undefined ? undefined : timeArgument("--from", typed.from, now);
  const to = typed.to === undefined ? undefined : timeArgument("--to", typed.to, now);
  if (from !== undefined && from > (to ?? now)) throw new UsageError("--from is after --to: nothing lies between them");
  return {
    topics,
    subscribers: typed.subscriber,
    routes: typed.route.length === 0 ? undefined : typed.route,
    from,
    to: to ?? (typed.toEvent === undefined ? now : undefined),
    fromEvent: typed.fromEvent,
    toEvent: typed.toEvent,
    filter: typed.filter === undefined ? undefined : await jsonArgument("--filter", typed.filter),
  };
}
