import { once } from "node:events";
import { generateKeyPairSync, verify } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import type { PushMessage } from "../../src/define/message.ts";
import {
  expoProblems,
  expoProvider,
  type ExpoOptions,
  fcmProblems,
  fcmProvider,
  type FcmOptions,
  type Provider,
} from "../../src/providers/index.ts";
import { type ReceivedRequest, tcpReceiver, webhookReceiver } from "../support/receiver.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const privateKey = rsa.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const serviceAccount = {
  type: "service_account",
  project_id: "kirana-prod",
  client_email: "busbar@kirana-prod.iam.gserviceaccount.com",
  private_key: privateKey,
  token_uri: "https://elsewhere.example/token",
};
const attempt = { deliveryId: "d_abc", signal: new AbortController().signal };
const toFcm: PushMessage = { to: "fcm-token:APA91b", title: "Packed", body: "Order A-1001: चाय", link: "https://shop.example/o/1" };
const toExpo: PushMessage = { ...toFcm, to: "ExponentPushToken[abc]" };
const sentName = "projects/kirana-prod/messages/0:1";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** A Google of our own: it hands out one token after the other (`t1`, `t2`, …) and answers messages as it is told. */
async function google({ answer = json(200, { name: sentName }), token }: { answer?: Answer; token?: Answer } = {}) {
  let tokens = 0;
  const { port, received, drop } = await webhookReceiver({
    answer: (response, request) => {
      if (request.url !== "/token") return answer(response, request);
      tokens += 1;
      return (token ?? json(200, { access_token: `t${tokens}`, expires_in: 3_599, token_type: "Bearer" }))(response, request);
    },
  });
  const of = (path: RegExp) => (): readonly ReceivedRequest[] => received.filter(({ url }) => path.test(url ?? ""));
  return { baseUrl: `http://127.0.0.1:${port}`, messages: of(/^\/v1\//), tokens: of(/^\/token$/), drop };
}

function closed<P extends Provider<PushMessage>>(provider: P): P {
  onTestFinished(() => provider.close());
  return provider;
}
const fcm = ({ baseUrl = "http://127.0.0.1:1", ...options }: Partial<FcmOptions> = {}) =>
  closed(fcmProvider({ serviceAccount, timeout: "5s", clock: { now: () => 0 }, baseUrl, tokenUrl: `${baseUrl}/token`, ...options }));
const expo = (options: ExpoOptions) => closed(expoProvider({ timeout: "5s", clock: { now: () => 0 }, ...options }));

function problemsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof BusbarError && error.code === "INVALID_CONFIGURATION") return error.problems;
  }
  throw new Error("it was not refused");
}

const unauthenticated = json(401, { error: { code: 401, message: "words", status: "UNAUTHENTICATED" } });

