import { Redis } from "ioredis";

/** What a server says of itself. */
export interface ServerState {
  /** Its process, as it sees itself: 1 in a container. */
  readonly pid: number;
  /** Where its data lie. */
  readonly folder: string;
  /** It still reads its data and answers nothing else. */
  readonly loading: boolean;
}

/**
 * Opens one connection for one conversation, without any retry, and closes it.
 * @throws the connection's own error when nobody answers within two seconds
 */
async function converse<Result>(url: string, conversation: (client: Redis) => Promise<Result>): Promise<Result> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
  });
  let cause: Error | undefined;
  client.on("error", (error: Error) => {
    cause = error;
  });
  try {
    await client.connect();
    return await conversation(client);
  } catch (error) {
    throw cause ?? error;
  } finally {
    client.disconnect();
  }
}

/** @throws the connection's own error when nobody answers */
export function askServer(url: string): Promise<ServerState> {
  return converse(url, async (client) => {
    const info = await client.info();
    const config = (await client.config("GET", "dir")) as string[];
    return {
      pid: Number(/^process_id:(\d+)/m.exec(info)?.[1]),
      folder: config[1] ?? "",
      loading: /^loading:1/m.test(info),
    };
  });
}

/** Gives a running server the settings that ours are started with. */
export function configureServer(url: string, settings: { readonly appendfsync: string }): Promise<void> {
  return converse(url, async (client) => {
    await client.config("SET", "appendfsync", settings.appendfsync);
    await client.config("SET", "maxmemory-policy", "noeviction");
  });
}

/** Asks the server of this pid to write out its data and end. Another one that has taken the port meanwhile is left alone. */
export function shutDown(url: string, pid: number): Promise<void> {
  return converse(url, async (client) => {
    const info = await client.info("server");
    if (!new RegExp(`^process_id:${pid}\\r?$`, "m").test(info)) return;
    // It answers by closing the connection; only a refusal comes back as a reply.
    await client.shutdown().catch((error: unknown) => {
      if (error instanceof Error && /^(ERR|NOPERM)/.test(error.message)) throw error;
    });
  });
}
