import type { SearchResult } from "../../bus/search.ts";
import type { BusEvent } from "../../define/event.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { followed } from "./followed.ts";
import { askedPages } from "./remote-pages.ts";
import { viewQuery } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

export function remoteInspector(api: ServerApi): OperatedBus["inspect"] {
  return {
    trace: (id, view = {}) => unlessMissing(api.get(at`/v1/events/${id}`, viewQuery(view))),
    async search({ value, key, limit = 20, cursor, showPii }) {
      const query = { value, key, ...viewQuery({ ...(showPii && { showPii }) }) };
      const asked = { path: "/v1/traces", query, count: limit, cursor, most: 100, itemsOf: (page: SearchResult) => page.events };
      const { last, items } = await askedPages(api, asked);
      return { ...last, events: items };
    },
    tail({ topics, last = 0, patterns = [], signal, showPii }) {
      const query = {
        topics: topics?.join(","),
        filter: patterns,
        ...viewQuery({ ...(showPii && { showPii }) }),
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
