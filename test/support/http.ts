import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { Redis } from "ioredis";
import { afterAll, expect } from "vitest";
import { redisApiKeys } from "../../src/server/redis-api-keys.ts";
import { type Server, type ServerOptions, startServer } from "../../src/server/server.ts";
import { canariesIn } from "./canaries.ts";
import type { ApiKeyRequest } from "../../src/server/api-key.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // oxlint-disable-next-line no-explicit-any -- what an answer holds is what the tests say
  readonly body: any;
}

export interface Asked {
  readonly method?: string;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: unknown;
}

/** Asks a server; every header can be chosen, unlike with fetch. A problem must be one, and be told as one. */
export function ask(url: string, { method = "GET", key, headers = {}, body }: Asked = {}): Promise<Answer> {
  const raw = body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent: false,
      headers: {
        ...(raw === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(raw as string)) }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => {
        try {
          // The inbox shows what was sent, and the API's description the examples of the source.
          if (!/\/(messages|mailroom|openapi)/.test(url)) expect(canariesIn(text), `C11: secrets in the answer of ${url}`).toEqual([]);
          resolve(answerOf(response, text));
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    sent.end(raw);
  });
}

function answerOf({ statusCode: status = 0, headers }: IncomingMessage, text: string): Answer {
  const type = headers["content-type"] ?? "";
  const body = type.includes("json") ? (JSON.parse(text) as { code: string }) : text;
  if (status >= 400) {
    expect(type).toBe("application/problem+json; charset=utf-8");
    const { code } = body as { code: string };
    const kind = `urn:busbar:problem:${code.toLowerCase().replaceAll("_", "-")}`;
    expect(body).toMatchObject({ status, type: kind, title: expect.any(String), detail: expect.any(String) });
  }
  return { status, headers, body };
}

export const post = (url: string, asked: Asked = {}): Promise<Answer> => ask(url, { method: "POST", ...asked });

/** Sends bytes that are no HTTP of Node's, and returns what comes back until the server ends the connection. */
export function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on("data", (data: Buffer) => (text += data.toString())).on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

/** Servers and API keys of a file's tests; they end after it. */
export function httpDoor(place: { readonly redis: string; readonly prefix: string; readonly application: string }) {
  const redis = new Redis(place.redis, { lazyConnect: true });
  // Some tests take Redis away.
  redis.on("error", () => undefined);
  const keys = redisApiKeys(redis, place);
  const servers: Server[] = [];
  afterAll(async () => {
    await Promise.all(servers.map(({ stop }) => stop()));
    redis.disconnect();
  });
  return {
    keys,
    async key(asked: Partial<ApiKeyRequest> = {}): Promise<string> {
      return (await keys.create({ name: "tests", scopes: ["admin"], ...asked }, Date.now())).text;
    },
    async serve(options: Omit<ServerOptions, "keys">): Promise<Server> {
      const server = await startServer({ port: 0, live: false, keys: place, ...options });
      servers.push(server);
      return server;
    },
  };
}
