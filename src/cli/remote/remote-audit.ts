import type { AuditPage } from "../../bus/audit.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { askedPages } from "./remote-pages.ts";
import type { ServerApi } from "./server-api.ts";

export function remoteAudit(api: ServerApi): OperatedBus["audit"] {
  return async ({ count = 100, cursor, ...query } = {}) => {
    const { last, items } = await askedPages(api, { path: "/v1/audit", query, count, cursor, itemsOf: (page: AuditPage) => page.entries });
    return { ...last, entries: items };
  };
}
