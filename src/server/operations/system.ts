import * as z from "zod";
import { cursorsOf, isText, pageOf } from "../../base/cursor.ts";
import { unknownTopic } from "../../bus/publish.ts";
import { writeMark } from "../../schema/mark-words.ts";
import { registeredTopic } from "../../schema/registry.ts";
import { HttpProblem } from "../problem.ts";
import { type Operation, operation, paging, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const topicCursors = cursorsOf("topics", isText);

/** Those of some words that are said. */
function given<Words extends object>(words: Words) {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Words]?: Exclude<Words[Name], undefined>;
  };
}

/** Figures, topics, and a message to try the way with. */
export function systemOperations(bus: ServedBus, { live }: { readonly live: boolean }): readonly Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/stats",
      scope: "read",
      summary: "Everything that is counted, at this moment",
      tag: "System",
      answer: "`topics`, `subscribers`, `channels`, `redis` and `doubtful`",
      handle: () => bus.stats(),
    }),
    operation({
      method: "GET",
      path: "/v1/topics",
      scope: "read",
      summary: "The topics, with the JSON Schema of their payloads and an example, by name",
      tag: "System",
      query: z.strictObject({
        ...paging({ count: 500 }),
        details: z.literal("true").optional().describe("Each as `/v1/topics/{topic}` answers it."),
      }),
      answer: "`topics`, and `next`, the `cursor` of the next page, where there is one",
      async handle({ query: { details, ...query } }) {
        const catalog = await bus.catalog();
        const { topics: all, subscribers } = catalog;
        const { page: topics, ...next } = pageOf({ items: all, keyOf: ({ name }) => name, cursors: topicCursors, ...query });
        if (details === "true") return { topics: topics.map((topic) => registeredTopic(topic, catalog)), ...next };
        return {
          topics: topics.map(({ name, description, version, schema, example }) => ({
            name,
            ...(description === undefined ? {} : { description }),
            version,
            subscribers: subscribers.filter((one) => one.topics.some((topic) => topic.name === name)).map((one) => one.name),
            schema: z.toJSONSchema(schema, { io: "input", override: writeMark }),
            ...(example === undefined ? {} : { example }),
          })),
          ...next,
        };
      },
    }),
    operation({
      method: "GET",
      path: "/v1/topics/:topic",
      scope: "read",
      summary: "A topic with the JSON Schemas of all its versions, an example, and who listens",
      tag: "System",
      answer:
        "`name`, `version`, `versions` (each with `event`, which is what readers get, and `publish`, which is what may be sent where that is another), `example`, `index`, `retain` (ms) and `listeners`",
      async handle({ params: { topic } }) {
        const catalog = await bus.catalog();
        const known = catalog.topic(topic!);
        if (known === undefined)
          throw unknownTopic(
            topic!,
            catalog.topics.map(({ name }) => name),
          );
        return registeredTopic(known, catalog);
      },
    }),
    operation({
      method: "POST",
      path: "/v1/topics/:topic/test-message",
      scope: "operate",
      summary: "Publish the topic's example, to see the way work; 403 where messages really leave",
      tag: "System",
      body: z.strictObject({
        idempotencyKey: z.string().max(512).optional().describe("As of a publish, and so are the next two."),
        key: z.string().max(512).optional(),
        correlationId: z.string().max(512).optional(),
        reason,
      }),
      answer: "as of a publish",
      async handle({ params: { topic }, body, by }) {
        if (live)
          throw new HttpProblem(
            "REAL_SENDING",
            "Real sending is on (BUSBAR_SEND=live), and an example's recipients are nobody: nothing was sent.",
          );
        const { reason: _, ...words } = body;
        return bus.testMessage(topic!, { ...given(words), ...by });
      },
    }),
  ];
}
