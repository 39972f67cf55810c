import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, expect, it } from "vitest";
import { emailChannel } from "../../src/channels/email.ts";
import { parseMail } from "../../src/mailroom/mime.ts";
import { plan } from "../../src/router/plan.ts";
import { sendgridProvider, smtpProvider } from "../../src/providers/index.ts";
import orderConfirmation from "../../subscribers/order-confirmation.ts";
import { orderPlaced } from "../../topics/index.ts";

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

/** SendGrid's API, as far as its status. */
async function sendgridApi(status: number): Promise<{ baseUrl: string; bodies: Record<string, unknown>[] }> {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
    response.writeHead(status, { "x-message-id": "sg-1" }).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  releases.push(() => new Promise((resolve) => void server.close(resolve)));
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

async function mailServer(): Promise<{ port: number; sources: string[] }> {
  const sources: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    closeTimeout: 50,
    onData(stream, _, done) {
      let source = "";
      stream.on("data", (chunk: Buffer) => (source += chunk.toString()));
      stream.on("end", () => {
        sources.push(source);
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  releases.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, sources };
}

const attempt = { signal: new AbortController().signal, number: 1, progress: () => undefined };

async function sendThrough(status: number) {
  const [api, server] = [await sendgridApi(status), await mailServer()];
  const channel = emailChannel({
    from: { address: "orders@example.in", name: "Kirana & Co." },
    live: [sendgridProvider({ apiKey: "SG.test", baseUrl: api.baseUrl }), smtpProvider({ host: "127.0.0.1", port: server.port })],
    mailroom: [],
    mode: { send: "live", allowList: [] },
  });
  releases.push(() => channel.close());
  const [route] = orderConfirmation.routes;
  const event = { id: "e", type: orderPlaced.name, time: "2025-01-01T00:00:00.000Z", data: orderPlaced.example } as never;
  const [delivery] = plan(orderConfirmation, event, { application: "test" }).deliveries;
  const message = await channel.render(route!, delivery!);
  return { result: await channel.send(message, { ...attempt, deliveryId: "d_abc" }), api, server };
}

it("RFC 8058: SendGrid and SMTP both carry the two headers as they are, however long the link", async () => {
  const url = `https://hooks.example.in/unsubscribe/${"A".repeat(540)}`;
  const headers = { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
  const message = { from: { address: "orders@example.in" }, to: "asha@example.in", subject: "News", text: "News", html: "News", headers };
  const [api, server] = [await sendgridApi(202), await mailServer()];
  const providers = [sendgridProvider({ apiKey: "SG.test", baseUrl: api.baseUrl }), smtpProvider({ host: "127.0.0.1", port: server.port })];
  for (const provider of providers) {
    releases.push(() => provider.close());
    expect(await provider.send(message, { ...attempt, deliveryId: "d_abc" })).toMatchObject({ kind: "sent" });
  }
  expect(api.bodies).toMatchObject([{ headers }]);
  // A header may go on in a line that begins with a blank (RFC 5322): the mailroom's reader of mails puts it together.
  const read = parseMail(Buffer.from(server.sources[0]!));
  expect(Object.fromEntries(read.headers)).toMatchObject(headers);
  expect(Math.max(...server.sources[0]!.split("\r\n").map((line) => line.length))).toBeLessThan(998);
});

it("B2: SendGrid sends, and SMTP is not touched", async () => {
  const { result, api, server } = await sendThrough(202);
  expect(result).toEqual({ outcome: { kind: "sent", messageId: "sg-1" }, provider: "sendgrid" });
  expect(api.bodies).toMatchObject([{ subject: "Order KR-48213 is confirmed", custom_args: { delivery: "d_abc" } }]);
  expect(server.sources).toEqual([]);
});

it.each([401, 503])("B2: SMTP sends when SendGrid answers %i", async (status) => {
  const { result, api, server } = await sendThrough(status);
  expect(result).toEqual({ outcome: { kind: "sent", messageId: "<d_abc@example.in>" }, provider: "smtp", before: `sendgrid: ${status}` });
  expect(api.bodies).toHaveLength(1);
  expect(server.sources).toEqual([expect.stringMatching(/^Subject: Order KR-48213 is confirmed\r$/m)]);
});

it.each([
  [400, "reject"],
  [500, "unknown"],
])("B2: SMTP does not send what SendGrid refused or may have sent (%i)", async (status, kind) => {
  const { result, server } = await sendThrough(status);
  expect(result).toMatchObject({ outcome: { kind }, provider: "sendgrid" });
  expect(server.sources).toEqual([]);
});
