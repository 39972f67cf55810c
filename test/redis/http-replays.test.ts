import { beforeAll, expect, it } from "vitest";
import type { Server } from "../../src/server/server.ts";
import { type Answer, ask, httpDoor } from "../support/http.ts";
import { receipt, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const door = httpDoor({ redis: url, prefix, application: "test" });
const { provider } = recordingProvider();
// No router: what is stored stays as it is.
const bus = line.bus({ url, prefix, provider, subscribers: [receipt] });
let server: Server;
let [read, operate] = ["", ""];

beforeAll(async () => {
  await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
  server = await door.serve({ bus });
  read = await door.key({ name: "reader", scopes: ["read"] });
  operate = await door.key({ name: "operator", scopes: ["operate"] });
});

const get = (path: string): Promise<Answer> => ask(`${server.url}${path}`, { key: read });
const post = (path: string, body: unknown = {}, key = operate): Promise<Answer> =>
  ask(`${server.url}${path}`, { method: "POST", key, body });
const selection = { topics: ["order.placed"], subscribers: ["receipt"] };

it("over HTTP a replay is looked at first, begun, paused, resumed and cancelled, and remembers which key did it", async () => {
  expect(await post("/v1/replays/preview", selection)).toMatchObject({
    status: 200,
    body: { events: 1, missing: 1, samples: [{ rendered: { subject: "Order A-1" } }] },
  });
  expect(await post("/v1/replays", selection, read)).toMatchObject({ status: 403 });
  const begun = await post("/v1/replays", { ...selection, filter: { email: ["asha@example.com"] }, pace: 5, reason: "lost" });
  expect(begun).toMatchObject({ status: 200, body: { state: "running", total: 1, pace: 5, reason: "lost" } });
  const { id } = begun.body as { readonly id: string };
  expect(await post("/v1/replays", selection)).toMatchObject({ status: 409, body: { code: "REPLAY_BUSY" } });
  expect((await post(`/v1/replays/${id}/pause`, { reason: "lunch" })).body).toMatchObject({ state: "paused" });
  expect((await post(`/v1/replays/${id}/resume`)).body).toMatchObject({ state: "running" });
  expect((await post(`/v1/replays/${id}/cancel`)).body).toMatchObject({ state: "cancelled" });
  expect(await post(`/v1/replays/${id}/resume`)).toMatchObject({ status: 409 });
  const { body } = await get(`/v1/replays/${id}`);
  expect(body.acts).toMatchObject([
    { verb: "begun", reason: "lost" },
    { verb: "paused", reason: "lunch" },
    { verb: "resumed" },
    { verb: "cancelled" },
  ]);
  expect(new Set(body.acts.map(({ actor }: { actor: string }) => actor)).size).toBe(1);
  expect(body.acts[0].actor).toContain("operator");
  expect((await get("/v1/replays")).body.replays).toMatchObject([{ id, filter: '{"email":["as…@example.com"]}' }]);
});

it("what cannot be replayed is refused with all that is wrong, and nothing is stored", async () => {
  const wrong = await post("/v1/replays", { topics: ["order.place"], subscribers: ["recept"], mode: "again" });
  expect(wrong).toMatchObject({ status: 404, body: { code: "UNKNOWN_TOPIC" } });
  expect(wrong.body.detail + JSON.stringify(wrong.body.problems)).toMatch(/order\.placed.*receipt.*reason/s);
  expect(await get("/v1/replays/rp_none")).toMatchObject({ status: 404 });
  expect(await post("/v1/replays/rp_none/pause")).toMatchObject({ status: 404, body: { code: "UNKNOWN_REPLAY" } });
  expect(await post("/v1/replays", { ...selection, subscriber: "receipt" })).toMatchObject({ status: 400 });
});
