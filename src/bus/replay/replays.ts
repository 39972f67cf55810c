import { cursorsOf, type PageRequest } from "../../base/cursor.ts";
import { BusbarError } from "../../base/errors.ts";
import { shortHash, timeOrderedId } from "../../base/ids.ts";
import type { Locks } from "../../base/locks.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { replay } from "../../router/replay.ts";
import { addCounts, addParts, noCounts } from "../../router/replay-counts.ts";
import type { By } from "../by.ts";
import type { LazyParts } from "../parts.ts";
import type { RecordVerb } from "../recorder.ts";
import { type Choice, chosenOf } from "./chosen.ts";
import { recordPersonal } from "./record-personal.ts";
import { lookAt } from "./look.ts";
import type { LocalRequest, LocalRun } from "./local.ts";
import { locally, type LocalsOptions } from "./locals.ts";
import type { ReplayAct, ReplayPlace, ReplayProgress, ReplaySpec, ReplayState, ReplayStore } from "./operation.ts";
import { archiveKnows, keptOf } from "./kept.ts";
import type { PastFor } from "./past-for.ts";
import { checkKept, rangeOf } from "./range.ts";
import { rendered } from "./render.ts";
import { differ, type DiffOptions, type DiffResult } from "./differ.ts";
import type { ReplayRequest, ReplaySelection } from "./replay-request.ts";
import { type ReplayResult, type ReplaySample, type ReplayView, replayView, speedOf } from "./replay-view.ts";
import { planningFor, type Work, worker } from "./work.ts";
import type { MessageFields } from "../../channels/channel.ts";
import { shownMade } from "./shown-made.ts";

/** Stored replays: begun by anybody, worked on by whichever process gets to them, and told what to do from anywhere. */
export interface Replays {
  /**
   * Stores a replay that begins; a process with a router gets to it within seconds, or `work` does at once.
   * @throws BusbarError `UNKNOWN_TOPIC`, `UNKNOWN_SUBSCRIBER`, `INVALID_REPLAY`, `INVALID_FILTER` or `INVALID_RANGE` with every problem; `REPLAY_BUSY` while
   * another replay of one of the subscribers is not at its end. Nothing was stored then
   */
  start(request: ReplayRequest): Promise<ReplayView>;
  /** Works on one in this process, until it is at its end, paused or cancelled, or `signal` aborts; at once where another process does. */
  work(id: string, options?: Watched): Promise<ReplayView>;
  /** What it would come to: counts and rendered samples. It queues nothing, and is not stored. */
  preview(request: ReplayRequest, options?: Watched): Promise<ReplayResult>;
  /**
   * What today's code makes of past events, beside what was sent then: what it would add, leave out, and say in other words. It sends nothing.
   * @throws BusbarError as `start` does
   */
  diff(selection: ReplaySelection, options?: DiffOptions): Promise<DiffResult>;
  /**
   * Runs one event through one subscriber in this process, so that a breakpoint in its code is reached. Messages are rendered and not sent, what handlers publish is kept and not published; their
   * services are the application's own. What comes of it is masked as in a preview's samples, unless `showPii` says who sees it.
   * @throws BusbarError `INVALID_REPLAY` where there is no such event, and what the subscriber's code throws while it plans
   */
  local(request: LocalRequest): Promise<LocalRun>;
  /**
   * The newest first; 50 by default. An ended one is kept 90 d.
   * @throws BusbarError `INVALID_CURSOR`
   */
  list(page?: PageRequest): Promise<ReplaysPage>;
  /** Undefined where none has that id. */
  show(id: string): Promise<ReplayView | undefined>;
  /** @throws BusbarError `UNKNOWN_REPLAY`, or `REPLAY_BUSY` where its state does not allow it; twice is fine */
  pause(id: string, by?: By): Promise<ReplayView>;
  resume(id: string, by?: By): Promise<ReplayView>;
  /** What it has queued stays queued. */
  cancel(id: string, by?: By): Promise<ReplayView>;
}