describe("fcmProvider", () => {
  it("posts one message with a token of Google's, so named that a repeat takes its place on the screen", async () => {
    const { baseUrl, messages } = await google();
    const instead = { ...attempt, insteadOf: "fcm" };
    expect(await fcm({ baseUrl }).send(toFcm, instead)).toEqual({ kind: "sent", messageId: sentName });
    expect(messages()).toHaveLength(1);
    expect(messages()[0]).toMatchObject({
      method: "POST",
      url: "/v1/projects/kirana-prod/messages:send",
      headers: {
        authorization: "Bearer t1",
        "content-type": "application/json",
        "x-busbar-delivery": "d_abc",
        "x-busbar-instead-of": "fcm",
      },
    });
    expect(JSON.parse(messages()[0]!.body)).toEqual({
      message: {
        token: toFcm.to,
        notification: { title: "Packed", body: "Order A-1001: चाय" },
        data: { link: "https://shop.example/o/1" },
        android: { priority: "high", notification: { tag: "d_abc" } },
        apns: { headers: { "apns-collapse-id": "d_abc" } },
        webpush: { notification: { tag: "d_abc" }, fcm_options: { link: "https://shop.example/o/1" } },
      },
    });
  });

  it("sends no link where there is none, only what is https to a browser, and no name that Apple would refuse", async () => {
    const { baseUrl, messages } = await google();
    const provider = fcm({ baseUrl });
    const { link: _, ...bare } = toFcm;
    await provider.send(bare, attempt);
    await provider.send({ ...bare, link: "kirana://orders/1" }, { ...attempt, deliveryId: "d".repeat(65) });
    const [first, second] = messages().map(({ body }) => (JSON.parse(body) as { message: Record<string, object> }).message);
    expect(first).not.toHaveProperty("data");
    expect(second).toMatchObject({ data: { link: "kirana://orders/1" } });
    for (const message of [first, second]) expect(message!["webpush"]).not.toHaveProperty("fcm_options");
    expect((second as { apns: { headers: Record<string, string> } }).apns.headers["apns-collapse-id"]).toMatch(/^[\w-]{43}$/);
  });

  it("asks for a token with an assertion that Google can verify, whatever the key file says of addresses", async () => {
    const { baseUrl, tokens } = await google();
    const now = Date.UTC(2025, 0, 1);
    await fcm({ baseUrl, serviceAccount: JSON.stringify(serviceAccount), clock: { now: () => now } }).send(toFcm, attempt);
    const form = new URLSearchParams(tokens()[0]!.body);
    expect(tokens()[0]!.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header = "", claims = "", signature = ""] = form.get("assertion")!.split(".");
    const decoded = [header, claims].map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as unknown);
    expect(decoded).toEqual([
      { alg: "RS256", typ: "JWT" },
      {
        iss: serviceAccount.client_email,
        scope: "https://www.googleapis.com/auth/firebase.messaging",
        aud: "https://oauth2.googleapis.com/token",
        iat: now / 1_000,
        exp: now / 1_000 + 3_600,
      },
    ]);
    expect(verify("RSA-SHA256", Buffer.from(`${header}.${claims}`), rsa.publicKey, Buffer.from(signature, "base64url"))).toBe(true);
  });

  it("one token is enough for all who send at a time, until shortly before it ends", async () => {
    let now = 0;
    const { baseUrl, tokens, messages } = await google();
    const provider = fcm({ baseUrl, clock: { now: () => now } });
    await Promise.all(Array.from({ length: 20 }, () => provider.send(toFcm, { ...attempt, signal: new AbortController().signal })));
    now = 3_290_000;
    await provider.send(toFcm, attempt);
    expect([tokens().length, messages().length]).toEqual([1, 21]);
    now = 3_310_000;
    await provider.send(toFcm, attempt);
    expect([tokens().length, messages().at(-1)!.headers["authorization"]]).toEqual([2, "Bearer t2"]);
  });

  it("a token that is refused is renewed once, for all who hold it", async () => {
    const { baseUrl, tokens, messages } = await google({
      answer: (response, request) =>
        (request.headers.authorization === "Bearer t1" ? unauthenticated : json(200, { name: sentName }))(response, request),
    });
    const provider = fcm({ baseUrl });
    const outcomes = await Promise.all([1, 2, 3].map(() => provider.send(toFcm, attempt)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["sent", "sent", "sent"]);
    expect(tokens()).toHaveLength(2);
    expect(messages()).toHaveLength(6);
  });

  it("where the new token is refused too, it pauses", async () => {
    const { baseUrl, tokens, messages } = await google({ answer: unauthenticated });
    expect(await fcm({ baseUrl }).send(toFcm, attempt)).toEqual({ kind: "pause", reason: "401 UNAUTHENTICATED words" });
    expect([tokens().length, messages().length]).toEqual([2, 2]);
  });

  it("a key at Apple's that is refused has nothing to do with our token", async () => {
    const details = [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: "THIRD_PARTY_AUTH_ERROR" }];
    const { baseUrl, tokens } = await google({ answer: json(401, { error: { status: "UNAUTHENTICATED", details } }) });
    expect(await fcm({ baseUrl }).send(toFcm, attempt)).toMatchObject({ kind: "pause" });
    expect(tokens()).toHaveLength(1);
  });

  it.each<[string, Answer, object]>([
    ["refuses our key", json(400, { error: "invalid_grant", error_description: "Invalid JWT Signature." }), { kind: "pause" }],
    ["is busy", json(503, {}, { "retry-after": "9" }), { kind: "retry", after: 9_000 }],
    ["answers without a token", json(200, { token_type: "Bearer" }), { kind: "retry" }],
    ["answers with a token that is no header", json(200, { access_token: "a\r\nb: c" }), { kind: "retry" }],
    ["resets the connection", (_, request) => void request.socket.resetAndDestroy(), { kind: "retry" }],
    ["does not answer", () => undefined, { kind: "retry" }],
  ])("no message leaves while the token's endpoint %s", async (_, token, expected) => {
    const { baseUrl, messages } = await google({ token });
    const outcome = await fcm({ baseUrl, timeout: "300ms" }).send(toFcm, attempt);
    expect(outcome).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toMatch(/may have been accepted|Bearer|eyJ/);
    expect(messages()).toEqual([]);
  });

  it("a token that did not come is asked for again by the next message, and whoever stops waiting does not stop the others", async () => {
    let asked = 0;
    const waiting: ServerResponse[] = [];
    const { baseUrl, tokens } = await google({
      token: (response, request) => {
        asked += 1;
        if (asked === 1) return json(500, {})(response, request);
        return void waiting.push(response);
      },
    });
    const provider = fcm({ baseUrl });
    expect(await provider.send(toFcm, attempt)).toMatchObject({ kind: "retry" });
    const stop = new AbortController();
    const [stopped, other] = [provider.send(toFcm, { ...attempt, signal: stop.signal }), provider.send(toFcm, attempt)];
    await vi.waitUntil(() => waiting.length > 0);
    stop.abort();
    expect(await stopped).toMatchObject({ kind: "retry", reason: expect.stringContaining("no token of Google's came") as string });
    waiting[0]!.writeHead(200).end('{"access_token":"late"}');
    expect(await other).toMatchObject({ kind: "sent" });
    expect(tokens()).toHaveLength(2);
  });

  it("a key file can come from an environment, with its line breaks as two characters", () => {
    expect(fcmProblems(JSON.stringify({ ...serviceAccount, private_key: privateKey.replaceAll("\n", "\\n") }))).toEqual([]);
  });

  it("is refused with everything that is wrong, and without repeating a value", () => {
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const wrong = { project_id: "a secret", client_email: "secret", private_key: ec };
    const options = { baseUrl: "http://fcm.example", tokenUrl: "token", outcomes: { UNREGISTERED: "gone" } } as unknown as FcmOptions;
    const problems = problemsOf(() => fcmProvider({ ...options, serviceAccount: wrong }));
    expect(problems).toEqual([
      expect.stringMatching(/^fcm: serviceAccount: project_id /),
      expect.stringMatching(/^fcm: serviceAccount: client_email /),
      expect.stringMatching(/^fcm: serviceAccount: private_key .*RSA/),
      expect.stringMatching(/^fcm: its base URL http:\/\/fcm\.example .*https:\/\//),
      expect.stringMatching(/^fcm: its base URL "token"/),
      expect.stringMatching(/^fcm: outcomes: UNREGISTERED/),
    ]);
    expect(problems.join()).not.toMatch(/secret|BEGIN/);
    for (const none of ['{"private_key": "-----BEGIN', "", "null", '"text"', undefined]) {
      const [problem] = fcmProblems(none, "FCM_SERVICE_ACCOUNT");
      expect(problem).toMatch(/^FCM_SERVICE_ACCOUNT: must be the JSON of a service account's key file/);
      expect(problem).not.toContain("BEGIN");
    }
    expect(fcmProblems({}, "FCM_SERVICE_ACCOUNT")).toHaveLength(3);
  });
});

describe("expoProvider", () => {
  const ok = json(200, { data: [{ status: "ok", id: "t-1" }] });

  it("posts one message, and keeps the id of its ticket", async () => {
    const { port, received } = await webhookReceiver({ answer: ok });
    const provider = expo({ baseUrl: `http://127.0.0.1:${port}/`, accessToken: "expo-secret" });
    expect(await provider.send(toExpo, attempt)).toEqual({ kind: "sent", messageId: "t-1" });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: "POST",
      url: "/--/api/v2/push/send",
      headers: { authorization: "Bearer expo-secret", "content-type": "application/json", "x-busbar-delivery": "d_abc" },
    });
    expect(JSON.parse(received[0]!.body)).toEqual([
      {
        to: toExpo.to,
        title: "Packed",
        body: "Order A-1001: चाय",
        data: { link: "https://shop.example/o/1" },
        priority: "high",
        tag: "d_abc",
        collapseId: "d_abc",
      },
    ]);
  });

  it("sends no access token and no link where there is none", async () => {
    const { port, received } = await webhookReceiver({ answer: ok });
    const { link: _, ...bare } = toExpo;
    await expo({ baseUrl: `http://127.0.0.1:${port}` }).send(bare, attempt);
    expect(received[0]!.headers).not.toHaveProperty("authorization");
    expect((JSON.parse(received[0]!.body) as object[])[0]).not.toHaveProperty("data");
  });

  it("an error is read of the ticket, without the device that it repeats", async () => {
    const message = `"${toExpo.to}" is not a registered push notification recipient`;
    const ticket = { status: "error", message, details: { error: "DeviceNotRegistered", expoPushToken: toExpo.to } };
    const { port } = await webhookReceiver({ answer: json(200, { data: [ticket] }) });
    expect(await expo({ baseUrl: `http://127.0.0.1:${port}` }).send(toExpo, attempt)).toEqual({
      kind: "suppress",
      reason: '200 DeviceNotRegistered "the device" is not a registered push notification recipient',
    });
  });

  it("is refused with everything that is wrong, and without repeating the access token", () => {
    const problems = problemsOf(() => expoProvider({ accessToken: "se cret", baseUrl: "exp.host" }));
    expect(problems).toEqual([expect.stringMatching(/^expo: accessToken: /), expect.stringMatching(/^expo: its base URL "exp\.host"/)]);
    expect(problems.join()).not.toContain("se cret");
    expect(expoProblems("", "EXPO_ACCESS_TOKEN")).toEqual([expect.stringMatching(/^EXPO_ACCESS_TOKEN: is empty/)]);
    expect(expoProblems(undefined)).toEqual([]);
  });
});

