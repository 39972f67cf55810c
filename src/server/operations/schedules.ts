import * as z from "zod";
import { type Operation, operation, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Schedules";

export function scheduleOperations(bus: ServedBus): readonly Operation[] {
  const turn = (verb: "pause" | "resume", summary: string): Operation =>
    operation({
      method: "POST",
      path: `/v1/schedules/:name/${verb}`,
      scope: "operate",
      summary,
      tag,
      body: z.strictObject({ reason }),
      answer: "the schedule",
      handle: ({ params: { name }, by }) => bus.schedules[verb](name!, by),
    });

  return [
    operation({
      method: "GET",
      path: "/v1/schedules",
      scope: "read",
      summary: "What is published by the clock: when it fires next, when it last did, and what was missed",
      tag,
      answer: "`schedules`, each with its `state`, its `next` three times, its `last` firing, and how many were `missed`",
      handle: async () => ({ schedules: await bus.schedules.list() }),
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
