import * as z from "zod";
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
        const page = await bus.inspect.eventsPage({ count, cursor, ...view });
        return pattern === undefined ? page : { ...page, events: page.events.filter(({ data }) => matches(pattern, data)) };
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
      answer: "`event` and `subscribers`, each with its deliveries and their time lines",
      personal: true,
      handle: async ({ params: { id }, view }) =>
        found(await bus.inspect.trace(id!, view), "No event, delivery or idempotency key that is still kept has this id."),
    }),
  ];
}