export interface ReplaysPage {
  readonly replays: readonly ReplayView[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

export interface Watched {
  /** Told after each page of 50 events. */
  readonly onProgress?: ((soFar: ReplayResult) => void) | undefined;
  /** Ends it after the page under way. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReplaysOptions extends LocalsOptions {
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly store: () => ReplayStore;
  readonly locks: () => Locks;
  readonly past: PastFor;
  readonly recorded: RecordVerb;
  /** What digests of sent messages are keyed with. */
  readonly secret: string;
}

const mostSamples = 10;
const isPlace = (value: unknown): value is ReplayPlace =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === "string";
const cursors = cursorsOf("replays", isPlace);
const turns = {
  pause: { from: ["running"], to: "paused", verb: "paused" },
  resume: { from: ["paused"], to: "running", verb: "resumed" },
  cancel: { from: ["running", "paused"], to: "cancelled", verb: "cancelled" },
} as const;

export function replays(options: ReplaysOptions): Replays {
  const { log, parts, store, locks, catalog, planning, rendering, past, recorded } = options;
  const pastOf = (spec: Pick<ReplaySpec, "id" | "mode">) => past.of({ replay: spec.id, outcomes: spec.mode === "missing" });

  const specOf = async (request: ReplayRequest, choice: Choice): Promise<ReplaySpec> => {
    const { mode, topics, subscribers, routes, filter } = choice;
    const created = Date.now();
    const range = await rangeOf(request, {
      topics,
      mode,
      log,
      now: created,
      archiveKnows: (from) => archiveKnows({ log, ...past }, topics, from),
    });
    const kept = await keptOf({ log, ...past }, topics, range);
    checkKept(range, kept, { asked: (request.from ?? request.fromEvent) !== undefined });
    const { pace, reason, actor } = request;
    return {
      id: `rp_${shortHash(timeOrderedId(created)).slice(0, 10)}`,
      mode,
      topics,
      subscribers: subscribers.map(({ identity }) => identity),
      ...(routes === undefined ? {} : { routes: [...routes] }),
      ...(filter === undefined ? {} : { filter: typeof request.filter === "string" ? request.filter : JSON.stringify(request.filter) }),
      ...range,
      ...(pace === undefined ? {} : { pace }),
      ...(reason === undefined ? {} : { reason }),
      ...(actor === undefined ? {} : { actor }),
      created,
      total: kept.reduce((sum, { events }) => sum + events, 0),
    };
  };

  const show = async (id: string): Promise<ReplayView | undefined> => {
    const found = await store().find(id);
    return found && replayView(found, await catalog());
  };
  const shown = async (id: string): Promise<ReplayView> => {
    const view = await show(id);
    if (view === undefined) throw new BusbarError("UNKNOWN_REPLAY", `No replay has the id ${JSON.stringify(id)}: list them.`);
    return view;
  };

  const turn = async (id: string, verb: keyof typeof turns, by: By): Promise<ReplayView> => {
    const { from, to, verb: done } = turns[verb];
    const act: ReplayAct = { at: Date.now(), verb: done, ...by };
    const was = await store().turn(id, { from, to, act });
    const view = await shown(id);
    if (was !== undefined && (from as readonly ReplayState[]).includes(was)) await recorded(by, `replay.${verb}`, id);
    if (was === undefined || (from as readonly ReplayState[]).includes(was) || was === to) return view;
    throw new BusbarError("REPLAY_BUSY", `The replay ${id} is ${was}, so it cannot be ${done}.`);
  };

  return {
    async start(request) {
      const choice = chosenOf(await catalog(), request);
      const spec = await specOf(request, choice);
      const progress: ReplayProgress = { counts: noCounts, parts: [] };
      const other = await store().begin(spec, progress);
      if (other === undefined) {
        const by = choice.personal.length === 0 ? "" : `, by a filter on ${choice.personal.join(", ")}`;
        await recorded(request, "replay.start", `${spec.id}: ${spec.topics.join(", ")} for ${spec.subscribers.join(", ")}${by}`);
        return shown(spec.id);
      }
      throw new BusbarError(
        "REPLAY_BUSY",
        `A subscriber is replayed by one replay at a time, and ${other.busy} of ${request.subscribers.toString()} is not at its end: wait for it, resume it, or cancel it.`,
      );
    },

    async work(id, { signal, onProgress } = {}) {
      const { spec } = (await store().find(id)) ?? {};
      const tell: Work["onProgress"] =
        spec && onProgress && ((progress) => onProgress({ ...resultOf(spec, progress), id, finished: false, samples: [] }));
      const work = worker({ log, parts, locks: locks(), store: store(), catalog, planning, pastOf });
      await work(id, { signal, onProgress: tell });
      return shown(id);
    },

    async preview(request, { onProgress, signal } = {}) {
      const choice = chosenOf(await catalog(), request);
      const spec = await specOf(request, choice);
      await recordPersonal(parts.audit, choice, request);
      const chosen = choice.subscribers.map((subscriber) => ({ subscriber, planning: planningFor(spec, planning) }));
      let progress: ReplayProgress = { counts: noCounts, parts: [], run: { since: Date.now(), events: 0 } };
      let samples: ReplaySample[] = [];
      const { finished } = await replay(
        {
          past: pastOf(spec),
          partitions: (topic) => log.partitions(topic),
          look: (deliveries) => lookAt(parts, deliveries),
          audienceKnown: async (task) => (await parts.queues().audiences.find(task.id)) !== undefined,
          record: async () => undefined,
          enqueue: async () => undefined,
          enqueueAudience: async () => undefined,
        },
        {
          ...spec,
          chosen,
          filter: choice.filter,
          recordAs: undefined,
          placeOf: () => undefined,
          signal,
          async onPage({ counts, parts: more, problem, missing }) {
            const first = progress.firstProblem ?? problem;
            progress = {
              ...progress,
              counts: addCounts(progress.counts, counts),
              parts: addParts(progress.parts, more),
              ...(first === undefined ? {} : { firstProblem: first }),
              at: Date.now(),
            };
            const wanted = missing.flatMap(({ made, deliveries }) => deliveries.map((delivery) => ({ made, delivery })));
            for (const { made, delivery } of wanted.slice(0, mostSamples - samples.length)) {
              const { id, channel, route, event } = delivery;
              const sight = shownMade(made);
              const seen = channel === "handler" ? {} : await rendered(await rendering(), delivery);
              const what = "fields" in seen ? { rendered: sight.fields(seen.fields as MessageFields) } : seen;
              samples = [
                ...samples,
                {
                  delivery: id,
                  subscriber: made.subscriber.name,
                  channel,
                  route,
                  to: sight.recipient(delivery),
                  event: event.id,
                  time: event.time,
                  ...what,
                },
              ];
            }
            onProgress?.({ ...resultOf(spec, progress), samples, finished: false });
            return true;
          },
        },
      );
      return { ...resultOf(spec, progress), samples, finished };
    },

    diff: differ(options),
    local: locally(options),

    async list({ count = 50, cursor } = {}) {
      const after = cursors.read(cursor);
      const [found, known] = await Promise.all([store().list({ count: count + 1, after }), catalog()]);
      const page = found.slice(0, count);
      const { created, id } = page.at(-1)?.spec ?? {};
      return {
        replays: page.map((one) => replayView(one, known)),
        ...(found.length > count && created !== undefined && id !== undefined ? { next: cursors.write([created, id]) } : {}),
      };
    },
    show,
    pause: (id, by = {}) => turn(id, "pause", by),
    resume: (id, by = {}) => turn(id, "resume", by),
    cancel: (id, by = {}) => turn(id, "cancel", by),
  };
}

function resultOf(spec: ReplaySpec, progress: ReplayProgress): Omit<ReplayResult, "samples" | "finished"> {
  const { counts, parts, firstProblem } = progress;
  return {
    ...counts,
    total: spec.total,
    parts,
    ...speedOf({ spec, progress, state: "running" }),
    ...(firstProblem === undefined ? {} : { firstProblem }),
  };
}
