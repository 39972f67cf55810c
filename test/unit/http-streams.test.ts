import fastify from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { pause } from "../../src/base/pause.ts";
import { eventStreams, type StreamLimits } from "../../src/server/event-streams.ts";
import { HttpProblem, sendProblem } from "../../src/server/problem.ts";

const ended: string[] = [];

/** A server with one stream, which says two things and then nothing. */
async function streaming(limits: Partial<StreamLimits>) {
  const app = fastify();
  const streams = eventStreams(app, { most: 1, life: 10_000, silence: 10_000, ...limits });
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error as HttpProblem));
  app.get("/", (_request, reply) =>
    streams.send(reply, async function open(signal) {
      return said(signal);
    }),
  );
  onTestFinished(() => app.close());
  return { app, url: await app.listen({ port: 0, host: "127.0.0.1" }) };
}

async function* said(signal: AbortSignal): AsyncGenerator<object> {
  yield { id: 1 };
  yield { id: 2 };
  await pause(10_000, signal);
  ended.push("ended");
}

describe("a stream of events", () => {
  it("says what comes, that it is still there, and ends after its time", async () => {
    const { url } = await streaming({ life: 120, silence: 50 });
    const answer = await fetch(url);
    expect([answer.headers.get("content-type"), answer.headers.get("x-accel-buffering")]).toEqual([
      "text/event-stream; charset=utf-8",
      "no",
    ]);
    expect(await answer.text()).toMatch(/^:\n\ndata: \{"id":1\}\n\ndata: \{"id":2\}\n\n(:\n\n)+$/);
  });

  it("is one of so many; its place is free when its reader has left", async () => {
    const { url } = await streaming({});
    const leaving = new AbortController();
    const first = await fetch(url, { signal: leaving.signal });
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get("retry-after"), await refused.json()]).toMatchObject([429, "30", { code: "RATE_LIMITED" }]);
    ended.length = 0;
    leaving.abort();
    await expect(first.text()).rejects.toThrow("aborted");
    await expect.poll(() => ended).toEqual(["ended"]);
    await expect.poll(async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).status).toBe(200);
  });

  it("does not hold a server that stops", async () => {
    const { app, url } = await streaming({});
    const answer = await fetch(url);
    await app.close();
    expect(await answer.text()).toContain('data: {"id":2}');
  });
});
