import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startRedisServer } from "../../src/base/redis-server.ts";
import { ask, httpDoor, post } from "../support/http.ts";
import { testLine } from "../support/line.ts";

const line = testLine();

it("while Redis is away, a publish is 503 with the id to send again, a key that must be looked up too, and the process is healthy", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "busbar-http-away-"));
  const redis = await startRedisServer({ dataFolder });
  onTestFinished(async () => {
    await redis.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });
  const bus = line.bus({ url: redis.url, prefix: "away", bus: { publishDeadline: "300ms" } });
  const door = httpDoor({ redis: redis.url, prefix: "away", application: "test" });
  const [server, known, unseen] = [await door.serve({ bus }), await door.key(), await door.key()];
  const events = `${server.url}/v1/topics/order.placed/events`;
  const body = { orderId: "A-1", email: "asha@example.com" };
  expect((await post(events, { key: known, body })).status).toBe(202);
  await redis.stop();

  const [one, batch, other, health] = await Promise.all([
    post(events, { key: known, body }),
    post(events, { key: known, body: [body, body] }),
    post(events, { key: unseen, body }),
    ask(`${server.url}/healthz`),
  ]);
  const tryAgain = { status: 503, headers: { "retry-after": "1" } };
  expect(one).toMatchObject({ ...tryAgain, body: { code: "PUBLISH_FAILED", eventId: expect.any(String) } });
  const problem = { code: "PUBLISH_FAILED", eventId: expect.any(String) };
  expect(batch).toMatchObject({
    ...tryAgain,
    body: {
      results: [
        { index: 0, problem },
        { index: 1, problem },
      ],
    },
  });
  expect(other).toMatchObject({ status: 503, body: { code: "REDIS_UNREACHABLE" } });
  expect(health.status).toBe(200);
});
