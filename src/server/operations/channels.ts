import * as z from "zod";
import { milliseconds } from "../../base/duration.ts";
import { rateFromText } from "../../bus/channel-limits.ts";
import { alreadyAnswer, type Operation, operation, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Channels";
const age = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a length of time such as "1h" or "2d"')
  .default("0ms")
  .describe("Only what ended longer ago than this, such as `1h`. Default: all.");

const limits = {
  concurrency: z.number().optional().describe("Deliveries under way at once in one process: 1 to 1,000."),
  rate: z
    .string()
    .max(32)
    .refine((text) => rateFromText(text) !== undefined, 'must be "off", or a number and a time such as "10/1s" or "100/1h"')
    .optional()
    .describe('Sends over all processes, such as `"10/1s"`, or `"off"`.'),
};
const limitNames = z.enum(["concurrency", "rate"]);

export function channelOperations(bus: ServedBus): readonly Operation[] {
  const setPaused = (verb: "pause" | "resume", summary: string): Operation =>
    operation({
      method: "POST",
      path: `/v1/channels/:name/${verb}`,
      scope: "operate",
      summary,
      tag,
      body: z.strictObject({ reason }),
      answer: `\`channel\`, and whether it is \`paused\`${verb === "pause" ? alreadyAnswer : ""}`,
      handle: async ({ params: { name }, by }) => ({
        channel: name,
        paused: verb === "pause",
        ...(await bus.channels[verb](name!, by)),
      }),
    });

  return [
    operation({
      method: "GET",
      path: "/v1/channels",
      scope: "read",
      summary: "The channels' queues, with counts, age, workers and limits; what was set at run time, and by whom",
      tag,
      answer:
        "`channels`: `concurrency` and `rateLimit` are in force, `configured` is what the configuration says, `atRunTime` and `pausedBy` who did what, when and why",
      handle: async () => ({ channels: await bus.channels.list() }),
    }),
    setPaused("pause", "No process takes what waits in this channel until it is resumed"),
    setPaused("resume", "Let a paused channel go on"),
    operation({
      method: "POST",
      path: "/v1/channels/:name/set",
      scope: "operate",
      summary: "Set a channel's rate, or the concurrency of each process, for all processes and over restarts, until it is reset",
      tag,
      body: z.strictObject({ ...limits, reason }),
      answer: "the limits in force, who set them, and what the configuration says",
      handle({ params: { name }, body: { concurrency, rate }, by }) {
        const rateLimit = rate === undefined ? undefined : rateFromText(rate);
        const given = { ...(concurrency === undefined ? {} : { concurrency }), ...(rateLimit === undefined ? {} : { rateLimit }) };
        return bus.channels.set(name!, { ...given, ...by });
      },
    }),
    operation({
      method: "POST",
      path: "/v1/channels/:name/reset",
      scope: "operate",
      summary: "Go back to what the configuration says of a channel's rate and concurrency",
      tag,
      body: z.strictObject({ limits: z.array(limitNames).min(1).optional().describe("Only these. Default: both."), reason }),
      answer: "the limits in force",
      handle({ params: { name }, body: { limits: named }, by }) {
        const only = named?.map((limit) => (limit === "rate" ? "rateLimit" : limit));
        return bus.channels.reset(name!, { ...(only === undefined ? {} : { limits: only }), ...by });
      },
    }),
    operation({
      method: "POST",
      path: "/v1/channels/:name/clean",
      scope: "operate",
      summary: "Forget finished deliveries of a channel, or of `all` queues; dead letters stay",
      tag,
      body: z.strictObject({ olderThan: age, reason }),
      answer: "`forgotten`: how many",
      handle: async ({ params: { name }, body: { olderThan }, by }) => ({
        channel: name,
        forgotten: await bus.channels.clean(name!, { olderThan: milliseconds(olderThan as `${number}ms`, "olderThan"), ...by }),
      }),
    }),
  ];
}
