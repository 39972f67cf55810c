import type { SuppressionControl, SuppressionView } from "../../bus/suppressions.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

type Page = Awaited<ReturnType<SuppressionControl["list"]>>;
type Held = { readonly suppressions: readonly SuppressionView[]; readonly consents: Awaited<ReturnType<SuppressionControl["consents"]>> };

/** Of one request. */
const mostAtOnce = 500;

export function remoteSuppressions(api: ServerApi): Omit<SuppressionControl, "count"> {
  const heldOf = async ({ channel, address }: { readonly channel: string; readonly address: string }): Promise<Held> =>
    (await unlessMissing(api.get<Held>(at`/v1/suppressions/${channel}`, { address }))) ?? { suppressions: [], consents: [] };

  return {
    async list({ limit = 50, before, ...chosen } = {}) {
      const found: SuppressionView[] = [];
      let page: Page | undefined;
      do {
        const from = page?.next ?? before;
        page = await api.get<Page>("/v1/suppressions", { ...chosen, limit: Math.min(mostAtOnce, limit - found.length), before: from });
        found.push(...page.suppressions);
      } while (page.next !== undefined && found.length < limit);
      return { ...page, suppressions: found };
    },
    find: async (place) => (await heldOf(place)).suppressions,
    consents: async (place) => (await heldOf(place)).consents,
    async add(entry) {
      const { keep, by: _, ...body } = entry;
      return api.send("POST", "/v1/suppressions", {
        body: { ...body, ...(keep === undefined ? {} : { keep: typeof keep === "number" ? `${keep}ms` : keep }) },
      });
    },
    async release({ channel, address, category, all }) {
      const query = { address, category, ...(all === true ? { all } : {}) };
      const done = await unlessMissing(
        api.send<{ readonly released: readonly SuppressionView[] }>("DELETE", at`/v1/suppressions/${channel}`, { query }),
      );
      return done?.released ?? [];
    },
  };
}
