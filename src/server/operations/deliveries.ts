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
      answer: "`cancelled`: true. Twice is fine",
      async handle({ params: { id }, by }) {
        const result = await bus.deliveries.cancel(id!, by);
        if (result.cancelled) return result;
        throw result.known ? new HttpProblem("REFUSED", `It was not cancelled: ${result.refused}.`) : new HttpProblem("NOT_FOUND", unknown);
      },
    }),
  ];
}
