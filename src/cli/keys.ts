import { systemClock } from "../base/clock.ts";
import type { Duration } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { apiKeyOf, type ApiKeyRequest } from "../server/api-key.ts";
import type { ApiKeyView } from "../server/api-key-view.ts";
import type { KeyControl } from "../server/key-control.ts";
import { keyStore } from "../server/key-store.ts";
import { lengthArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { withOwnApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { chosenServer } from "./remote/chosen-server.ts";
import { remoteKeys } from "./remote/remote-keys.ts";
import { serverApi } from "./remote/server-api.ts";
import { tableLines } from "./table.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";

export interface CreateCommand {
  readonly name: string;
  readonly scope: readonly string[];
  readonly rate?: string;
  readonly expires?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** Makes an API key, and prints it: it is shown this once. */
export async function createKey({ name, scope: scopes, rate, expires, reason, json }: CreateCommand): Promise<void> {
  const request = { name, scopes, rate, expires };
  checkRequest(request);
  const made = await withKeys((keys) => keys.create(request, byPerson(reason)));
  if (json === true) return printJson(made);
  print(made.key);
  // For people: what goes to a file or to another program is the key alone.
  complain(
    `this is the key of "${made.name}". It is shown this once; Redis keeps a hash of it. Take it back: busbar keys revoke ${made.id}`,
  );
}

export interface RotateCommand {
  readonly overlap?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** Makes the key that takes another one's place, and prints it; both are valid for a while. Exit code 1 where there is none of this id. */
export async function rotateKey(id: string, { overlap, reason, json }: RotateCommand): Promise<void> {
  if (overlap !== undefined) lengthArgument("--overlap", overlap);
  const made = await withKeys((keys) => keys.rotate(id, { overlap: overlap as Duration | undefined, ...byPerson(reason) }));
  if (made === undefined) {
    process.exitCode = 1;
    return complain(noKey(id));
  }
  if (json === true) return printJson(made);
  const { next, old } = made;
  print(next.key);
  complain(
    `this is the next key of "${next.name}", shown this once. Give it to its holder: the old one, ${old.id}, is valid until ${old.expires?.slice(0, 16)}Z. Which of them is used: busbar keys list`,
  );
}

/** Lists the API keys, never their secrets. */
export async function listKeys({ json }: { readonly json?: boolean }): Promise<void> {
  const { keys } = await withKeys((all) => all.list());
  if (json === true) return printJson(keys);
  if (keys.length === 0) return print("There is no API key. Make one: busbar keys create --name shop-backend --scope 'publish:order.*'");
  print(...keyLines(keys, systemClock.now()));
}

export interface RevokeCommand {
  readonly yes?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

/** Takes an API key away; asks before it does. Exit code 1 where there is none of this id. */
export async function revokeKey(id: string, { yes, reason, json }: RevokeCommand): Promise<void> {
  const revoked = await withKeys(async (keys) => {
    const key = (await keys.list()).keys.find((each) => each.id === id);
    if (key === undefined) return undefined;
    return (await confirmed({ text: `Revoke the API key of "${oneLine(key.name)}"?`, yes })) && keys.revoke(id, byPerson(reason));
  });
  if (revoked !== true) process.exitCode = 1;
  if (revoked === undefined) return complain(noKey(id));
  if (json === true) return printJson({ id, revoked });
  print(revoked ? "Revoked: it is refused within five seconds." : "Nothing was changed.");
}

/** A table of keys. Pure. */
export function keyLines(keys: readonly ApiKeyView[], now: number): string[] {
  return tableLines(
    ["id", "name", "scopes", "rate", "created", "expires", "last used", "replaced by"].map((title) => ({ title })),
    keys.map(({ id, name, scopes, rate, created, expires, lastUsed = "never", replacedBy = "" }) => [
      id,
      name,
      scopes.join(" "),
      rate === undefined ? "" : `${rate.max}/${rate.per / 1_000}s`,
      created.slice(0, 10),
      endOf({ expires, replacedBy, now }),
      lastUsed.replace(/:\d\d\.\d{3}Z$/, "Z"),
      replacedBy,
    ]),
  );
}

/** Of a key that is being replaced, the minute counts. */
function endOf({
  expires,
  replacedBy,
  now,
}: {
  readonly expires: string | undefined;
  readonly replacedBy: string;
  readonly now: number;
}): string {
  if (expires === undefined) return "never";
  if (Date.parse(expires) <= now) return "expired";
  return replacedBy === "" ? expires.slice(0, 10) : `${expires.slice(0, 16)}Z`;
}

function noKey(id: string): string {
  return `no API key has the id ${oneLine(id)}; busbar keys list shows those that there are`;
}

/** What is wrong with what was typed is told before anything is connected. */
function checkRequest(request: ApiKeyRequest): void {
  try {
    apiKeyOf(request, "", 0);
  } catch (error) {
    throw error instanceof BusbarError ? new UsageError(error.message) : error;
  }
}

function withKeys<Result>(work: (keys: KeyControl) => Promise<Result>): Promise<Result> {
  const server = chosenServer();
  if (server !== undefined) return work(remoteKeys(serverApi(server)));
  return withOwnApplication(async (_bus, place) => {
    const store = keyStore(place, silentLogger);
    try {
      return await work(store.control);
    } finally {
      await store.close();
    }
  });
}
