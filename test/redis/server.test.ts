import { Agent, request } from "node:http";
import { type AddressInfo, connect, createServer, type Server as TcpServer } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Server, type ServerOptions, startServer } from "../../src/server/server.ts";
import { testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const bus = line.bus({ url, prefix });
const servers: Server[] = [];
let server: Server;

async function serve(options: Partial<ServerOptions> = {}): Promise<Server> {
  const started = await startServer({ bus, port: 0, ...options });
  servers.push(started);
  return started;
}

beforeAll(async () => {
  await bus.start();
  server = await serve();
});
afterAll(() => Promise.all(servers.map(({ stop }) => stop())));

/** A request whose headers can be chosen freely, unlike those of fetch. */
function ask(address: string, { method = "GET", ...options }: { method?: string; headers?: Record<string, string>; agent?: Agent } = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = request(address, { method, ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on("error", reject).end();
  });
}

async function takenPort(): Promise<{ port: number; holder: TcpServer }> {
  const holder = createServer();
  holder.listen(0, "127.0.0.1");
  await once(holder, "listening");
  return { port: (holder.address() as AddressInfo).port, holder };
}

it("D7: /healthz tells that the process lives, and for how long", async () => {
  const response = await fetch(`${server.url}/healthz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok", uptimeSeconds: expect.any(Number) });
});

it("D7: /readyz is 200 while the bus works", async () => {
  const response = await fetch(`${server.url}/readyz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ready" });
});

it("D7: /readyz is 503 with the reason while the bus is not started, and the process is healthy all the same", async () => {
  const idle = await serve({ bus: line.bus({ url, prefix: `${prefix}-idle` }) });
  const response = await fetch(`${idle.url}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: "not ready", reason: expect.stringContaining("the bus is not started") });
  expect((await fetch(`${idle.url}/healthz`)).status).toBe(200);
});

it("D7: /readyz is 503 from the moment the stop begins", async () => {
  let begun: () => void;
  let answer: (ready: boolean) => void;
  const asked = new Promise<void>((resolve) => (begun = resolve));
  const ready = new Promise<boolean>((resolve) => (answer = resolve));
  const stopping = await serve({
    bus: {
      ...bus,
      ready: () => {
        begun();
        return ready;
      },
    },
  });
  const response = ask(`${stopping.url}/readyz`);
  await asked;
  const stopped = stopping.stop();
  answer!(true);
  expect(await response).toMatchObject({ status: 503, body: expect.stringContaining("the process is stopping") });
  await stopped;
});

it("stops although browsers hold connections open, used ones and unused ones", async () => {
  const held = await serve();
  const agent = new Agent({ keepAlive: true });
  await ask(`${held.url}/healthz`, { agent });
  const unused = connect(Number(new URL(held.url).port), "127.0.0.1");
  await once(unused, "connect");
  const ended = once(unused, "close");
  unused.resume();
  await held.stop();
  await ended;
  agent.destroy();
  await expect(fetch(`${held.url}/healthz`)).rejects.toThrow("fetch failed");
});

it("refuses a request that names another host, whatever it asks for", async () => {
  for (const path of ["/", "/feed", "/healthz", "/nowhere"]) {
    const { status, body } = await ask(`${server.url}${path}`, { headers: { host: "rebound.example:80" } });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ status: 403, code: "FORBIDDEN_HOST" });
  }
});

it.each(["POST", "PUT", "DELETE"])("does not answer %s", async (method) => {
  const { status, headers } = await ask(`${server.url}/feed`, { method });
  expect([status, headers["content-type"]]).toEqual([405, "application/problem+json; charset=utf-8"]);
  expect(headers["allow"]).toBe("GET, HEAD, OPTIONS");
});

it("answers HEAD as GET without its body, and OPTIONS with what an address knows; no page of another site is let in", async () => {
  const [whole, head] = [await ask(`${server.url}/healthz`), await ask(`${server.url}/healthz`, { method: "HEAD" })];
  expect([head.status, head.headers["content-type"], head.body]).toEqual([200, whole.headers["content-type"], ""]);
  const options = await ask(`${server.url}/feed`, { method: "OPTIONS" });
  expect([options.status, options.headers["allow"], options.body]).toEqual([204, "GET, HEAD, OPTIONS", ""]);
  expect(Object.keys(options.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect((await ask(`${server.url}/nowhere`, { method: "OPTIONS" })).status).toBe(404);
});

it.each(["/messages", "/messages/m1", "/faults", "/faults/f1"])("has no %s where no mailroom runs in its process", async (path) => {
  for (const method of ["GET", "POST", "DELETE"]) expect((await fetch(`${server.url}${path}`, { method })).status).toBe(404);
});

it("answers 404 in its own shape, and says nothing of its inside", async () => {
  const response = await fetch(`${server.url}/../../package.json`);
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect(await response.json()).toEqual({
    type: "urn:busbar:problem:not-found",
    title: "There is nothing here",
    status: 404,
    detail: "There is nothing at this address.",
    code: "NOT_FOUND",
  });
});

it.each(["0.0.0.0", "::", "10.0.0.1", "example.com"])("refuses to listen on %s, where it has no API keys to ask for", async (host) => {
  await expect(startServer({ bus, host, port: 0 })).rejects.toMatchObject({
    code: "INVALID_CONFIGURATION",
    message: expect.stringMatching(/asks for no keys/),
  });
});

it("says which port is taken and what to do", async () => {
  const { port, holder } = await takenPort();
  await expect(startServer({ bus, port })).rejects.toMatchObject({
    code: "PORT_IN_USE",
    message: expect.stringMatching(new RegExp(`Port ${port} is taken.*PORT=${port + 1}`)),
  });
  holder.close();
});

it("takes the next free port where that is asked for", async () => {
  const { port, holder } = await takenPort();
  const next = await serve({ port, tryNextPort: true });
  const chosen = Number(new URL(next.url).port);
  expect(chosen).toBeGreaterThan(port);
  expect(chosen).toBeLessThanOrEqual(port + 20);
  expect((await fetch(`${next.url}/healthz`)).status).toBe(200);
  holder.close();
});
