import { BusbarError } from "../../base/errors.ts";
import type { Cancelled, CancelReport, Deliveries } from "../../bus/deliveries/deliveries.ts";
import { viewQuery, whyOf } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

export function remoteDeliveries(api: ServerApi): Deliveries {
  return {
    status: (id, view = {}) => unlessMissing(api.get(at`/v1/deliveries/${id}`, viewQuery(view))),
    async cancel(id, by) {
      try {
        const done = await unlessMissing(api.send<Cancelled>("POST", at`/v1/deliveries/${id}/cancel`, { body: whyOf(by) }));
        return done ?? { cancelled: false, known: false, refused: "no queue holds a delivery of this id" };
      } catch (error) {
        if (error instanceof BusbarError && error.code === "REFUSED")
          return { cancelled: false, known: true, refused: whyNot(error.message) };
        throw error;
      }
    },
    async cancelMany({ event, value, key, subscriber, channel, preview, ...by }) {
      const body = { event, value, key, subscriber, channel, preview, ...whyOf(by) };
      const report = await unlessMissing(api.send<CancelReport>("POST", "/v1/deliveries/cancel", { body }));
      return report ?? { events: 0, cancelled: 0, refused: {}, audiences: 0, unplanned: [], preview: preview === true };
    },
  };
}

/** The reason alone of `It was not cancelled: it ended as sent.`: the command says the rest itself. Pure. */
export function whyNot(sentence: string): string {
  return sentence.replace(/^It was not [a-z ]+: /, "").replace(/\.$/, "");
}
