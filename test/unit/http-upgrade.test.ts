import { type AddressInfo, connect } from "node:net";
import fastify from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { protocolErrors } from "../../src/server/protocol-errors.ts";
import { endAfterUpgrade } from "../../src/server/upgrades.ts";

/** What comes back for requests that are sent one after another on one connection, until it ends. */
async function answersTo(requests: readonly string[]): Promise<string> {
  const app = fastify(protocolErrors);
  onTestFinished(() => app.close());
  endAfterUpgrade(app.server);
  app.get("/", () => "taken");
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const [first, ...others] = requests;
  return new Promise((resolve, reject) => {
    let text = "";
    const left = [...others];
    const socket = connect(port, "127.0.0.1", () => socket.write(first!));
    socket.on("data", (data: Buffer) => {
      text += data.toString();
      const next = left.shift();
      if (next !== undefined) socket.write(next);
    });
    socket.on("error", reject).on("close", () => resolve(text));
  });
}

const upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
const endless = `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`;

it("a request that asks for another protocol is answered as any other, and its connection ends", async () => {
  expect(await answersTo([upgrade])).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*\r\n\r\ntaken$/);
});

it("F23: a broken request is answered whatever came before it on its connection", async () => {
  expect(await answersTo(["GET / HTTP/1.1\r\nHost: a\r\n\r\n", endless])).toMatch(/taken[^]*HTTP\/1\.1 431 /);
  // After an upgrade Node would leave it without an answer, and the connection open: so it has ended.
  expect(await answersTo([upgrade, endless])).toMatch(/taken$/);
});
