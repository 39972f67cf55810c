import * as z from "zod";
import { parse } from "../../filter/index.ts";
import { verdictOn } from "../../filter/verdict.ts";
import { HttpProblem } from "../problem.ts";
import { found, type Operation, operation } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

/** A filter by itself. */
export function filterOperations(bus: ServedBus): readonly Operation[] {
  return [
    operation({
      method: "POST",
      path: "/v1/filters/test",
      scope: "read",
      summary: "Whether a filter lets an event through, and if not, why; nothing is changed",
      tag: "Filters",
      body: z.strictObject({
        pattern: z
          .union([z.record(z.string(), z.unknown()), z.string()])
          .describe("The filter; as text, keys that stand twice and numbers that would be rounded are found too."),
        data: z.unknown().optional().describe("A payload to try it with; or name an `event`."),
        event: z.string().optional().describe("The id of an event that is still kept, of one of its deliveries, or an idempotency key."),
        dialect: z.enum(["eventbridge", "sns"]).default("eventbridge"),
        scope: z
          .enum(["MessageAttributes", "MessageBody"])
          .default("MessageBody")
          .describe("Of `sns`: with `MessageAttributes` it does not nest."),
      }),
      answer:
        "`matches`; where it does not, `reason` and `failures` with `path`, `operators`, `wanted` and `seen`; `warnings` about the filter",
      async handle({ body: { pattern, data, event, dialect, scope } }) {
        if ((data === undefined) === (event === undefined))
          throw new HttpProblem("INVALID_REQUEST", "Give either `data`, a payload, or `event`, the id of an event.");
        const parsed = parse(pattern, { dialect, scope });
        const payload =
          event === undefined ? data : found(await bus.inspect.trace(event), "No event that is still kept has this id.").event.data;
        return verdictOn(parsed, payload);
      },
    }),
  ];
}
