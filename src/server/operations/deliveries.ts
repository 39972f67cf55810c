import * as z from "zod";
import { HttpProblem } from "../problem.ts";
import { found, type Operation, operation, reason } from "../operation.ts";
import type { ServedBus } from "../served-bus.ts";

const tag = "Deliveries";
const unknown = "No queue holds a delivery of this id; finished ones are kept 24 h by default.";

export function deliveryOperations(bus: ServedBus): readonly Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/deliveries/:id",
      scope: "read",
      summary: "Where a delivery stands",
      tag,
      answer: "its state, where its job is, the tries that it has burned, and its time line",
      personal: true,
      handle: async ({ params: { id }, view }) => found(await bus.deliveries.status(id!, view), unknown),
    }),
    operation({
      method: "POST",
      path: "/v1/deliveries/:id/cancel",
      scope: "operate",
      summary: "End a delivery that waits, unsent; 409 where it is being sent or has ended",
      tag,
      body: z.strictObject({ reason }),
      answer: "`cancelled`: true, and `mayHaveArrived` where an earlier try is in doubt. Twice is fine",
      async handle({ params: { id }, by }) {
        const result = await bus.deliveries.cancel(id!, by);
        if (result.cancelled) return result;
        throw result.known ? new HttpProblem("REFUSED", `It was not cancelled: ${result.refused}.`) : new HttpProblem("NOT_FOUND", unknown);
      },
    }),
    operation({
      method: "POST",
      path: "/v1/deliveries/cancel",
      scope: "operate",
      summary: "End all deliveries of a selection that wait, unsent; 404 where the event is not known",
      tag,
      body: z.strictObject({
        event: word("Of one event: its id, that of one of its deliveries, or its idempotency key."),
        value: word("Of all events that have this value at a search key, at most the newest 1,000."),
        key: word("With `value`: the search key. Default: any."),
        subscriber: word("Planned by this subscriber."),
        channel: word("Of this channel."),
        preview: z.boolean().default(false).describe("Only look."),
        reason,
      }),
      answer:
        "how many were `cancelled`, how many were `refused` and why, `audiences` that release no more, and subscribers that have not read the event, or could not plan it yet (`unplanned`)",
      async handle({ body: { event, value, key, subscriber, channel, preview }, by }) {
        const given = Object.entries({ event, value, key, subscriber, channel }).filter(([, text]) => text !== undefined);
        const report = await bus.deliveries.cancelMany({ ...Object.fromEntries(given), preview, ...by });
        return found(report.events === 0 && event !== undefined ? undefined : report, "No event has this id.");
      },
    }),
  ];
}

function word(description: string) {
  return z.string().min(1).max(512).optional().describe(description);
}
