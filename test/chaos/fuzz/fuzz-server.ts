/**
 * This repository's own application behind its HTTP server, in a process of its own: open on loopback, with a mailroom, and with something of
 * everything in it. Arguments: the address of Redis, the mailroom's folder.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { silentLogger } from "../../../src/base/logger.ts";
import { loadApplication } from "../../../src/cli/application.ts";
import { startMailroom } from "../../../src/mailroom/mailroom.ts";
import { redisApiKeys } from "../../../src/server/redis-api-keys.ts";
import { startServer } from "../../../src/server/server.ts";
import { newKey } from "../../../src/vault/key-ring.ts";
import { endWithParent } from "../messages.ts";

/** What it says when it takes requests. */
export interface FuzzTarget {
  readonly url: string;
  /** What a request may name, so that some of them reach what is behind the names. */
  readonly known: Known;
  /** The topics with the examples of their payloads. */
  readonly examples: Readonly<Record<string, unknown>>;
}

export interface Known {
  readonly ids: readonly string[];
  /** Of the links to unsubscribe. */
  readonly tokens: readonly string[];
  /** API keys, each with other scopes. */
  readonly keys: readonly string[];
  readonly channels: readonly string[];
}

const settledMs = 8_000;

const [redisUrl, folder] = process.argv.slice(2);
endWithParent();
const mailroom = await startMailroom({ folder: folder! });
const sealing = [newKey("fuzz")];
const load = () =>
  loadApplication({
    // What is wrong with a request of somebody else's is no news here.
    logger: silentLogger,
    adjust: (environment) => ({ ...environment, redis: redisUrl!, keys: sealing, send: { ...environment.send, live: false, mailroom } }),
  });

// Everything runs once, so that there are deliveries, messages and dead letters to ask for.
const { bus: first, place } = await load();
await first.start();
mailroom.fail("sendgrid", { status: 400, times: 5 });
const { topics } = await first.catalog();
for (const { name } of topics) await publishExample(name);
await pause(settledMs);
await first.stop();

const { bus } = await load();
// As `start --only server` does.
await bus.start({ only: [] });
const redis = new Redis(redisUrl!);
const keys = redisApiKeys(redis, place);
const scopes = [["admin"], ["read"], ["read", "pii"], ["operate"], ["publish:order.*"]];
const made = await Promise.all(scopes.map((each) => keys.create({ name: "fuzz", scopes: each }, Date.now())));
redis.disconnect();

const server = await startServer({ bus, ...mailroom, keys: place, open: true, live: false, port: 0 });
mailroom.callbacks.goTo(`${server.url}/callbacks`);
const events = await bus.inspect.events(200);
const traces = await Promise.all(events.map(({ id }) => bus.inspect.trace(id)));
const deliveries = [...new Set(JSON.stringify(traces).match(/"d_[a-z2-7]+"/g))].map((quoted) => quoted.slice(1, -1));
const dead = (await bus.deadLetters.list({ count: 50 })).deadLetters.map(({ id }) => id);
const messages = mailroom.inbox.list({ limit: 60 }).map(({ id }) => id);
const written = messages.map((id) => mailroom.inbox.get(id)?.html ?? "").join("\n");
const tokens = [...written.matchAll(/\/(?:unsubscribe|preferences)\/([\w-]+)/g)].map(([, token]) => token!);
const target: FuzzTarget = {
  url: server.url,
  known: {
    ids: [...events.slice(0, 20).map(({ id }) => id), ...deliveries.slice(0, 40), ...dead, ...messages],
    tokens: [...new Set(tokens)],
    keys: made.map(({ text }) => text),
    channels: (await bus.channels.list()).map(({ name }) => name),
  },
  examples: Object.fromEntries(topics.map(({ name }) => [name, bus.example(name)])),
};
process.send!(target);

/** The machine may be too slow for an answer in time: then again. */
async function publishExample(name: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await first.publish(name, first.example(name));
      return;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
