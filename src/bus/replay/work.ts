import type { TopicLog } from "../../log/topic-log.ts";
import { parse } from "../../filter/index.ts";
import type { Catalog } from "../../define/catalog.ts";
import { BusbarError, messageOf } from "../../base/errors.ts";
import { pause } from "../../base/pause.ts";
import type { Locks } from "../../base/locks.ts";
import type { PlanOptions } from "../../router/plan-options.ts";
import { audienceRecord } from "../../router/audience-record.ts";
import { type LogPlace, type Past, replay } from "../../router/replay.ts";
import { addCounts, addParts } from "../../router/replay-counts.ts";
import { heldWork } from "../held-work.ts";
import type { LazyParts } from "../parts.ts";
import { enqueueMissing, lookAt } from "./look.ts";
import type { ReplayProgress, ReplaySpec, ReplayState, ReplayStore } from "./operation.ts";

export interface WorkOptions {
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly locks: Locks;
  readonly store: ReplayStore;
  readonly catalog: () => Promise<Catalog>;
  readonly planning: PlanOptions;
  readonly pastOf: (spec: ReplaySpec) => Past;
}

export interface Work {
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
  /** Ends the work after the page under way; the replay stays as it is. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Works on stored replays, one process at a time each. What it does may be cut off anywhere: the next one begins with the page that was not noted as
 * done, and finds what that had queued.
 * @returns the state that it is in afterwards; undefined: another process works on it
 * @throws whatever keeps it from going on; that is noted with the replay, which stays as it is
 */
export function worker({ log, parts, locks, store, catalog, planning, pastOf }: WorkOptions) {
  return async (id: string, { onProgress, signal }: Work = {}): Promise<ReplayState | undefined> =>
    heldWork({ name: `replay-${id}`, locks, wanted: async () => (await store.state(id)) === "running", signal }, async (ending) => {
      try {
        return await run(id, ending, onProgress);
      } catch (error) {
        await store.trouble(id, messageOf(error)).catch(() => undefined);
        throw error;
      }
    });

  async function run(id: string, signal: AbortSignal, onProgress: Work["onProgress"]): Promise<ReplayState | undefined> {
    const stored = await store.find(id);
    if (stored === undefined || stored.state !== "running") return stored?.state;
    const { spec } = stored;
    const known = await catalog();
    const chosen = spec.subscribers.map((identity) => ({ subscriber: known.subscriber(identity), planning: planningFor(spec, planning) }));
    const gone = spec.subscribers.filter((_, index) => chosen[index]!.subscriber === undefined);
    if (gone.length > 0)
      throw new BusbarError("UNKNOWN_SUBSCRIBER", `This build does not know ${gone.join(", ")}, so it cannot go on with the replay ${id}.`);
    const places = await store.places(id);
    const began = { since: Date.now(), events: stored.progress.counts.events };
    let progress: ReplayProgress = { ...stored.progress, run: began, at: began.since };
    let state: ReplayState | undefined = "running";
    let queued = 0;

    const { finished } = await replay(
      {
        past: pastOf(spec),
        partitions: (topic) => log.partitions(topic),
        look: (deliveries) => lookAt(parts, deliveries),
        audienceKnown: async (task) => (await parts.queues().audiences.find(task.id)) !== undefined,
        record: (partition, record) => log.record(partition, record),
        enqueue: (deliveries) => enqueueMissing(parts, deliveries, signal),
        enqueueAudience: (task, partition) => parts.queues().audiences.add([audienceRecord(task, partition)], { verify: true }),
      },
      {
        ...spec,
        chosen: chosen as { subscriber: NonNullable<(typeof chosen)[number]["subscriber"]>; planning: PlanOptions }[],
        filter: spec.filter === undefined ? undefined : parse(spec.filter),
        recordAs: `${spec.mode === "again" ? "again" : "replay"}/${id}`,
        placeOf: (place) => places.get(nameOf(place)),
        signal,
        async onPage({ counts, parts: more, problem, after, ...place }) {
          const first = progress.firstProblem ?? problem;
          progress = {
            counts: addCounts(progress.counts, counts),
            parts: addParts(progress.parts, more),
            ...(first === undefined ? {} : { firstProblem: first }),
            run: began,
            at: Date.now(),
          };
          state = await store.save(id, { of: nameOf(place), after }, progress);
          queued += counts.queued;
          onProgress?.(progress);
          if (spec.pace !== undefined) await pause((queued / spec.pace) * 1_000 - (Date.now() - began.since), signal);
          return state === "running";
        },
      },
    );
    if (!finished) return store.state(id);
    await store.turn(id, { from: ["running"], to: "finished", act: { at: Date.now(), verb: "finished" } });
    return store.state(id);
  }
}

/** How a replay plans. Pure. */
export function planningFor(
  { id, mode, reason, routes, created }: Pick<ReplaySpec, "id" | "mode" | "reason" | "routes" | "created">,
  planning: PlanOptions,
): PlanOptions {
  return {
    ...planning,
    routes: routes === undefined ? undefined : new Set(routes),
    replay: { id, ...(reason === undefined ? {} : { reason }), epoch: mode === "again" ? created : 0 },
  };
}

function nameOf({ topic, partition }: LogPlace): string {
  return `${topic} ${partition}`;
}
