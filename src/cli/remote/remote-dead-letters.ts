import type { DeadLetterView } from "../../bus/dead-letter-view.ts";
import type { DeadLetters } from "../../bus/dead-letters.ts";
import { viewQuery, whyOf } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

interface Page {
  readonly counts: Readonly<Record<string, number>>;
  readonly deadLetters: readonly DeadLetterView[];
  readonly next?: number;
}

/** Of one request: letters of each queue that are listed, and ids that are queued again. */
const [mostListed, mostRedriven] = [500, 1_000];

export function remoteDeadLetters(api: ServerApi): DeadLetters {
  return {
    async list({ queue, count = 100, from = 0, ...view } = {}) {
      const found: DeadLetterView[] = [];
      for (let next: number | undefined = from; next !== undefined && next < from + count;) {
        const most = Math.min(mostListed, from + count - next);
        const page: Page = await api.get<Page>("/v1/dead-letters", { queue, from: next, count: most, ...viewQuery(view) });
        found.push(...page.deadLetters);
        next = page.next;
      }
      return found.toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
    },
    show: (id, view = {}) => unlessMissing(api.get(at`/v1/dead-letters/${id}`, viewQuery(view))),
    counts: async () => (await api.get<Page>("/v1/dead-letters", { count: 1 })).counts,
    async redrive(ids, by) {
      const redriven: string[] = [];
      const refused: Awaited<ReturnType<DeadLetters["redrive"]>>["refused"][number][] = [];
      for (let from = 0; from < ids.length; from += mostRedriven) {
        const body = { ids: ids.slice(from, from + mostRedriven), ...whyOf(by) };
        const done = await api.send<Awaited<ReturnType<DeadLetters["redrive"]>>>("POST", "/v1/dead-letters/redrive", { body });
        redriven.push(...done.redriven);
        refused.push(...done.refused);
      }
      return { redriven, refused };
    },
    async discard(ids, by) {
      const discarded: string[] = [];
      const refused: Awaited<ReturnType<DeadLetters["discard"]>>["refused"][number][] = [];
      for (const id of ids) {
        const done = await unlessMissing(api.send("DELETE", at`/v1/dead-letters/${id}`, { body: whyOf(by) }));
        if (done === undefined) refused.push({ id, reason: "no dead letter has this id" });
        else discarded.push(id);
      }
      return { discarded, refused };
    },
  };
}