/** What holds of both, whatever the vendor says. Tokens come at once. */
describe.each([
  { vendor: "FCM", make: (baseUrl: string, timeout: FcmOptions["timeout"] = "5s") => fcm({ baseUrl, timeout }), message: toFcm },
  { vendor: "Expo", make: (baseUrl: string, timeout: FcmOptions["timeout"] = "5s") => expo({ baseUrl, timeout }), message: toExpo },
])("what $vendor may answer", ({ make, message }) => {
  it.each([
    ["an HTML page", 403, "<html>blocked\u001b[31m</html>", "pause"],
    ["an empty body", 400, "", "reject"],
    ["broken JSON", 413, '{"error":[{', "reject"],
    ["a list", 400, "[[]]", "reject"],
    ["null", 400, "null", "reject"],
    ["errors that are none", 400, '{"error":7,"errors":"x","data":3}', "reject"],
    ["an HTML page that says it went well", 200, "<html>", "unknown"],
    ["nothing that says it went well", 200, "", "unknown"],
  ])("is not confused by %s", async (_, status, body, kind) => {
    const { baseUrl } = await google({ answer: (response) => void response.writeHead(status).end(body) });
    const outcome = await make(baseUrl).send(message, attempt);
    expect(outcome).toMatchObject({ kind, reason: expect.stringMatching(new RegExp(`^${status}`)) as string });
    expect(JSON.stringify(outcome)).not.toContain("\\u001b");
  });

  it("10 MB, or an answer without end, are not read to the end", async () => {
    let written = 0;
    const { baseUrl } = await google({
      answer: (response) => {
        response.writeHead(400);
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384, "x"))) written += 16_384;
          if (!response.destroyed) response.once("drain", more);
        };
        more();
      },
    });
    expect(await make(baseUrl).send(message, attempt)).toMatchObject({ kind: "reject" });
    expect(written).toBeLessThan(10_000_000);
  });

  it("waits as long as it is asked to", async () => {
    const { baseUrl } = await google({ answer: json(429, {}, { "retry-after": "45" }) });
    expect(await make(baseUrl).send(message, attempt)).toMatchObject({ kind: "retry", after: 45_000 });
  });

  it("a redirect is not followed, which would carry the token to another host", async () => {
    const other = await webhookReceiver();
    const { baseUrl } = await google({ answer: json(307, {}, { location: `http://127.0.0.1:${other.port}/` }) });
    expect(await make(baseUrl).send(message, attempt)).toMatchObject({ kind: "pause" });
    expect(other.connections()).toBe(0);
  });

  it("does not know what became of a message whose answer was lost", async () => {
    const { baseUrl } = await google({ answer: (_, request) => void request.socket.resetAndDestroy() });
    const outcome = await make(baseUrl).send(message, attempt);
    expect(outcome).toMatchObject({ kind: "unknown", reason: expect.stringContaining("may have been accepted") as string });
    expect(JSON.stringify(outcome)).not.toMatch(/Bearer|Packed|APA91b|abc\]/);
  });

  it("does not know it when the time is over after the message left, nor when the try was stopped then", async () => {
    const stop = new AbortController();
    const { baseUrl } = await google({ answer: () => undefined });
    expect(await make(baseUrl, "300ms").send(message, attempt)).toEqual({
      kind: "unknown",
      reason: "no answer within 300 ms (it may have been accepted)",
    });
    const stopping = await google({ answer: () => stop.abort() });
    const stopped = await make(stopping.baseUrl).send(message, { ...attempt, signal: stop.signal });
    expect(stopped).toEqual({ kind: "unknown", reason: "the try was stopped (it may have been accepted)" });
  });

  it("retries when nobody listens, when TLS fails, and sends nothing for a try that was stopped before", async () => {
    const { baseUrl, messages } = await google();
    expect(await make("http://127.0.0.1:1").send(message, attempt)).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("ECONNREFUSED") as string,
    });
    expect(await make(baseUrl.replace("http:", "https:")).send(message, attempt)).toMatchObject({ kind: "retry" });
    const silent = await tcpReceiver((socket) => void socket.resume());
    expect(await make(`https://127.0.0.1:${silent.port}`, "80ms").send(message, attempt)).toMatchObject({ kind: "retry" });
    expect(await make(baseUrl).send(message, { ...attempt, signal: AbortSignal.abort() })).toMatchObject({ kind: "retry" });
    expect(messages()).toEqual([]);
  });

  it("never asks the proxies of the environment", async () => {
    const proxy = await webhookReceiver();
    const { baseUrl } = await google({ answer: json(200, { name: sentName, data: [{ status: "ok", id: "t" }] }) });
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await make(baseUrl).send(message, attempt)).toMatchObject({ kind: "sent" });
    expect(proxy.connections()).toBe(0);
  });

  it("closes the connections that it keeps, twice if asked", async () => {
    const sockets: Socket[] = [];
    const { baseUrl } = await google({
      answer: (response, request) => {
        sockets.push(request.socket);
        json(200, { name: sentName, data: [{ status: "ok", id: "t" }] })(response, request);
      },
    });
    const made = make(baseUrl);
    await made.send(message, attempt);
    await made.send(message, attempt);
    expect(sockets[0]).toBe(sockets[1]);
    const gone = once(sockets[0]!, "close");
    await made.close();
    await made.close();
    await gone;
  });
});
