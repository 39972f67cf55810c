import * as z from "zod";
import type { BulkVerb } from "../../bus/bulk/bulk-operation.ts";
import type { BulkView } from "../../bus/bulk/bulk-view.ts";
import type { By } from "../../bus/by.ts";
import { type DeadLetterFilter, filterIn } from "../../bus/dead-letters/dead-letter-filter.ts";
import { pause } from "../../base/pause.ts";
import { HttpProblem } from "../problem.ts";
import { found, type Operation, operation, paging, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

export interface BulkParts {
  readonly tag: string;
  /** What a filter may say. */
  readonly filterFields: Record<keyof DeadLetterFilter, z.ZodType>;
  readonly mostAtOnce: number;
}

interface AskedInBulk extends DeadLetterFilter {
  readonly ids?: readonly string[] | undefined;
  readonly all?: true | undefined;
  readonly pace?: number | undefined;
  readonly reason?: string | undefined;
}

/** A request is answered after so long, milliseconds; what takes longer goes on by itself. */
const answeredAfterMs = 2_000;
const lookEveryMs = 50;

/** Verbs on many dead letters: by ids at once, by a filter as a stored operation. */
export function bulkOperationsOf(bus: ServedBus, { tag, filterFields, mostAtOnce }: BulkParts): readonly Operation[] {
  const unknown = "No operation on dead letters has this id.";
  const many = z.strictObject({
    ids: z.array(z.string().max(200)).min(1).max(mostAtOnce).optional().describe("These; or a filter, or `all`."),
    all: z.literal(true).optional().describe("All of them; without it, the filter has to leave some out: `from` 0 does not."),
    ...filterFields,
    pace: z.number().positive().optional().describe("With a filter or `all`: at most so many a second."),
    reason,
  });

  const started = async (verb: BulkVerb, asked: AskedInBulk, by: By): Promise<BulkView> => {
    const { id } = await bus.deadLetters.bulk.start({ verb, filter: filterIn(asked), all: asked.all, pace: asked.pace, ...by });
    bus.deadLetters.bulk.workBeside(id);
    for (const end = Date.now() + answeredAfterMs; ; await pause(lookEveryMs)) {
      const view = await bus.deadLetters.bulk.show(id);
      if (view!.state !== "running" || Date.now() >= end) return view!;
    }
  };

  const verb = (name: BulkVerb, summary: string): Operation =>
    operation({
      method: "POST",
      path: `/v1/dead-letters/${name}`,
      scope: "operate",
      summary,
      tag,
      body: many,
      answer: `of \`ids\`: \`${name === "redrive" ? "redriven" : "discarded"}\`, their ids, and \`refused\`, the others, each with its reason; else \`operation\`, which may still run`,
      async handle({ body, by }) {
        const asked = body as AskedInBulk;
        const { ids, reason: _, ...more } = asked;
        const other = Object.entries(more).find(([, value]) => value !== undefined);
        if (ids === undefined && other === undefined)
          throw new HttpProblem("CONTRADICTION", "Give either `ids`, or a filter, or `all`: nothing was changed.");
        if (ids === undefined) return { operation: await started(name, asked, by) };
        if (other !== undefined)
          throw new HttpProblem("CONTRADICTION", `\`${other[0]}\` goes with a filter: give either that or \`ids\`. Nothing was changed.`);
        return bus.deadLetters[name](ids, by);
      },
    });

  return [
    verb("redrive", "Queue dead letters again, by ids or by a filter"),
    verb("discard", "Give dead letters up for good, by ids or by a filter; `reason` says why"),
    operation({
      method: "GET",
      path: "/v1/dead-letters/operations",
      scope: "read",
      summary: "What was begun on many dead letters, the newest first",
      tag,
      query: z.strictObject(paging()),
      answer: "`operations`, each with its progress, and `next`, the `cursor` of the next page, where there is one",
      handle: ({ query }) => bus.deadLetters.bulk.list(query),
    }),
    operation({
      method: "GET",
      path: "/v1/dead-letters/operations/:id",
      scope: "read",
      summary: "One of them: how far it is",
      tag,
      answer: "the operation",
      handle: async ({ params: { id } }) => found(await bus.deadLetters.bulk.show(id!), unknown),
    }),
    operation({
      method: "POST",
      path: "/v1/dead-letters/operations/:id/cancel",
      scope: "operate",
      summary: "End one of them; what it has done stays done",
      tag,
      body: z.strictObject({ reason }),
      answer: "the operation",
      handle: ({ params: { id }, by }) => bus.deadLetters.bulk.cancel(id!, by),
    }),
  ];
}
