import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SmsMessage } from "../../src/define/message.ts";
import { type TwilioOptions, twilioProvider } from "../../src/providers/index.ts";

const message: SmsMessage = { to: "+919845012345", text: "482913 is your code + more & more: é €" };
const account = { accountSid: `AC${"a".repeat(32)}`, authToken: "secret-token", from: "+15005550006" };
const sid = `SM${"1".repeat(32)}`;
const releases: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const release of releases.splice(0).toReversed()) await release();
});

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly form: Readonly<Record<string, string>>;
}

/** A Twilio of our own: it keeps what it saw and answers as it is told. */
async function vendor(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<{ baseUrl: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    seen.push({ url: request.url, headers: request.headers, form });
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

const created = (response: ServerResponse): void =>
  void response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ sid, status: "queued", error_code: null }));

function provider(options: Partial<TwilioOptions>): ReturnType<typeof twilioProvider> {
  const made = twilioProvider({ ...account, timeout: "5s", clock: { now: () => 0 }, ...options });
  releases.push(() => made.close());
  return made;
}

const attempt = { deliveryId: "d_abc", signal: new AbortController().signal };
const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;

describe("twilioProvider", () => {
  it("posts one message with its text as it is, the sender and the credentials, and keeps the sid", async () => {
    const { baseUrl, seen } = await vendor(created);
    expect(await provider({ baseUrl }).send(message, attempt)).toEqual({ kind: "sent", messageId: sid });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      url: `/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
      headers: {
        authorization: basic(account.accountSid, "secret-token"),
        "content-type": "application/x-www-form-urlencoded",
        "x-busbar-delivery": "d_abc",
      },
    });
    expect(seen[0]!.form).toEqual({ To: message.to, Body: message.text, From: "+15005550006" });
  });

  it("sends with an API key in place of the auth token, and by a messaging service in place of a number", async () => {
    const { baseUrl, seen } = await vendor(created);
    const [apiKey, messagingServiceSid] = [`SK${"b".repeat(32)}`, `MG${"c".repeat(32)}`];
    await provider({ baseUrl, apiKey, apiSecret: "key-secret", from: undefined, messagingServiceSid }).send(message, attempt);
    expect(seen[0]).toMatchObject({
      url: `/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
      headers: { authorization: basic(apiKey, "key-secret") },
    });
    expect(seen[0]!.form).toEqual({ To: message.to, Body: message.text, MessagingServiceSid: messagingServiceSid });
  });

  it("two providers with different accounts do not share a client, and concurrent sends do not share an answer", async () => {
    const slow = await vendor((response) => setTimeout(() => response.writeHead(429, { "retry-after": "7" }).end("{}"), 50));
    const fast = await vendor(created);
    const [one, two] = [provider({ baseUrl: slow.baseUrl }), provider({ baseUrl: fast.baseUrl, accountSid: `AC${"d".repeat(32)}` })];
    const outcomes = await Promise.all([one.send(message, attempt), two.send(message, attempt), one.send(message, attempt)]);
    expect(outcomes).toMatchObject([{ kind: "retry", after: 7_000 }, { kind: "sent" }, { kind: "retry", after: 7_000 }]);
    expect(fast.seen[0]!.url).toContain("AC" + "d".repeat(32));
    expect(slow.seen).toHaveLength(2);
  });

  it("reads the wait of a 429, which the SDK would keep to itself, and does not retry by itself", async () => {
    const { baseUrl, seen } = await vendor((response) =>
      response
        .writeHead(429, { "content-type": "application/json", "retry-after": "45" })
        .end('{"code":20429,"message":"Too Many Requests","more_info":"https://www.twilio.com/docs/errors/20429","status":429}'),
    );
    const outcome = await provider({ baseUrl }).send(message, attempt);
    expect(outcome).toEqual({ kind: "retry", reason: "429 20429 Too Many Requests", after: 45_000 });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ["an HTML page", 403, "<html>blocked\u001b[31m</html>", "pause"],
    ["an empty body", 400, "", "reject"],
    ["broken JSON", 500, '{"code":[{', "unknown"],
    ["a code that is text", 400, '{"code":"21610"}', "reject"],
    ["null", 400, "null", "reject"],
    ["an HTML page that says it went well", 200, "<html>", "unknown"],
    ["nothing that says it went well", 201, "", "unknown"],
    ["a list that says it went well", 201, "[]", "unknown"],
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
      response.writeHead(201);
      const more = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(more));
    });
    expect(await provider({ baseUrl, timeout: "300ms" }).send(message, attempt)).toMatchObject({ kind: "unknown" });
  });

  it("does not follow a redirect, which would carry the credentials to another host", async () => {
    const other = await vendor(created);
    const { baseUrl } = await vendor((response) => response.writeHead(307, { location: other.baseUrl }).end());
    expect(await provider({ baseUrl }).send(message, attempt)).toMatchObject({ kind: "pause" });
    expect(other.seen).toEqual([]);
  });

  it("never hands a loopback request to the proxy of the environment, and goes where it is told whatever the SDK's own variables say", async () => {
    const proxy = await vendor((response) => response.writeHead(500).end());
    const { baseUrl, seen } = await vendor(created);
    for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, proxy.baseUrl);
    for (const name of ["no_proxy", "NO_PROXY"]) vi.stubEnv(name, "");
    for (const name of ["TWILIO_EDGE", "TWILIO_REGION"]) vi.stubEnv(name, "sydney");
    expect(await provider({ baseUrl }).send(message, attempt)).toMatchObject({ kind: "sent" });
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

  it("does not know when the time is over after the message left", async () => {
    const { baseUrl, seen } = await vendor(() => undefined);
    const outcome = await provider({ baseUrl, timeout: "400ms" }).send(message, attempt);
    expect(outcome).toEqual({ kind: "unknown", reason: "no answer within 400 ms (it may have been accepted)" });
    expect(seen).toHaveLength(1);
  });

  it("does not know when the connection is reset after the message left", async () => {
    const { baseUrl } = await vendor((_, request) => void request.socket.resetAndDestroy());
    expect(await provider({ baseUrl }).send(message, attempt)).toMatchObject({ kind: "unknown" });
  });

  it("does not know when the attempt is stopped after the message left", async () => {
    const stop = new AbortController();
    const { baseUrl } = await vendor(() => stop.abort());
    const outcome = await provider({ baseUrl }).send(message, { deliveryId: "d_abc", signal: stop.signal });
    expect(outcome).toEqual({ kind: "unknown", reason: "the try was stopped (it may have been accepted)" });
  });

  it("sends nothing for an attempt that was stopped before", async () => {
    const { baseUrl, seen } = await vendor(created);
    expect(await provider({ baseUrl }).send(message, { deliveryId: "d_abc", signal: AbortSignal.abort() })).toMatchObject({
      kind: "retry",
    });
    expect(seen).toEqual([]);
  });

  it("closes the connections that it keeps, twice if asked", async () => {
    const sockets: Socket[] = [];
    const { baseUrl } = await vendor((response, request) => {
      sockets.push(request.socket);
      created(response);
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

  it("says no secret in any outcome", async () => {
    const { baseUrl } = await vendor((_, request) => void request.socket.resetAndDestroy());
    const outcome = await provider({ baseUrl }).send(message, attempt);
    expect(JSON.stringify(outcome)).not.toMatch(/secret|482913|9845012345/);
  });
});

describe("an account that cannot be used", () => {
  const refused = (options: Partial<TwilioOptions>): readonly string[] => {
    try {
      twilioProvider({ ...account, ...options });
      return [];
    } catch (error) {
      expect(error).toMatchObject({ code: "INVALID_CONFIGURATION" });
      return (error as { problems: readonly string[] }).problems;
    }
  };

  it("is refused with everything that is wrong, and without repeating a value", () => {
    const problems = refused({ accountSid: "SKsecret", authToken: "se cret", from: "sécret", baseUrl: "http://sms.example.com" });
    expect(problems).toEqual([
      expect.stringMatching(/^twilio: accountSid: .*AC and 32/),
      expect.stringMatching(/^twilio: authToken: /),
      expect.stringMatching(/^twilio: from: /),
      expect.stringMatching(/^twilio: its base URL .*https:\/\//),
    ]);
    expect(problems.join("")).not.toMatch(/secret|se cret|sécret/);
  });

  it.each<[string, Partial<TwilioOptions>, RegExp]>([
    ["half an API key", { apiKey: `SK${"b".repeat(32)}` }, /apiSecret/],
    ["an API key of another form", { apiKey: "SK1", apiSecret: "x" }, /apiKey/],
    ["no credentials", { authToken: undefined }, /authToken.*apiKey and apiSecret/],
    ["two senders", { messagingServiceSid: `MG${"c".repeat(32)}` }, /from and messagingServiceSid: give one/],
    ["no sender", { from: undefined }, /from: .*messagingServiceSid/],
    ["another SID for the messaging service", { from: undefined, messagingServiceSid: account.accountSid }, /messagingServiceSid.*MG/],
    ["a sender's name that is too long", { from: "TwelveLetter" }, /from/],
    ["a base URL that is none", { baseUrl: "api.twilio.com" }, /base URL/],
  ])("such as one with %s", (_, options, problem) => {
    expect(refused(options)).toEqual([expect.stringMatching(problem)]);
  });

  it.each(["+14155550100", "51155", "KIRANA", "Kirana 24x7"])("%s can be a sender", (from) => expect(refused({ from })).toEqual([]));
});
