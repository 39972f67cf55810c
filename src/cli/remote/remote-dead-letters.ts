import type { BulkPage } from "../../bus/bulk/bulk.ts";
import type { BulkView } from "../../bus/bulk/bulk-view.ts";
import { BusbarError } from "../../base/errors.ts";
import { pause } from "../../base/pause.ts";
import { type DeadLetterFilter, filterIn } from "../../bus/dead-letters/dead-letter-filter.ts";
import type { DeadLetterPage } from "../../bus/dead-letters/dead-letter-view.ts";
import type { DeadLetters, Refused } from "../../bus/dead-letters/dead-letters.ts";
import type { By } from "../../bus/by.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { askedPages } from "./remote-pages.ts";
import { viewQuery, whyOf } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type Query, type ServerApi } from "./server-api.ts";

type CountedPage = DeadLetterPage & { readonly counts: Readonly<Record<string, number>> };
type Verbs = OperatedBus["deadLetters"];

/** Ids of one request. */
const mostAtOnce = 1_000;
const lookAgainMs = 500;
const place = "/v1/dead-letters";

export function remoteDeadLetters(api: ServerApi): Verbs {
  return {
    async list({ showPii, count = 100, cursor, ...filter } = {}) {
      const query = { ...queryOf(filter), ...viewQuery({ ...(showPii && { showPii }) }) };
      const { last, items } = await askedPages(api, {
        path: place,
        query,
        count,
        cursor,
        itemsOf: (page: CountedPage) => page.deadLetters,
      });
      return { deadLetters: items, ...(last.next === undefined ? {} : { next: last.next }) };
    },
    groups: ({ showPii, count, ...filter } = {}) =>
      api.get(`${place}/groups`, { ...queryOf(filter), count, ...viewQuery({ ...(showPii && { showPii }) }) }),
    preview: ({ showPii, ...filter } = {}) =>
      api.get(`${place}/preview`, { ...queryOf(filter), ...viewQuery({ ...(showPii && { showPii }) }) }),
    show: (id, view = {}) => unlessMissing(api.get(at`/v1/dead-letters/${id}`, viewQuery(view))),
    counts: async () => (await api.get<CountedPage>(place, { count: 1 })).counts,
    async edit(id, data, by) {
      try {
        const changed = await unlessMissing(
          api.send<{ readonly changed: readonly string[] }>("POST", at`/v1/dead-letters/${id}/edit`, { body: { data, ...whyOf(by) } }),
        );
        return changed ?? { known: false, problems: ["no dead letter has this id"] };
      } catch (error) {
        if (error instanceof BusbarError && error.code === "INVALID_DEAD_LETTERS") return { known: true, problems: error.problems };
        throw error;
      }
    },
    async redrive(ids, by) {
      const { done, refused } = await inParts(api, "redrive", ids, by);
      return { redriven: done, refused };
    },
    async discard(ids, by) {
      const { done, refused } = await inParts(api, "discard", ids, by);
      return { discarded: done, refused };
    },
    rebuild: (by) => api.send("POST", `${place}/rebuild`, { body: whyOf(by) }),
    bulk: remoteBulk(api),
  };
}

/** The server works on them; this process looks on. */
function remoteBulk(api: ServerApi): Verbs["bulk"] {
  const show = (id: string): Promise<BulkView | undefined> => unlessMissing(api.get<BulkView>(at`/v1/dead-letters/operations/${id}`));
  return {
    async start({ verb, filter = {}, all, pace, ...by }) {
      const body = { ...filterIn(filter), all, pace, ...whyOf(by) };
      return (await api.send<{ readonly operation: BulkView }>("POST", `${place}/${verb}`, { body })).operation;
    },
    async work(id, { onProgress, signal } = {}) {
      for (;;) {
        const view = await show(id);
        if (view === undefined)
          throw new BusbarError("UNKNOWN_OPERATION", `No operation on dead letters has the id ${JSON.stringify(id)}: list them.`);
        if (view.state !== "running" || signal?.aborted === true) return view;
        onProgress?.(view);
        await pause(lookAgainMs, signal);
      }
    },
    async list({ count = 50, cursor } = {}) {
      const asked = { path: `${place}/operations`, count, cursor, itemsOf: (page: BulkPage) => page.operations };
      const { last, items } = await askedPages(api, asked);
      return { ...last, operations: items };
    },
    show,
    cancel: (id, by) => api.send("POST", at`/v1/dead-letters/operations/${id}/cancel`, { body: whyOf(by) }),
  };
}

async function inParts(api: ServerApi, verb: "redrive" | "discard", ids: readonly string[], by: By | undefined) {
  const done: string[] = [];
  const refused: Refused[] = [];
  for (let from = 0; from < ids.length; from += mostAtOnce) {
    const body = { ids: ids.slice(from, from + mostAtOnce), ...whyOf(by) };
    const answer = await api.send<Partial<Awaited<ReturnType<DeadLetters["redrive"]>> & Awaited<ReturnType<DeadLetters["discard"]>>>>(
      "POST",
      `${place}/${verb}`,
      { body },
    );
    done.push(...(answer.redriven ?? answer.discarded ?? []));
    refused.push(...(answer.refused ?? []));
  }
  return { done, refused };
}

function queryOf(filter: DeadLetterFilter): Query {
  return { ...filterIn(filter) };
}
