import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expoReceipts } from "../../src/providers/expo-receipts.ts";
import { expoStatuses } from "../../src/providers/expo-statuses.ts";

type Receipt = Readonly<Record<string, unknown>>;

/** Expo's `getReceipts` on loopback; what it answers is set by each test. */
const asked: { readonly headers: IncomingMessage["headers"]; readonly url: string | undefined; readonly ids: readonly string[] }[] = [];
let answer: (ids: readonly string[]) => { readonly status?: number; readonly body: string };
const known = (receipts: Readonly<Record<string, Receipt>>) => (ids: readonly string[]) => ({
  body: JSON.stringify({ data: Object.fromEntries(Object.entries(receipts).filter(([id]) => ids.includes(id))) }),
});
let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => (text += part));
    request.on("end", () => {
      const { ids } = JSON.parse(text) as { ids: string[] };
      asked.push({ headers: request.headers, url: request.url, ids });
      const { status = 200, body } = answer(ids);
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

async function read(ids: readonly string[], options: Parameters<typeof expoReceipts>[0] = {}) {
  const receipts = expoReceipts({ baseUrl, timeout: "2s", ...options });
  try {
    return await receipts.read(ids, new AbortController().signal);
  } finally {
    receipts.close();
  }
}
const error = (code: string): Receipt => ({
  status: "error",
  message: `"ExponentPushToken[abc]" is not registered`,
  details: { error: code, expoPushToken: "ExponentPushToken[abc]" },
});

describe("Expo's receipts", () => {
  it("B3: of a message that is there say what became of it, and of others nothing", async () => {
    answer = known({ "t-1": { status: "ok" }, "t-2": error("DeviceNotRegistered"), "t-9": { status: "ok" } });
    asked.length = 0;
    const reason = 'DeviceNotRegistered "the device" is not registered';
    const shared = { kind: "status", channel: "push", provider: "expo" };
    expect(await read(["t-1", "t-2", "t-3"], { accessToken: "token" })).toEqual([
      { ...shared, messageId: "t-1", status: "delivered" },
      { ...shared, messageId: "t-2", status: "bounced", reason, outcome: { kind: "suppress", reason } },
    ]);
    expect(asked).toEqual([
      expect.objectContaining({
        url: "/--/api/v2/push/getReceipts",
        ids: ["t-1", "t-2", "t-3"],
        headers: expect.objectContaining({ authorization: "Bearer token", "content-type": "application/json" }),
      }),
    ]);
  });

  const rows = {
    ok: "delivered",
    error: "failed retry",
    DeviceNotRegistered: "bounced suppress",
    MessageTooBig: "failed reject",
    MessageRateExceeded: "failed retry",
    MismatchSenderId: "failed pause",
    InvalidCredentials: "failed pause",
    DeveloperError: "failed reject",
    ExpoError: "failed retry",
    ProviderError: "failed retry",
  };
  it.each(Object.entries(rows))("%s is %s", async (code, expected) => {
    answer = known({ t: code === "ok" ? { status: "ok" } : error(code) });
    const [notice] = await read(["t"]);
    expect([notice?.status, notice?.outcome?.kind].filter(Boolean).join(" ")).toBe(expected);
  });

  it("are all tried here", () => {
    expect(Object.keys(rows).toSorted()).toEqual(Object.keys(expoStatuses).toSorted());
  });

  it("a team's own outcomes and statuses win", async () => {
    answer = known({ a: error("MessageTooBig"), b: { status: "ok" } });
    expect(await read(["a", "b"], { outcomes: { MessageTooBig: "suppress" }, statuses: { ok: "accepted" } })).toMatchObject([
      { status: "bounced" },
      { status: "accepted" },
    ]);
  });

  it("are asked for a hundred at a time, each once, so that an answer is never too long to be read", async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `t-${index}`);
    answer = known(Object.fromEntries(ids.map((id) => [id, { ...error("DeviceNotRegistered"), message: "x".repeat(300) }])));
    asked.length = 0;
    expect(await read([...ids, "t-1", "a b", ""])).toHaveLength(250);
    expect(asked.map(({ ids: each }) => each.length)).toEqual([100, 100, 50]);
  });

  it.each<[string, { status?: number; body: string }]>([
    ["an error", { status: 429, body: '{"errors":[{"code":"TOO_MANY_REQUESTS","message":"slow down"}]}' }],
    ["a page of a gateway", { body: "<html>" }],
    ["a list", { body: '{"data":[]}' }],
    ["nothing", { body: "" }],
    ["an answer that is cut", { body: '{"data":{"t":' }],
  ])("%s in their place is thrown, for whoever asks to ask again", async (_, given) => {
    answer = () => given;
    await expect(read(["t"])).rejects.toThrow(`Expo answered ${given.status ?? 200} without receipts`);
  });

  it("what they hold may be anything", async () => {
    answer = () => ({ body: '{"data":{"a":null,"b":5,"c":{"status":"odd"},"d":{"status":"error"},"__proto__":{"status":"ok"}}}' });
    expect(await read(["a", "b", "c", "d", "constructor", "toString"])).toMatchObject([
      { messageId: "d", status: "failed", reason: "error" },
    ]);
  });

  it("nobody answers: it is thrown, and asking is stopped when it should be", async () => {
    await expect(read(["t"], { baseUrl: "http://127.0.0.1:1" })).rejects.toThrow("ECONNREFUSED");
    const stopped = new AbortController();
    stopped.abort();
    const receipts = expoReceipts({ baseUrl });
    await expect(receipts.read(["t"], stopped.signal)).rejects.toThrow("canceled");
    receipts.close();
  });

  it("none asked for is no request", async () => {
    asked.length = 0;
    expect(await read([])).toEqual([]);
    expect(asked).toEqual([]);
  });
});
