import type { ApiKeyView } from "../../server/api-key-view.ts";
import type { KeyControl, MadeKey } from "../../server/key-control.ts";
import { askedPages } from "./remote-pages.ts";
import { whyOf } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

interface KeysPage {
  readonly keys: readonly ApiKeyView[];
  readonly next?: string;
}

export function remoteKeys(api: ServerApi): KeyControl {
  return {
    async list(page = {}) {
      const { last, items } = await askedPages(api, { path: "/v1/keys", ...page, itemsOf: (one: KeysPage) => one.keys });
      return { ...last, keys: items };
    },
    create: (request, by) => api.send<MadeKey>("POST", "/v1/keys", { body: { ...request, ...whyOf(by) } }),
    rotate: (id, { overlap, ...by } = {}) =>
      unlessMissing(api.send("POST", at`/v1/keys/${id}/rotate`, { body: { overlap, ...whyOf(by) } })),
    revoke: async (id, by) => (await unlessMissing(api.send("DELETE", at`/v1/keys/${id}`, { body: whyOf(by) }))) !== undefined,
  };
}
