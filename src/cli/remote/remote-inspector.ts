import type { BusEvent } from "../../define/event.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { followed } from "./followed.ts";
import { viewQuery } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

export function remoteInspector(api: ServerApi): OperatedBus["inspect"] {
  return {
    trace: (id, view = {}) => unlessMissing(api.get(at`/v1/events/${id}`, viewQuery(view))),
    search: ({ showPii, ...asked }) => api.get("/v1/traces", { ...asked, ...viewQuery(showPii === undefined ? {} : { showPii }) }),
    tail({ topics, last = 0, patterns = [], signal, showPii }) {
      const query = {
        topics: topics?.join(","),
        filter: patterns,
        ...viewQuery(showPii === undefined ? {} : { showPii }),
      };
      return followed({
        last,
        signal,
        async *open(newest) {
          for await (const json of api.stream("/v1/events/stream", { ...query, last: newest }, signal)) yield JSON.parse(json) as BusEvent;
        },
      });
    },
  };
}
