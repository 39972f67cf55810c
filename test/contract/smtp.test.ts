import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import type { EmailMessage } from "../../src/define/message.ts";
import { smtpProvider, type SmtpOptions } from "../../src/providers/smtp.ts";

const message: EmailMessage = {
  from: { address: "shop@example.in", name: "Kirana" },
  to: "asha@example.in",
  subject: "Ihre Bestellung ₹ 1,299",
  html: "<p>Thank you</p>",
  text: "Thank you",
};
const attempt = { deliveryId: "d_abc", signal: new AbortController().signal };
const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

interface Mailbox {
  readonly port: number;
  readonly mails: { readonly from: string; readonly to: readonly string[]; readonly source: string }[];
  readonly sessions: Set<string>;
}

/** A real SMTP server on this machine that keeps its mail. */
async function mailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const mails: Mailbox["mails"] = [];
  const sessions = new Set<string>();
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    closeTimeout: 50,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      sessions.add(session.id);
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  releases.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, mails, sessions };
}

/** A server that follows a script: a greeting, then one answer for each line received, `undefined` for silence, `"reset"` to cut. */
async function script(greeting: string, answer: (line: string) => string | undefined): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.write(greeting);
    let content = false;
    socket.on("data", (chunk) => {
      const lines = chunk.toString().split("\r\n").slice(0, -1);
      for (const line of lines) {
        if (content && line !== ".") continue;
        const said = answer(content ? "." : line);
        content = said?.startsWith("354") ?? false;
        if (said === "reset") socket.resetAndDestroy();
        else if (said !== undefined) socket.write(`${said}\r\n`);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  releases.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => void server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function provider(port: number, options: Partial<SmtpOptions> = {}): ReturnType<typeof smtpProvider> {
  const made = smtpProvider({ host: "127.0.0.1", port, timeout: "5s", ...options });
  releases.push(() => made.close());
  return made;
}

const refusal = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });

describe("smtpProvider", () => {
  it("sends one mail whose Message-ID and header carry the delivery's id", async () => {
    const { port, mails } = await mailbox();
    expect(await provider(port).send(message, attempt)).toEqual({ kind: "sent", messageId: "<d_abc@example.in>" });
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({ from: "shop@example.in", to: ["asha@example.in"] });
    const { source } = mails[0]!;
    expect(source).toMatch(/^Message-ID: <d_abc@example\.in>\r$/im);
    expect(source).toMatch(/^X-Busbar-Delivery: d_abc\r$/im);
    expect(source).toMatch(/^From: Kirana <shop@example\.in>\r$/im);
    expect(source).toMatch(/^To: asha@example\.in\r$/im);
    expect(source.indexOf("text/plain")).toBeLessThan(source.indexOf("text/html"));
  });

  it("uses one connection for many mails", async () => {
    const { port, mails, sessions } = await mailbox();
    const { send } = provider(port, { connections: 1 });
    const outcomes = await Promise.all([1, 2, 3].map((n) => send(message, { ...attempt, deliveryId: `d_${n}` })));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["sent", "sent", "sent"]);
    expect(mails).toHaveLength(3);
    expect(sessions.size).toBe(1);
  });

  it.each<[string, SMTPServerOptions, string]>([
    ["a busy mailbox", { onRcptTo: (_, __, done) => done(refusal(451, "4.7.1 greylisted")) }, "retry"],
    ["an unknown mailbox", { onRcptTo: (_, __, done) => done(refusal(550, "5.1.1 no such user")) }, "suppress"],
    ["a refusal by policy", { onRcptTo: (_, __, done) => done(refusal(550, "5.7.1 no")) }, "reject"],
    ["a sender that is not ours", { onMailFrom: (_, __, done) => done(refusal(550, "5.7.1 not yours")) }, "pause"],
    ["a blocked address", { onConnect: (_, done) => done(refusal(554, "5.7.1 blocked")) }, "pause"],
    ["a server that shuts down", { onMailFrom: (_, __, done) => done(refusal(421, "4.3.2 closing")) }, "retry"],
    [
      "content taken for spam",
      {
        onData: (stream, _, done) => {
          stream.resume().on("end", () => done(refusal(554, "5.7.1 spam")));
        },
      },
      "reject",
    ],
    [
      "content refused for now",
      {
        onData: (stream, _, done) => {
          stream.resume().on("end", () => done(refusal(452, "4.3.1 disk full")));
        },
      },
      "retry",
    ],
  ])("meets %s", async (_, options, kind) => {
    const { port } = await mailbox(options);
    expect(await provider(port).send(message, attempt)).toMatchObject({ kind });
  });

  it("logs in, and pauses when the password is wrong", async () => {
    const { port, mails } = await mailbox({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) =>
        username === "shop" && password === "right" ? done(null, { user: "shop" }) : done(refusal(535, "5.7.8 no")),
    });
    expect(await provider(port, { user: "shop", password: "wrong" }).send(message, attempt)).toMatchObject({ kind: "pause" });
    expect(await provider(port, { user: "shop", password: "right" }).send(message, attempt)).toMatchObject({ kind: "sent" });
    expect(mails).toHaveLength(1);
  });

  it("retries when nobody listens, and when nobody greets", async () => {
    const port = await script("", () => undefined);
    expect(await provider(port, { timeout: "80ms" }).send(message, attempt)).toMatchObject({ kind: "retry" });
    await releases.shift()!();
    expect(await provider(port).send(message, attempt)).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("ECONNREFUSED") as string,
    });
  });

  it("does not know when the time is over after the content left", async () => {
    const port = await script("220 hello\r\n", (line) => (line.startsWith("DATA") ? "354 go" : line === "." ? undefined : "250 ok"));
    expect(await provider(port, { timeout: "150ms" }).send(message, attempt)).toEqual({
      kind: "unknown",
      reason: "no answer within 150 ms (it may have been accepted)",
    });
  });

  it("does not know when the connection is lost after the content left", async () => {
    const port = await script("220 hello\r\n", (line) => (line.startsWith("DATA") ? "354 go" : line === "." ? "reset" : "250 ok"));
    expect(await provider(port).send(message, attempt)).toMatchObject({ kind: "unknown" });
  });

  it("retries when the connection is lost before the content left", async () => {
    const port = await script("220 hello\r\n", (line) => (line.startsWith("RCPT") ? "reset" : "250 ok"));
    expect(await provider(port).send(message, attempt)).toMatchObject({ kind: "retry" });
  });

  it("retries when the time is over before the content left", async () => {
    const port = await script("220 hello\r\n", (line) => (line.startsWith("DATA") ? undefined : "250 ok"));
    expect(await provider(port, { timeout: "150ms" }).send(message, attempt)).toMatchObject({ kind: "retry" });
  });

  it.each([
    ["one line", "x".repeat(65_536)],
    ["lines", "250-x\r\n".repeat(10_000)],
  ])("gives up reading an answer without end, of %s: before the content left, and after", async (_, part) => {
    const endless = Array<string>(64).fill(part).join("");
    const greeting = await script(endless, () => undefined);
    expect(await provider(greeting).send(message, attempt)).toMatchObject({ kind: "retry" });
    const last = await script("220 hello\r\n", (line) => (line.startsWith("DATA") ? "354 go" : line === "." ? endless : "250 ok"));
    expect(await provider(last).send(message, attempt)).toEqual({
      kind: "unknown",
      reason: "EPROTOCOL Server response exceeds maximum allowed size (it may have been accepted)",
    });
  });

  it("stops with the attempt", async () => {
    const stop = new AbortController();
    const port = await script("220 hello\r\n", (line) => {
      if (line === ".") stop.abort();
      return line.startsWith("DATA") ? "354 go" : line === "." ? undefined : "250 ok";
    });
    expect(await provider(port).send(message, { deliveryId: "d_abc", signal: stop.signal })).toMatchObject({ kind: "unknown" });
    expect(await provider(port).send(message, { deliveryId: "d_abc", signal: AbortSignal.abort() })).toMatchObject({ kind: "retry" });
  });

  it("closes twice, and before anything was sent", async () => {
    const made = provider((await mailbox()).port);
    await made.close();
    expect(await made.send(message, attempt)).toMatchObject({ kind: "sent" });
    await made.close();
    await expect(made.close()).resolves.toBeUndefined();
  });

  it("refuses options that cannot work, all at once", () => {
    expect(() => smtpProvider({ host: "mail host", port: 70_000, user: "shop" })).toThrow(
      expect.objectContaining({
        code: "INVALID_CONFIGURATION",
        problems: [expect.stringContaining("host"), expect.stringContaining("port"), expect.stringContaining("password")],
      }) as Error,
    );
  });
});
