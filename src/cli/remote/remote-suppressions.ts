import type { SuppressionControl, SuppressionsPage, SuppressionView } from "../../bus/suppressions.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { askedPages } from "./remote-pages.ts";
import { viewQuery, whyOf } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

interface Held {
  readonly suppressions: readonly SuppressionView[];
  readonly consents: Awaited<ReturnType<SuppressionControl["consents"]>>;
}

export function remoteSuppressions(api: ServerApi): OperatedBus["suppressions"] {
  const heldOf = async ({ channel, address }: { readonly channel: string; readonly address: string }): Promise<Held> =>
    (await unlessMissing(api.get<Held>(at`/v1/suppressions/${channel}`, { address }))) ?? { suppressions: [], consents: [] };

  return {
    async list({ count = 50, cursor, showPii, ...filter } = {}) {
      const query = { ...filter, ...viewQuery({ ...(showPii && { showPii }) }) };
      const asked = { path: "/v1/suppressions", query, count, cursor, itemsOf: (page: SuppressionsPage) => page.suppressions };
      const { last, items } = await askedPages(api, asked);
      return { ...last, suppressions: items };
    },
    find: async (place) => (await heldOf(place)).suppressions,
    consents: async (place) => (await heldOf(place)).consents,
    async add(entry) {
      const { keep, by: _, ...body } = entry;
      return api.send("POST", "/v1/suppressions", {
        body: { ...body, ...(keep === undefined ? {} : { keep: typeof keep === "number" ? `${keep}ms` : keep }) },
      });
    },
    async release({ channel, address, category, all }, by) {
      const query = { address, category, ...(all === true ? { all } : {}) };
      const done = await unlessMissing(
        api.send<{ readonly released: readonly SuppressionView[] }>("DELETE", at`/v1/suppressions/${channel}`, { query, body: whyOf(by) }),
      );
      return done?.released ?? [];
    },
  };
}
