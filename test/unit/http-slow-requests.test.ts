import { type AddressInfo, connect } from "node:net";
import fastify from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { protocolErrors } from "../../src/server/protocol-errors.ts";
import { requestTimes, timeLimits } from "../../src/server/request-times.ts";

const times = { headers: 200, whole: 600 };

/** What comes back for the beginning of a request whose rest never comes, and after how many milliseconds the connection ends. */
async function begin(bytes: string): Promise<{ readonly text: string; readonly after: number }> {
  const app = fastify({ ...timeLimits(times), ...protocolErrors });
  onTestFinished(() => app.close());
  app.post("/", () => "taken");
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const start = performance.now();
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (data: Buffer) => (text += data.toString())).on("error", reject);
    socket.on("close", () => resolve({ text, after: performance.now() - start }));
  });
}

it.each([
  ["headers that never end", "POST / HTTP/1.1\r\nHost: a\r\n", times.headers],
  ["a body that never ends", "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{", times.whole],
])("%s: the request is given up in its time, and told so", async (_what, bytes, limit) => {
  const { text, after } = await begin(bytes);
  expect(text).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*did not come in time/);
  expect(after).toBeGreaterThanOrEqual(limit - 20);
  // Were the two taken for each other, the headers would have the body's time; the rest is for a busy machine.
  expect(after).toBeLessThan(limit + 2_000);
});

it("a whole request has longer than its headers, or Node would take each for the other", () => {
  expect(requestTimes.whole).toBeGreaterThan(requestTimes.headers);
});
