import * as z from "zod";
import type { By } from "../../bus/by.ts";
import { HttpProblem } from "../problem.ts";
import { found, type Operation, operation, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Dead letters";
const unknown = "No dead letter has this id.";
const queue = z.string().max(128).optional().describe("A channel, `routing`, `audiences` or `callbacks`. Default: all.");
/** Of one request; the next one takes the next of them. */
const mostAtOnce = 1_000;

export function deadLetterOperations(bus: ServedBus): readonly Operation[] {
  const redriveOne = async (id: string, by: By): Promise<unknown> => {
    const { redriven, refused } = await bus.deadLetters.redrive([id], by);
    if (refused[0] === undefined) return { redriven };
    throw (await bus.deadLetters.show(id)) === undefined
      ? new HttpProblem("NOT_FOUND", unknown)
      : new HttpProblem("REFUSED", `It was not queued again: ${refused[0].reason}.`);
  };

  return [
    operation({
      method: "GET",
      path: "/v1/dead-letters",
      scope: "read",
      summary: "What ended without being sent, by page",
      tag,
      query: z.strictObject({
        queue,
        from: z.coerce.number().int().min(0).max(1_000_000).default(0).describe("Passes over so many of each queue."),
        count: z.coerce.number().int().min(1).max(500).default(50).describe("At most so many of each queue."),
      }),
      answer: "`counts` of all queues, `deadLetters`, the newest first, and `next`, the `from` of the next page, where there is one",
      personal: true,
      async handle({ query: { queue: name, from, count }, view }) {
        const selection = { from, count, ...view, ...(name === undefined ? {} : { queue: name }) };
        const [counts, letters] = await Promise.all([bus.deadLetters.counts(), bus.deadLetters.list(selection)]);
        const longest = name === undefined ? Math.max(0, ...Object.values(counts)) : (counts[name] ?? 0);
        return { counts, deadLetters: letters, ...(from + count < longest ? { next: from + count } : {}) };
      },
    }),
    operation({
      method: "GET",
      path: "/v1/dead-letters/:id",
      scope: "read",
      summary: "One dead letter: reason, tries, times, stack, what was to be sent, and its time line",
      tag,
      answer: "the dead letter",
      personal: true,
      handle: async ({ params: { id }, view }) => found(await bus.deadLetters.show(id!, view), unknown),
    }),
    operation({
      method: "POST",
      path: "/v1/dead-letters/:id/redrive",
      scope: "operate",
      summary: "Queue a dead letter again, with all its tries",
      tag,
      body: z.strictObject({ reason }),
      answer: "`redriven`: its id",
      handle: ({ params: { id }, by }) => redriveOne(id!, by),
    }),
    operation({
      method: "POST",
      path: "/v1/dead-letters/redrive",
      scope: "operate",
      summary: "Queue several dead letters again, or all of them",
      tag,
      body: z.strictObject({
        ids: z.array(z.string().max(200)).min(1).max(mostAtOnce).optional().describe("These; or `all`."),
        all: z.literal(true).optional().describe(`All, or all of one queue: the newest ${mostAtOnce} a request.`),
        queue,
        reason,
      }),
      answer:
        "`redriven`: their ids, `refused`: the others, each with its reason, and `left`: how many dead letters of these queues remain",
      async handle({ body: { ids, all, queue: name }, by }) {
        if ((ids === undefined) === (all === undefined))
          throw new HttpProblem("CONTRADICTION", "Give either `ids` or `all`: nothing was queued again.");
        if (ids !== undefined && name !== undefined)
          throw new HttpProblem("CONTRADICTION", "`queue` goes with `all`: an id is found wherever it is. Nothing was queued again.");
        const selection = { count: mostAtOnce, ...(name === undefined ? {} : { queue: name }) };
        const chosen = ids ?? (await bus.deadLetters.list(selection)).map(({ id }) => id).slice(0, mostAtOnce);
        const { redriven, refused } = await bus.deadLetters.redrive(chosen, by);
        const counts = Object.entries(await bus.deadLetters.counts()).filter(([each]) => name === undefined || each === name);
        return { redriven, refused, left: counts.reduce((sum, [, count]) => sum + count, 0) };
      },
    }),
    operation({
      method: "DELETE",
      path: "/v1/dead-letters/:id",
      scope: "operate",
      summary: "Give a dead letter up for good; its time line says by whom and why",
      tag,
      body: z.strictObject({ reason }),
      answer: "`discarded`: its id",
      async handle({ params: { id }, by }) {
        const { discarded, refused } = await bus.deadLetters.discard([id!], by);
        if (refused[0] === undefined) return { discarded };
        throw new HttpProblem("NOT_FOUND", unknown);
      },
    }),
  ];
}
