import { cursorsOf, type PageRequest } from "../../base/cursor.ts";
import { BusbarError, messageOf } from "../../base/errors.ts";
import { shortHash, timeOrderedId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { By } from "../by.ts";
import { type DeadLetterFilter, filterText, type LetterChoice, meansAll } from "../dead-letters/dead-letter-filter.ts";
import { totalOf } from "../dead-letters/dead-letter-groups.ts";
import type { RecordVerb } from "../recorder.ts";
import { type BulkPlace, type BulkProgress, type BulkSpec, bulkIds, type BulkVerb } from "./bulk-operation.ts";
import { type BulkView, bulkView } from "./bulk-view.ts";
import { bulkWorker, type BulkWorkOptions } from "./bulk-work.ts";

export interface BulkRequest extends By {
  readonly verb: BulkVerb;
  /** Which dead letters are meant; those that die later are not. */
  readonly filter?: DeadLetterFilter | undefined;
  /** All of them, said in so many words: without it, a filter must leave something out; one from 1970 on does not. */
  readonly all?: true | undefined;
  /** At most so many dead letters a second. Default: as fast as it goes. */
  readonly pace?: number | undefined;
}

/** Verbs on many dead letters: stored, worked on by whichever process gets to them, and told to end from anywhere. */
export interface BulkOperations {
  /**
   * Stores an operation; a process with a router gets to it within seconds, or `work` does at once.
   * @throws BusbarError `INVALID_DEAD_LETTERS` with everything that is wrong: a filter that leaves nothing out without `all`, a discard without a reason; or
   * `UNKNOWN_QUEUE`. Nothing was stored then
   */
  start(request: BulkRequest): Promise<BulkView>;
  /**
   * Works on one in this process until its end, or until `signal` aborts; at once where another process does.
   * @throws BusbarError `UNKNOWN_OPERATION`
   */
  work(id: string, options?: BulkWatched): Promise<BulkView>;
  /** The same without waiting for it; `stop` of the bus ends it, and another process goes on. */
  workBeside(id: string): void;
  /**
   * The newest first; 50 by default. An ended one is kept 90 d.
   * @throws BusbarError `INVALID_CURSOR`
   */
  list(page?: PageRequest): Promise<BulkPage>;
  /** Undefined where none has that id. */
  show(id: string): Promise<BulkView | undefined>;
  /**
   * Ends one after the dead letters under way; what it has done stays done. Twice is fine.
   * @throws BusbarError `UNKNOWN_OPERATION`
   */
  cancel(id: string, by?: By): Promise<BulkView>;
}

export interface BulkPage {
  readonly operations: readonly BulkView[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

export interface BulkWatched {
  /** Told after every ten dead letters. */
  readonly onProgress?: ((soFar: Pick<BulkView, "total" | "done" | "sent" | "refused">) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BulkOptions extends Omit<BulkWorkOptions, "choiceOf"> {
  readonly recorded: RecordVerb;
  readonly choiceOf: (filter: DeadLetterFilter) => Promise<LetterChoice>;
  readonly logger: Logger;
}

const isPlace = (value: unknown): value is BulkPlace =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && typeof value[1] === "string";
const cursors = cursorsOf("operations", isPlace);

/** With `stop`, for whoever wires it. */
export function bulkOperations(options: BulkOptions): BulkOperations & { stop(): Promise<void> } {
  const { search, store, recorded, choiceOf, logger } = options;
  const stopping = new AbortController();
  const beside = new Set<Promise<unknown>>();
  const work = bulkWorker({ ...options, choiceOf: async ({ filter, created }) => untilThen(await choiceOf(filter), created) });

  const shown = async (id: string): Promise<BulkView> => {
    const found = await store().find(id);
    if (found === undefined)
      throw new BusbarError("UNKNOWN_OPERATION", `No operation on dead letters has the id ${JSON.stringify(id)}: list them.`);
    return bulkView(found);
  };

  const workHere: BulkOperations["work"] = async (id, { onProgress, signal } = {}) => {
    await shown(id);
    const tell = onProgress && ((spec: BulkSpec, progress: BulkProgress) => onProgress(bulkView({ spec, progress, state: "running" })));
    await work(id, { signal, onProgress: tell });
    return shown(id);
  };

  return {
    async start({ verb, filter = {}, all, pace, actor, reason }) {
      const created = Date.now();
      const problems: string[] = [];
      if (all !== true && meansAll(filter, created))
        problems.push(`say which dead letters are meant: a filter that leaves some out, or "all" for all of them`);
      if (verb === "discard" && !(typeof reason === "string" && reason.trim() !== ""))
        problems.push("reason: say why they are given up for good");
      if (pace !== undefined && !(pace > 0)) problems.push(`pace: must be more than 0 dead letters a second, not ${JSON.stringify(pace)}`);
      if (problems.length > 0) throw new BusbarError("INVALID_DEAD_LETTERS", "Nothing was changed:", { problems });
      const total = totalOf(await search.spans(untilThen(await choiceOf(filter), created)));
      const by = { ...(actor === undefined ? {} : { actor }), ...(reason === undefined ? {} : { reason }) };
      const id = `${bulkIds}${shortHash(timeOrderedId(created)).slice(0, 10)}`;
      const of = `${filterText(filter)} (${total}, operation ${id})`;
      await recorded(by, `dead-letters.${verb}`, of);
      await store().begin({ id, verb, filter, created, total, ...(pace === undefined ? {} : { pace }), ...by });
      return shown(id);
    },

    work: workHere,

    workBeside(id) {
      const working = workHere(id, { signal: stopping.signal })
        .catch((error: unknown) =>
          logger.error({ operation: id, error: messageOf(error) }, "an operation on dead letters could not go on; it is tried again"),
        )
        .finally(() => beside.delete(working));
      beside.add(working);
    },

    async list({ count = 50, cursor } = {}) {
      const found = await store().list({ count: count + 1, after: cursors.read(cursor) });
      const page = found.slice(0, count);
      const last = page.at(-1)?.spec;
      const next = found.length > count && last !== undefined ? { next: cursors.write([last.created, last.id]) } : {};
      return { operations: page.map(bulkView), ...next };
    },
    async show(id) {
      const found = await store().find(id);
      return found && bulkView(found);
    },
    async cancel(id, by = {}) {
      const { verb, state } = await shown(id);
      if (state !== "running") return shown(id);
      const of = `the operation ${id}, cancelled`;
      await recorded(by, `dead-letters.${verb}`, of);
      if (!(await store().end(id, "cancelled"))) await recorded(by, `dead-letters.${verb}`, `${of}: it had ended already`);
      return shown(id);
    },
    async stop() {
      stopping.abort();
      await Promise.all(beside);
    },
  };
}

/** What dies after an operation began is not meant by it. */
function untilThen(choice: LetterChoice, created: number): LetterChoice {
  return { ...choice, range: { from: choice.range.from, to: Math.min(choice.range.to, created) } };
}
