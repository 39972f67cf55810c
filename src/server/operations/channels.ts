import * as z from "zod";
import { milliseconds } from "../../base/duration.ts";
import { type Operation, operation, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Channels";
const age = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a length of time such as "1h" or "2d"')
  .default("0ms")
  .describe("Only what ended longer ago than this, such as `1h`. Default: all.");

export function channelOperations(bus: ServedBus): readonly Operation[] {
  const setPaused = (verb: "pause" | "resume", summary: string): Operation =>
    operation({
      method: "POST",
      path: `/v1/channels/:name/${verb}`,
      scope: "operate",
      summary,
      tag,
      body: z.strictObject({ reason }),
      answer: "`channel`, and whether it is `paused`",
      async handle({ params: { name } }) {
        await bus.channels[verb](name!);
        return { channel: name, paused: verb === "pause" };
      },
    });

  return [
    operation({
      method: "GET",
      path: "/v1/channels",
      scope: "read",
      summary: "The channels' queues, with counts, age, workers and rate",
      tag,
      answer: "`channels`",
      handle: async () => ({ channels: await bus.channels.list() }),
    }),
    setPaused("pause", "No process takes what waits in this channel until it is resumed"),
    setPaused("resume", "Let a paused channel go on"),
    operation({
      method: "POST",
      path: "/v1/channels/:name/clean",
      scope: "operate",
      summary: "Forget finished deliveries of a channel; dead letters stay",
      tag,
      body: z.strictObject({ olderThan: age, reason }),
      answer: "`forgotten`: how many",
      handle: async ({ params: { name }, body: { olderThan } }) => ({
        channel: name,
        forgotten: await bus.channels.clean(name!, { olderThan: milliseconds(olderThan as `${number}ms`, "olderThan") }),
      }),
    }),
  ];
}
