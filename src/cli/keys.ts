import { systemClock } from "../base/clock.ts";
import { BusbarError } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { apiKeyOf, type ApiKeyRequest } from "../server/api-key.ts";
import type { ListedApiKey } from "../server/redis-api-keys.ts";
import { keyStore } from "../server/key-store.ts";
import { confirmed } from "./confirm.ts";
import { withOwnApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { chosenServer } from "./remote/chosen-server.ts";
import { type OperatedKeys, remoteKeys } from "./remote/remote-keys.ts";
import { serverApi } from "./remote/server-api.ts";
import { tableLines } from "./table.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";

export interface CreateCommand {
  readonly name: string;
  readonly scope: readonly string[];
  readonly rate?: string;
  readonly expires?: string;
  readonly json?: boolean;
}

/** Makes an API key, and prints it: it is shown this once. */
export async function createKey({ name, scope: scopes, rate, expires, json }: CreateCommand): Promise<void> {
  const request = { name, scopes, rate, expires };
  checkRequest(request);
  const { key, text } = await withKeys((keys) => keys.create(request, systemClock.now()));
  if (json === true) return printJson({ ...shown(key), key: text });
  print(text);
  // For people: what goes to a file or to another program is the key alone.
  complain(`this is the key of "${key.name}". It is shown this once; Redis keeps a hash of it. Take it back: busbar keys revoke ${key.id}`);
}

/** Lists the API keys, never their secrets. */
export async function listKeys({ json }: { readonly json?: boolean }): Promise<void> {
  const keys = await withKeys((all) => all.list());
  if (json === true) return printJson(keys.map(shown));
  if (keys.length === 0) return print("There is no API key. Make one: busbar keys create --name shop-backend --scope 'publish:order.*'");
  print(...keyLines(keys, systemClock.now()));
}

/** Takes an API key away; asks before it does. Exit code 1 where there is none of this id. */
export async function revokeKey(id: string, { yes, json }: { readonly yes?: boolean; readonly json?: boolean }): Promise<void> {
  const revoked = await withKeys(async (keys) => {
    const key = (await keys.list()).find((each) => each.id === id);
    if (key === undefined) return undefined;
    return (await confirmed({ text: `Revoke the API key of "${oneLine(key.name)}"?`, yes })) && keys.revoke(id);
  });
  if (revoked !== true) process.exitCode = 1;
  if (revoked === undefined) return complain(`no API key has the id ${oneLine(id)}; busbar keys list shows those that there are`);
  if (json === true) return printJson({ id, revoked });
  print(revoked ? "Revoked: it is refused within five seconds." : "Nothing was changed.");
}

/** A table of keys. Pure. */
export function keyLines(keys: readonly ListedApiKey[], now: number): string[] {
  return tableLines(
    ["id", "name", "scopes", "rate", "created", "expires", "last used"].map((title) => ({ title })),
    keys.map((key) => {
      const { id, name, scopes, rate, created, expires, lastUsed } = key;
      const ends = expires === undefined ? "never" : expires <= now ? "expired" : dayOf(expires);
      const used = lastUsed === undefined ? "never" : `${new Date(lastUsed).toISOString().slice(0, 16)}Z`;
      return [id, name, scopes.join(" "), rate === undefined ? "" : `${rate.max}/${rate.per / 1_000}s`, dayOf(created), ends, used];
    }),
  );
}

/** What is wrong with what was typed is told before anything is connected. */
function checkRequest(request: ApiKeyRequest): void {
  try {
    apiKeyOf(request, "", 0);
  } catch (error) {
    throw error instanceof BusbarError ? new UsageError(error.message) : error;
  }
}

/** As programs read it: times in RFC 3339. */
function shown({ created, expires, lastUsed, ...key }: ListedApiKey) {
  return {
    ...key,
    created: new Date(created).toISOString(),
    ...(expires === undefined ? {} : { expires: new Date(expires).toISOString() }),
    ...(lastUsed === undefined ? {} : { lastUsed: new Date(lastUsed).toISOString() }),
  };
}

function withKeys<Result>(work: (keys: OperatedKeys) => Promise<Result>): Promise<Result> {
  const server = chosenServer();
  if (server !== undefined) return work(remoteKeys(serverApi(server)));
  return withOwnApplication(async (_bus, place) => {
    const store = keyStore(place, silentLogger);
    try {
      return await work(store.keys);
    } finally {
      await store.close();
    }
  });
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
