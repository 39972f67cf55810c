import type { ApiKeyRequest } from "../../server/api-key.ts";
import type { ApiKeys, ListedApiKey } from "../../server/redis-api-keys.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

/** What people do with API keys. */
export type OperatedKeys = Pick<ApiKeys, "create" | "list" | "revoke">;

export function remoteKeys(api: ServerApi): OperatedKeys {
  return {
    create: (request: ApiKeyRequest) => api.send("POST", "/v1/keys", { body: request }),
    list: async () => (await api.get<{ readonly keys: readonly ListedApiKey[] }>("/v1/keys")).keys,
    revoke: async (id) => (await unlessMissing(api.send("DELETE", at`/v1/keys/${id}`))) !== undefined,
  };
}
