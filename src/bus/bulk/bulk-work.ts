import { messageOf } from "../../base/errors.ts";
import type { Locks } from "../../base/locks.ts";
import { pause } from "../../base/pause.ts";
import type { DeadLetterSearch, FoundLetter } from "../dead-letters/dead-letter-search.ts";
import type { DeadLetterVerbs, VerbEnd } from "../dead-letters/dead-letter-verbs.ts";
import type { LetterChoice } from "../dead-letters/dead-letter-filter.ts";
import { heldWork } from "../held-work.ts";
import type { BulkProgress, BulkSpec, BulkState, BulkStore } from "./bulk-operation.ts";

export interface BulkWorkOptions {
  readonly search: DeadLetterSearch;
  readonly verbs: DeadLetterVerbs;
  readonly locks: () => Locks;
  readonly store: () => BulkStore;
  readonly choiceOf: (spec: BulkSpec) => Promise<LetterChoice>;
}

export interface BulkRun {
  readonly onProgress?: ((spec: BulkSpec, progress: BulkProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Dead letters between two notes of the place; so many of them at once. */
const pageSize = 100;
const atOnce = 10;

/**
 * Works on stored operations, one process at a time each: a page of dead letters, the newest first → the verb on each → note the place. It may be
 * cut off anywhere. A page that was not noted is looked at again: what was queued again is not among the dead letters any more, and where it died
 * again it did so after the operation began, so it is not meant. So each is queued once at most.
 * @returns the state that it is in afterwards; undefined: another process works on it
 */
export function bulkWorker({ search, verbs, locks, store, choiceOf }: BulkWorkOptions) {
  return (id: string, { onProgress, signal }: BulkRun = {}): Promise<BulkState | undefined> =>
    heldWork(
      { name: `bulk-${id}`, locks: locks(), wanted: async () => (await store().state(id)) === "running", signal },
      async (ending) => {
        try {
          return await run(id, ending, onProgress);
        } catch (error) {
          await store()
            .trouble(id, messageOf(error))
            .catch(() => undefined);
          throw error;
        }
      },
    );

  async function run(id: string, signal: AbortSignal, onProgress: BulkRun["onProgress"]): Promise<BulkState | undefined> {
    const stored = await store().find(id);
    if (stored === undefined || stored.state !== "running") return stored?.state;
    const { spec } = stored;
    const choice = await choiceOf(spec);
    const pacing = paced(spec.pace, signal);
    let { progress } = stored;
    for (;;) {
      if (signal.aborted) return store().state(id);
      const places = await search.places(choice, { count: Math.min(pageSize, Math.ceil(spec.pace ?? pageSize)), after: progress.after });
      const last = places.at(-1);
      if (last === undefined) break;
      const letters = await search.letters(places);
      for (let from = 0; from < letters.length; from += atOnce) {
        const some = letters.slice(from, from + atOnce);
        await pacing(some.length);
        if (signal.aborted) return store().state(id);
        for (const end of await Promise.all(some.map((found) => act(spec, found)))) progress = withEnd(progress, end);
        onProgress?.(spec, progress);
      }
      progress = { ...progress, after: { id: last.id, at: last.at } };
      if ((await store().save(id, progress)) !== "running") return store().state(id);
    }
    await store().end(id, "finished");
    return store().state(id);
  }

  function act(spec: BulkSpec, { queue, letter }: FoundLetter): Promise<VerbEnd> {
    const by = {
      ...(spec.actor === undefined ? {} : { actor: spec.actor }),
      ...(spec.reason === undefined ? {} : { reason: spec.reason }),
    };
    return verbs[spec.verb](queue, letter, by);
  }
}

/** Progress with one more that came to its end. Pure. */
export function withEnd(progress: BulkProgress, end: VerbEnd): BulkProgress {
  if (end.kind !== "refused") return { ...progress, [end.kind]: progress[end.kind] + 1 };
  return { ...progress, refused: { ...progress.refused, [end.reason]: (progress.refused[end.reason] ?? 0) + 1 } };
}

/** Waits until so many more may go. */
function paced(pace: number | undefined, signal: AbortSignal): (count: number) => Promise<void> {
  const begun = Date.now();
  let gone = 0;
  return async (count) => {
    if (pace !== undefined) await pause((gone / pace) * 1_000 - (Date.now() - begun), signal);
    gone += count;
  };
}
