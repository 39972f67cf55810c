import * as z from "zod";
import { cursorsOf, isText, pageOf } from "../../base/cursor.ts";
import { alreadyAnswer, type Operation, operation, paging, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Schedules";
const cursors = cursorsOf("schedules", isText);

export function scheduleOperations(bus: ServedBus): readonly Operation[] {
  const turn = (verb: "pause" | "resume", summary: string): Operation =>
    operation({
      method: "POST",
      path: `/v1/schedules/:name/${verb}`,
      scope: "operate",
      summary,
      tag,
      body: z.strictObject({ reason }),
      answer: `the schedule${verb === "pause" ? alreadyAnswer : ""}`,
      handle: ({ params: { name }, by }) => bus.schedules[verb](name!, by),
    });

  return [
    operation({
      method: "GET",
      path: "/v1/schedules",
      scope: "read",
      summary: "What is published by the clock: when it fires next, when it last did, and what was missed",
      tag,
      query: z.strictObject(paging({ count: 500 })),
      answer:
        "`schedules` by name, each with its `state`, its `next` three times, its `last` firing, and how many were `missed`, and `next`, the `cursor` of the next page, where there is one",
      async handle({ query }) {
        const items = await bus.schedules.list();
        const { page, ...next } = pageOf({ items, keyOf: ({ name }) => name, cursors, ...query });
        return { schedules: page, ...next };
      },
    }),
    operation({
      method: "POST",
      path: "/v1/schedules/:name/run",
      scope: "operate",
      summary: "Publish the event of a schedule now; its next firing stays where it is",
      tag,
      body: z.strictObject({ reason }),
      answer: "the event's `id`, `topic` and `durability`",
      handle: ({ params: { name }, by }) => bus.schedules.run(name!, by),
    }),
    turn("pause", "No process fires this schedule until it is resumed; what falls due meanwhile is not made up"),
    turn("resume", "Let a paused schedule go on with its next firing"),
  ];
}
