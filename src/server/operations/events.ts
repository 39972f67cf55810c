import * as z from "zod";
import { matches, parse } from "../../filter/index.ts";
import { found, type Operation, operation } from "../operation.ts";
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
        count: z.coerce.number().int().min(1).max(500).default(50).describe("So many are looked at."),
        filter: z.string().optional().describe("A pattern as JSON: only events whose payload matches it are answered."),
      }),
      answer: "`events`, the newest first, as CloudEvents",
      personal: true,
      async handle({ query: { count, filter }, view }) {
        const pattern = filter === undefined ? undefined : parse(filter);
        const events = await bus.inspect.events(count, view);
        return { events: pattern === undefined ? events : events.filter(({ data }) => matches(pattern, data)) };
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
        limit: z.coerce.number().int().min(1).max(100).default(20).describe("At most so many."),
      }),
      answer:
        "`events`, the newest first, each with what `/v1/events/{id}` answers and the `keys` at which it has the value, `more`: there are older ones, and `searched`: the topics that were looked through, and by which of their keys",
      personal: true,
      handle: ({ query: { value, key, limit }, view }) => bus.inspect.search({ value, key, limit, ...view }),
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
