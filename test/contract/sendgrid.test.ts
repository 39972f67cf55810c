import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EmailMessage } from "../../src/define/message.ts";
import { sendgridProvider } from "../../src/providers/sendgrid.ts";
import type { Duration } from "../../src/index.ts";

const message: EmailMessage = {
  from: { address: "shop@example.in", name: "Kirana" },
  to: "asha@example.in",
  subject: "Order A-1001",
  html: "<p>Thank you</p>",
  text: "Thank you",
};
const releases: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const release of releases.splice(0).toReversed()) await release();
});

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

/** A SendGrid of our own: it keeps what it saw and answers as it is told. */
async function vendor(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<{ baseUrl: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    seen.push({
      url: request.url,
      headers: request.headers,
      body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {},
    });
    answer(response, request);
  });
  return { baseUrl: `http://127.0.0.1:${await listening(server)}`, seen };
}

async function listening(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  releases.push(async () => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function provider(options: { baseUrl: string; timeout?: Duration; now?: number }): ReturnType<typeof sendgridProvider> {
  const { baseUrl, timeout = "5s", now = 0 } = options;
  const made = sendgridProvider({ apiKey: "SG.test", baseUrl, timeout, clock: { now: () => now } });
  releases.push(() => made.close());
  return made;
}

const attempt = { deliveryId: "d_abc", signal: new AbortController().signal };

describe("sendgridProvider", () => {
  it("posts one mail with the text before the HTML, the delivery's id and the key", async () => {
    const { baseUrl, seen } = await vendor((response) => response.writeHead(202, { "x-message-id": "sg-1" }).end());
    expect(await provider({ baseUrl }).send(message, attempt)).toEqual({ kind: "sent", messageId: "sg-1" });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      url: "/v3/mail/send",
      headers: { authorization: "Bearer SG.test" },
      body: {
        from: { email: "shop@example.in", name: "Kirana" },
        personalizations: [{ to: [{ email: "asha@example.in" }] }],
        custom_args: { delivery: "d_abc" },
        subject: "Order A-1001",
        content: [
          { type: "text/plain", value: "Thank you" },
          { type: "text/html", value: "<p>Thank you</p>" },
        ],
      },
    });
  });

  it("two providers with different keys and addresses do not share a client", async () => {
    const first = await vendor((response) => response.writeHead(202).end());
    const second = await vendor((response) => response.writeHead(202).end());
    const one = sendgridProvider({ apiKey: "SG.one", baseUrl: first.baseUrl });
    const two = sendgridProvider({ apiKey: "SG.two", baseUrl: second.baseUrl });
    await Promise.all([one.send(message, attempt), two.send(message, attempt), one.send(message, attempt)]);
    expect(first.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer SG.one", "Bearer SG.one"]);
    expect(second.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer SG.two"]);
    await Promise.all([one.close(), two.close()]);
  });

  it("reads the wait of a 429 and does not retry by itself", async () => {
    const { baseUrl, seen } = await vendor((response) =>
      response
        .writeHead(429, { "content-type": "application/json", "x-ratelimit-reset": "1045" })
        .end('{"errors":[{"field":null,"message":"too many requests"}]}'),
    );
    const outcome = await provider({ baseUrl, now: 1_000_000 }).send(message, attempt);
    expect(outcome).toEqual({ kind: "retry", reason: "429 too many requests", after: 45_000 });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ["an HTML page", 403, "<html>blocked\u001b[31m</html>", "pause"],
    ["an empty body", 400, "", "reject"],
    ["broken JSON", 500, '{"errors":[{', "unknown"],
    ["errors that are no list", 400, '{"errors":"no"}', "reject"],
    ["null", 400, "null", "reject"],
  ])("is not confused by %s", async (_, status, body, kind) => {
    const { baseUrl } = await vendor((response) => response.writeHead(status, { "content-type": "application/json" }).end(body));
    const outcome = await provider({ baseUrl }).send(message, attempt);
    expect(outcome).toMatchObject({ kind, reason: expect.stringMatching(new RegExp(`^${status}`)) as string });
    expect(JSON.stringify(outcome)).not.toContain("\\u001b");
  });

  it("gives up reading an answer that is huge", async () => {
    const { baseUrl } = await vendor((response) => {
      response.writeHead(500);
      response.end("x".repeat(200_000));
    });
    expect(await provider({ baseUrl }).send(message, attempt)).toMatchObject({ kind: "unknown" });
  });

  it("gives up reading an answer that never ends", async () => {
    const { baseUrl } = await vendor((response) => {
      response.writeHead(202);
      const more = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(more));
    });
    expect(await provider({ baseUrl, timeout: "300ms" }).send(message, attempt)).toMatchObject({ kind: "unknown" });
  });

  it("does not follow a redirect, which would carry the key to another host", async () => {
    const other = await vendor((response) => response.writeHead(202).end());
    const { baseUrl } = await vendor((response) => response.writeHead(307, { location: `${other.baseUrl}/v3/mail/send` }).end());
    expect(await provider({ baseUrl }).send(message, attempt)).toMatchObject({ kind: "pause" });
    expect(other.seen).toEqual([]);
  });

  it("never hands a loopback request to the proxy of the environment", async () => {
    const proxy = await vendor((response) => response.writeHead(500).end());
    const { baseUrl, seen } = await vendor((response) => response.writeHead(202).end());
    for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, proxy.baseUrl);
    for (const name of ["no_proxy", "NO_PROXY"]) vi.stubEnv(name, "");
    expect(await provider({ baseUrl }).send(message, attempt)).toEqual({ kind: "sent" });
    expect(seen).toHaveLength(1);
    expect(proxy.seen).toEqual([]);
  });

  it("retries when nobody listens: nothing can have left", async () => {
    const server = createTcpServer();
    const port = await listening(server);
    await releases.pop()!();
    expect(await provider({ baseUrl: `http://127.0.0.1:${port}` }).send(message, attempt)).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("ECONNREFUSED") as string,
    });
  });

  it("retries when the TLS handshake fails", async () => {
    const { baseUrl } = await vendor((response) => response.end());
    expect(await provider({ baseUrl: baseUrl.replace("http:", "https:") }).send(message, attempt)).toMatchObject({ kind: "retry" });
  });

  it("retries when the time is over before the connection is ready", async () => {
    const port = await listening(createTcpServer((socket) => void socket.on("error", () => socket.destroy()).resume()));
    const outcome = await provider({ baseUrl: `https://127.0.0.1:${port}`, timeout: "80ms" }).send(message, attempt);
    expect(outcome).toEqual({ kind: "retry", reason: "no answer within 80 ms" });
  });

  it("does not know when the time is over after the mail left", async () => {
    const { baseUrl, seen } = await vendor(() => undefined);
    const outcome = await provider({ baseUrl, timeout: "150ms" }).send(message, attempt);
    expect(outcome).toEqual({ kind: "unknown", reason: "no answer within 150 ms (it may have been accepted)" });
    expect(seen).toHaveLength(1);
  });

  it("does not know when the connection is reset after the mail left", async () => {
    const { baseUrl } = await vendor((_, request) => void request.socket.resetAndDestroy());
    expect(await provider({ baseUrl }).send(message, attempt)).toMatchObject({ kind: "unknown" });
  });

  it("does not know when the attempt is stopped after the mail left", async () => {
    const stop = new AbortController();
    const { baseUrl } = await vendor(() => stop.abort());
    const outcome = await provider({ baseUrl }).send(message, { deliveryId: "d_abc", signal: stop.signal });
    expect(outcome).toEqual({ kind: "unknown", reason: "the try was stopped (it may have been accepted)" });
  });

  it("sends nothing for an attempt that was stopped before", async () => {
    const { baseUrl, seen } = await vendor((response) => response.writeHead(202).end());
    expect(await provider({ baseUrl }).send(message, { deliveryId: "d_abc", signal: AbortSignal.abort() })).toMatchObject({
      kind: "retry",
    });
    expect(seen).toEqual([]);
  });

  it("closes the connections that it keeps, twice if asked", async () => {
    const sockets: Socket[] = [];
    const { baseUrl } = await vendor((response, request) => {
      sockets.push(request.socket);
      response.writeHead(202).end();
    });
    const made = provider({ baseUrl });
    await made.send(message, attempt);
    await made.send(message, attempt);
    expect(sockets[0]).toBe(sockets[1]);
    const closed = once(sockets[0]!, "close");
    await made.close();
    await made.close();
    await closed;
  });

  it("refuses a key that is none, and an address that would send it in the clear", () => {
    expect(() => sendgridProvider({ apiKey: "SG.a\nb", baseUrl: "http://mail.example.com" })).toThrow(
      expect.objectContaining({
        code: "INVALID_CONFIGURATION",
        problems: [expect.stringContaining("key"), expect.stringContaining("https://")],
      }) as Error,
    );
  });
});
