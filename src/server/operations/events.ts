import * as z from "zod";
import { unknownTopic } from "../../bus/publish.ts";
import { refuseHopeless } from "../../define/filter-problems.ts";
import { matches, parse } from "../../filter/index.ts";
import { found, type Operation, operation, paging } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Events";

export function eventOperations(bus: ServedBus): readonly Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/events",
      scope: "read",
      summary: "The newest events of all topics; of these, those that a filter lets through",
      tag,
      query: z.strictObject({
        ...paging(),
        filter: z.string().optional().describe("A pattern as JSON: only those of the page are answered whose payload matches it."),
      }),
      answer: "`events`, the newest first, as CloudEvents, and `next`, the `cursor` of the next page, where there is one",
      personal: true,
      async handle({ query: { count, cursor, filter }, view }) {
        const pattern = filter === undefined ? undefined : parse(filter);
        if (pattern !== undefined) refuseHopeless([pattern], (await bus.catalog()).topics);
        const page = await bus.inspect.eventsPage({ count, cursor, ...view });
        return pattern === undefined ? page : { ...page, events: page.events.filter(({ data }) => matches(pattern, data)) };
      },
    }),
    operation({
      method: "GET",
      path: "/v1/events/stream",
      scope: "read",
      summary: "Events as they are published, as server-sent events; it ends after five minutes, and is opened again",
      tag,
      query: z.strictObject({
        topics: z.string().max(8_192).optional().describe("Only these, with commas between them. Default: all."),
        last: z.coerce.number().int().min(0).max(10_000).default(0).describe("Begins with so many of the newest."),
        filter: z
          .union([z.string().transform((text) => [text]), z.array(z.string()).max(20)])
          .optional()
          .describe("A pattern as JSON: only events whose payload matches it; of several, any."),
      }),
      answer: "a CloudEvent in each `data`, the oldest first; comments while nothing happens",
      personal: true,
      stream: true,
      async handle({ query: { topics: wanted, last, filter }, view, signal }) {
        const all = (await bus.catalog()).topics;
        const known = all.map(({ name }) => name);
        const topics = wanted?.split(",");
        // Before the answer begins: a stream can only break off.
        for (const name of topics ?? []) if (!known.includes(name)) throw unknownTopic(name, known);
        const filters = filter?.map((pattern) => parse(pattern));
        const meant = topics === undefined ? all : all.filter(({ name }) => topics.includes(name));
        if (filters !== undefined) refuseHopeless(filters, meant);
        return bus.inspect.tail({ last, signal, ...view, ...(topics && { topics }), ...(filters && { filters }) });
      },
    }),
    operation({
      method: "GET",
      path: "/v1/traces",
      scope: "read",
      summary: "What became of all events that have a value at a search key of their topic",
      tag,
      query: z.strictObject({
        value: z.string().min(1).max(256).describe("Compared exactly, numbers as text."),
        key: z
          .string()
          .min(1)
          .max(256)
          .optional()
          .describe("Only this search key: its path, such as `customer.email`, its last part, or that without its `Id`. Default: all."),
        ...paging({ count: 20, most: 100 }),
      }),
      answer:
        "`events`, the newest first, each with what `/v1/events/{id}` answers and the `keys` at which it has the value, `more`: there are older ones, `next`: the `cursor` of their page, and `searched`: the topics that were looked through, and by which of their keys",
      personal: true,
      handle: ({ query: { value, key, count, cursor }, view }) => bus.inspect.search({ value, key, limit: count, cursor, ...view }),
    }),
    operation({
      method: "GET",
      path: "/v1/events/:id",
      scope: "read",
      summary: "What became of an event: who matched it, each delivery, each try, its receipt",
      tag,
      answer:
        "`event` and `subscribers`, each with its deliveries and their time lines, or how the `tries` to plan it stand; `gone` says who has left the code or the topic since",
      personal: true,
      handle: async ({ params: { id }, view }) =>
        found(await bus.inspect.trace(id!, view), "No event, delivery or idempotency key that is still kept has this id."),
    }),
  ];
}
