import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import { at, serverApi } from "../../src/cli/remote/server-api.ts";
import { remotePublish } from "../../src/cli/remote/remote-publish.ts";
import { remoteSubscribers } from "../../src/cli/remote/remote-subscribers.ts";
import { remoteSuppressions } from "../../src/cli/remote/remote-suppressions.ts";
import { remoteReplays } from "../../src/cli/remote/remote-replays.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

let answers: ((response: ServerResponse, seen: Seen) => void)[] = [];
let seen: Seen[] = [];
const server = createServer((request, response) => void answered(request, response));
const key = `bb_${"k".repeat(10)}_${"s".repeat(43)}`;
const api = () => serverApi({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key });

async function answered(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const part of request) text += String(part);
  const asked = {
    method: request.method,
    url: request.url!,
    key: request.headers.authorization,
    body: text === "" ? undefined : (JSON.parse(text) as unknown),
  };
  seen.push(asked);
  answers.shift()!(response, asked);
}

const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const problem = (code: string, status: number, headers: Readonly<Record<string, string>> = {}) =>
  json({ code, status, detail: "It is so." }, status, headers);

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))));
beforeEach(() => {
  answers = [];
  seen = [];
});

describe("asking a server", () => {
  it("asks again where it fails for a moment, also where the connection breaks; what does something is sent once", async () => {
    answers = [problem("REDIS_UNREACHABLE", 503, { "retry-after": "0" }), (response) => response.destroy(), json({ keys: 1 })];
    expect(await api().get("/v1/stats", { a: "x&y", b: undefined, c: ["1", "2"] })).toEqual({ keys: 1 });
    expect(seen.map(({ method, url, key: sent }) => [method, url, sent])).toEqual(
      Array.from({ length: 3 }, () => ["GET", "/v1/stats?a=x%26y&c=1&c=2", `Bearer ${key}`]),
    );
    seen = [];
    answers = [(response) => response.destroy()];
    await expect(api().send("POST", "/v1/channels/email/pause")).rejects.toThrow(
      /does not answer: .*Whether it was done is not known: look before you call again$/,
    );
    answers = [problem("REDIS_UNREACHABLE", 503)];
    await expect(api().send("POST", "/v1/channels/email/pause")).rejects.toThrow(BusbarError);
    expect(seen).toHaveLength(2);
  });

  it("says that it is --example which needs another scope than a payload", async () => {
    answers = [problem("FORBIDDEN", 403)];
    await expect(remotePublish(api()).testMessage("order.placed")).rejects.toThrow(
      /answered 403: It is so\. It is --example that needs it; a payload needs the scope "publish:order\.placed"\.$/,
    );
  });

  it("C11: is not sent on with the key, and says where to", async () => {
    answers = [(response) => void response.writeHead(302, { location: "https://elsewhere.example.com/v1/stats" }).end()];
    await expect(api().get("/v1/stats")).rejects.toThrow(
      /sends on to "https:\/\/elsewhere\.example\.com\/v1\/stats": the key was not sent there/,
    );
    expect(seen).toHaveLength(1);
  });

  it("says that something else answers there, or nobody", async () => {
    answers = [(response) => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>")];
    await expect(api().get("/v1/stats")).rejects.toThrow(/answered 200 with text\/html, which is no answer of busbar/);
    const nobody = serverApi({ url: "http://127.0.0.1:1", key: undefined });
    await expect(nobody.send("POST", "/v1/x")).rejects.toThrow(/^http:\/\/127\.0\.0\.1:1 does not answer: .+/);
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const refused = serverApi({ url: `http://127.0.0.1:${port}`, key: undefined });
    await expect(refused.send("POST", "/v1/x")).rejects.toThrow(/ECONNREFUSED.*\. Nothing was done$/);
  });

  it("writes what was typed into the address so that it is one part of it", () => {
    expect(at`/v1/deliveries/${"a/../b?c"}/cancel`).toBe("/v1/deliveries/a%2F..%2Fb%3Fc/cancel");
    for (const name of ["", ".", ".."]) expect(() => at`/v1/deliveries/${name}`).toThrow("is the name of nothing");
  });
});

const page = (count: number, next?: string) => ({
  suppressions: Array.from({ length: count }, () => ({})),
  total: 700,
  ...(next === undefined ? {} : { next }),
});

describe("what takes several requests", () => {
  it("drains until nothing is in hand, and watches a replay until it ends", async () => {
    answers = [json({ pending: 3 }), json({ pending: 0 })];
    expect(await remoteSubscribers(api()).drain("booking")).toEqual({ pending: 0 });
    answers = [json({ id: "rp_1", state: "running", events: 10 }), json({ id: "rp_1", state: "finished", events: 20 })];
    const told: unknown[] = [];
    expect(await remoteReplays(api()).work("rp_1", { onProgress: ({ events }) => void told.push(events) })).toMatchObject({
      state: "finished",
    });
    expect(told).toEqual([10]);
  });

  it("pages through more addresses than one answer holds", async () => {
    answers = [json(page(500, "c1")), json(page(200))];
    expect((await remoteSuppressions(api()).list({ count: 1_000, channel: "sms" })).suppressions).toHaveLength(700);
    expect(seen.map(({ url }) => url)).toEqual([
      "/v1/suppressions?channel=sms&count=500",
      "/v1/suppressions?channel=sms&count=500&cursor=c1",
    ]);
  });
});
