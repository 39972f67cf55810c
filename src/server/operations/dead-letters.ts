import * as z from "zod";
import type { By } from "../../bus/by.ts";
import { filterIn } from "../../bus/dead-letters/dead-letter-filter.ts";
import { reasonClasses } from "../../queues/dead-letter-index.ts";
import { HttpProblem } from "../problem.ts";
import { found, type Operation, operation, paging, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";
import { bulkOperationsOf } from "./dead-letters-bulk.ts";

const tag = "Dead letters";
const unknown = "No dead letter has this id.";
/** Of one request by ids. */
const mostAtOnce = 1_000;

const word = (what: string) => z.string().min(1).max(500).optional().describe(what);
const time = (what: string) =>
  z
    .union([z.string().max(64), z.number()])
    .optional()
    .describe(what);

/** Which dead letters are meant: of queries and bodies. */
const filterFields = {
  queue: z.string().max(128).optional().describe("A channel, `routing`, `audiences` or `callbacks`. Default: all."),
  subscriber: word("Its name, or its oldest one."),
  topic: word("The topic of its event."),
  reasonClass: z.enum(reasonClasses).optional().describe("Why it is a dead letter, as a class."),
  fingerprint: word("Of a group: all with an error of this cause."),
  from: time("Its last try ended then or later: RFC 3339, or milliseconds since 1970."),
  to: time("Its last try ended then or before."),
  recipient: word("Its address; upper and lower case are the same."),
};

export function deadLetterOperations(bus: ServedBus): readonly Operation[] {
  const edit = async (id: string, data: unknown, by: By): Promise<{ readonly changed: readonly string[] }> => {
    const edited = await bus.deadLetters.edit(id, data, by);
    if ("changed" in edited) return edited;
    if (!edited.known) throw new HttpProblem("NOT_FOUND", unknown);
    throw new HttpProblem("INVALID_DEAD_LETTERS", "The data cannot be used: nothing was changed.", { problems: edited.problems });
  };
  const redriveOne = async (id: string, by: By): Promise<{ readonly redriven: readonly string[] }> => {
    const { redriven, refused } = await bus.deadLetters.redrive([id], by);
    if (refused[0] === undefined) return { redriven };
    throw notDone("It was not queued again", refused[0]);
  };

  return [
    operation({
      method: "GET",
      path: "/v1/dead-letters",
      scope: "read",
      summary: "What ended without being sent, by page, the newest first",
      tag,
      query: z.strictObject({
        ...filterFields,
        ...paging(),
      }),
      answer: "`counts` of all queues, `deadLetters`, and `next`, the `cursor` of the next page, where there is one",
      personal: true,
      async handle({ query, view }) {
        const { cursor, count } = query;
        const asked = { ...filterIn(query), ...view, cursor, count };
        const [counts, page] = await Promise.all([bus.deadLetters.counts(), bus.deadLetters.list(asked)]);
        return { counts, ...page };
      },
    }),
    operation({
      method: "GET",
      path: "/v1/dead-letters/groups",
      scope: "read",
      summary: "Dead letters of one cause together, the largest group first: how many, since when, and a sample",
      tag,
      query: z.strictObject({
        ...filterFields,
        count: z.coerce.number().int().min(1).max(500).default(50).describe("At most so many groups."),
      }),
      answer: "`groups`, `total` dead letters, and how many `more` groups there are",
      personal: true,
      handle: ({ query, view }) => bus.deadLetters.groups({ ...filterIn(query), ...view, count: query.count }),
    }),
    operation({
      method: "GET",
      path: "/v1/dead-letters/preview",
      scope: "read",
      summary: "How many a filter means, by queue, subscriber and class, and the newest ten of them; nothing is changed",
      tag,
      query: z.strictObject(filterFields),
      answer: "`total`, `parts` and `samples`",
      personal: true,
      handle: ({ query, view }) => bus.deadLetters.preview({ ...filterIn(query), ...view }),
    }),
    operation({
      method: "POST",
      path: "/v1/dead-letters/rebuild",
      scope: "operate",
      summary: "Make the index that lists and groups ask anew, of the dead letters themselves",
      tag,
      body: z.strictObject({ reason }),
      answer: "how many there are, by queue",
      handle: ({ by }) => bus.deadLetters.rebuild(by),
    }),
    ...bulkOperationsOf(bus, { tag, filterFields, mostAtOnce }),
    operation({
      method: "GET",
      path: "/v1/dead-letters/:id",
      scope: "read",
      summary: "One dead letter: reason, tries, times, stack, build, what was to be sent, the message made of it now, and its time line",
      tag,
      answer: "the dead letter",
      personal: true,
      handle: async ({ params: { id }, view }) => found(await bus.deadLetters.show(id!, view), unknown),
    }),
    operation({
      method: "POST",
      path: "/v1/dead-letters/:id/edit",
      scope: "operate",
      summary: "Give a dead letter other data; a value that is given back as it was shown, masked or not, stays what it was",
      tag,
      body: z.strictObject({
        data: z.unknown().describe("All of it: a template's data, a webhook's body, or the payload of the event."),
        reason,
      }),
      answer: "`changed`: the paths of what changed",
      handle: ({ params: { id }, body: { data }, by }) => edit(id!, data, by),
    }),
    operation({
      method: "POST",
      path: "/v1/dead-letters/:id/redrive",
      scope: "operate",
      summary: "Queue a dead letter again, with all its tries, and perhaps other data; what was sent meanwhile is not sent",
      tag,
      body: z.strictObject({ data: z.unknown().optional().describe("As of `edit`, before it is queued."), reason }),
      answer: "`redriven`: its id, and with `data` the paths that `changed`",
      async handle({ params: { id }, body: { data }, by }) {
        const edited = data === undefined ? {} : await edit(id!, data, by);
        return { ...edited, ...(await redriveOne(id!, by)) };
      },
    }),
    operation({
      method: "DELETE",
      path: "/v1/dead-letters/:id",
      scope: "operate",
      summary: "Give a dead letter up for good; its time line says by whom and why",
      tag,
      body: z.strictObject({ reason: reasonNeeded }),
      answer: "`discarded`: its id",
      async handle({ params: { id }, by }) {
        const { discarded, refused } = await bus.deadLetters.discard([id!], by);
        if (refused[0] === undefined) return { discarded };
        throw notDone("It was not given up", refused[0]);
      },
    }),
  ];
}

function notDone(what: string, { reason: why }: { readonly reason: string }): HttpProblem {
  return why.startsWith("no dead letter") ? new HttpProblem("NOT_FOUND", unknown) : new HttpProblem("REFUSED", `${what}: ${why}.`);
}

/** Of a discard. */
const reasonNeeded = z.string().min(1).max(200).describe("Why it is given up; the time line and the audit record keep it.");
