import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import https from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";
import { loopbackCertificate } from "../support/loopback-certificate.ts";

/**
 * The vendors' own packages, used as their pages say and not through our adapters: what works with a vendor works with the mailroom.
 * (SendGrid's and Twilio's for SMS are in mailroom-sendgrid.test.ts and mailroom-twilio.test.ts, nodemailer is in mailroom-smtp.test.ts.
 * MSG91's package cannot be here: it has its address built in, without an option for another; Meta has none for Node.)
 */
let room: Mailroom;
let front: Server;
/** The mailroom with TLS before it, for packages that speak nothing else. */
let secure: string;

beforeAll(async () => {
  room = await startMailroom();
  front = tls.createServer(loopbackCertificate, (client) => {
    const mailroom = connect(Number(new URL(room.url).port), "127.0.0.1");
    client.pipe(mailroom).pipe(client);
    for (const socket of [client, mailroom]) socket.on("error", () => [client, mailroom].forEach((one) => one.destroy()));
  });
  await once(front.listen(0, "127.0.0.1"), "listening");
  secure = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await room.stop();
  await new Promise((resolve) => front.close(resolve));
});
beforeEach(() => {
  room.faults.clear();
  room.inbox.clear();
});

const inbox = (): MailRecord[] => room.inbox.list().map(({ id }) => room.inbox.get(id)!);
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2_048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const scope = "https://www.googleapis.com/auth/firebase.messaging";
const sender = "sender@shop-1.iam.gserviceaccount.com";

describe("twilio, for WhatsApp", () => {
  const account = `AC${"a".repeat(32)}`;
  const content = `HX${"c".repeat(32)}`;
  const order = {
    from: "whatsapp:+14155238886",
    to: "whatsapp:+919845012345",
    contentSid: content,
    contentVariables: JSON.stringify({ 1: "Asha", 2: "A-1001" }),
  };
  const create = async (change: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> => {
    const { Twilio } = (await import("twilio")).default as unknown as {
      readonly Twilio: new (
        user: string,
        secret: string,
      ) => {
        readonly api: { baseUrl: string };
        readonly messages: { create(message: object): Promise<Record<string, unknown>> };
      };
    };
    const client = new Twilio(account, "any-secret");
    client.api.baseUrl = room.url;
    return client.messages.create({ ...order, ...change });
  };

  it("gets a message that is queued", async () => {
    const message = await create();
    expect(message).toMatchObject({
      sid: expect.stringMatching(/^SM/) as string,
      status: "queued",
      to: order.to,
      from: order.from,
      numSegments: "1",
    });
    expect(inbox()).toMatchObject([
      {
        provider: "twilio",
        channel: "whatsapp",
        to: ["+919845012345"],
        from: "+14155238886",
        messageId: message["sid"],
        request: { ContentSid: content },
      },
    ]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, number]>([
    ["a number that is none", { to: "whatsapp:98450" }, 21_211],
    ["an SMS number as its sender", { from: "+14155238886" }, 21_910],
    ["a WhatsApp number as the sender of an SMS", { to: "+919845012345" }, 21_910],
    ["a sender that is no number", { from: "whatsapp:KIRANA" }, 63_007],
    ["a content that is none", { contentSid: "HX1" }, 21_655],
    ["variables that are no JSON", { contentVariables: "{" }, 21_656],
    ["variables that are a list", { contentVariables: '["Asha"]' }, 21_656],
    ["a variable that is no text", { contentVariables: '{"1":5}' }, 21_656],
    ["an empty variable", { contentVariables: '{"1":""}' }, 21_656],
    ["a variable of two lines", { contentVariables: '{"1":"a\\nb"}' }, 21_656],
    ["free text, for which no window is open", { contentSid: undefined, contentVariables: undefined, body: "hi" }, 63_016],
    ["nothing to say", { contentSid: undefined, contentVariables: undefined }, 21_602],
  ])("gets the vendor's error for %s", async (_, change, code) => {
    await expect(create(change)).rejects.toMatchObject({ status: 400, code });
    expect(room.inbox.count).toBe(0);
  });

  it("gets the vendor's error for an address that bounces, and sends to the others", async () => {
    room.fail("twilio", { bounce: true, to: "+919845012345" });
    room.fail("twilio", { bounce: true, message: "63014 blocked by the user", to: "+919845099999" });
    await expect(create()).rejects.toMatchObject({ status: 400, code: 63_024 });
    await expect(create({ to: "whatsapp:+919845099999" })).rejects.toMatchObject({ code: 63_014 });
    await create({ to: "whatsapp:+919845054321" });
    expect(room.inbox.count).toBe(1);
  });
});

/** Its host is built in: only its agent can lead it elsewhere. */
async function sendByFirebase(message: object): Promise<string> {
  const { deleteApp, initializeApp } = await import("firebase-admin/app");
  const { getMessaging } = await import("firebase-admin/messaging");
  const agent = new https.Agent();
  const port = Number(new URL(secure).port);
  const createConnection = () => tls.connect({ host: "127.0.0.1", port, ca: loopbackCertificate.cert, servername: "hooks.example.test" });
  const token = await accessToken();
  const app = initializeApp({
    projectId: "shop-1",
    credential: { getAccessToken: async () => ({ access_token: token, expires_in: 3_000 }) },
    httpAgent: Object.assign(agent, { createConnection }),
  });
  try {
    return await getMessaging(app).send(message as never);
  } finally {
    agent.destroy();
    await deleteApp(app);
  }
}

describe("firebase-admin", () => {
  const push = { token: "device-1", notification: { title: "Shipped", body: "Order A-1001" }, data: { link: "https://shop.example.in" } };

  it("sends a notification, and gets its name", async () => {
    const name = await sendByFirebase(push);
    expect(name).toMatch(/^projects\/shop-1\/messages\/./);
    expect(inbox()).toMatchObject([
      { provider: "fcm", channel: "push", to: ["device-1"], subject: "Shipped", text: "Order A-1001", messageId: name, from: "shop-1" },
    ]);
  });

  it("knows a device that is gone, another sender's, and too large a message by their codes", async () => {
    room.fail("fcm", { bounce: true });
    await expect(sendByFirebase(push)).rejects.toMatchObject({ code: "messaging/registration-token-not-registered" });
    room.fail("fcm", { status: 403 });
    await expect(sendByFirebase(push)).rejects.toMatchObject({ code: "messaging/mismatched-credential" });
    await expect(sendByFirebase({ ...push, data: { text: "x".repeat(4_097) } })).rejects.toMatchObject({
      code: "messaging/invalid-argument",
    });
    expect(room.inbox.count).toBe(0);
  });
});

describe("google-auth-library", () => {
  it("gets a token for a service account, which is no message", async () => {
    expect(await accessToken()).toMatch(/^ya29\./);
    expect(room.inbox.count).toBe(0);
  });

  it("is told of a scope that is not for messages", async () => {
    await expect(accessToken("https://www.googleapis.com/auth/drive")).rejects.toThrow(/scope must hold/);
  });
});

async function accessToken(asked = scope): Promise<string> {
  const { JWT } = await import("google-auth-library");
  const client = new JWT({
    email: sender,
    key: privateKey,
    scopes: [asked],
    // The address of the endpoint is built in.
    transporterOptions: { fetchImplementation: ((_url: unknown, init: RequestInit) => fetch(`${room.url}/token`, init)) as typeof fetch },
  });
  const { token } = await client.getAccessToken();
  return token!;
}

async function expoClient() {
  process.env["EXPO_BASE_URL"] = room.url;
  const { Expo } = await import("expo-server-sdk");
  return new Expo({ accessToken: "any-token", retryMinTimeout: 1 });
}

describe("expo-server-sdk", () => {
  const [first, second] = ["ExponentPushToken[first]", "ExpoPushToken[second]"] as const;

  it("sends many, zipped, gets the tickets in order and their receipts", async () => {
    const expo = await expoClient();
    room.fail("expo", { bounce: true, to: second });
    const messages = [first, second, "no-token", first].map((to, index) => ({ to, title: `Order ${index}`, body: "x".repeat(400) }));
    const tickets = await expo.sendPushNotificationsAsync(messages);
    expect(tickets).toMatchObject([
      { status: "ok" },
      { status: "error", details: { error: "DeviceNotRegistered", expoPushToken: second } },
      { status: "error", details: { error: "DeviceNotRegistered", expoPushToken: "no-token" } },
      { status: "ok" },
    ]);
    const ids = tickets.flatMap((ticket) => (ticket.status === "ok" ? [ticket.id] : []));
    expect(inbox().map(({ subject, messageId, channel }) => [subject, messageId, channel])).toEqual([
      ["Order 3", ids[1], "push"],
      ["Order 0", ids[0], "push"],
    ]);
    expect(await expo.getPushNotificationReceiptsAsync([...ids, "unknown"])).toEqual({
      [ids[0]!]: { status: "ok" },
      [ids[1]!]: { status: "ok" },
    });
  });

  it("is refused as a whole, and told why", async () => {
    const expo = await expoClient();
    room.fail("expo", { status: 400, message: "PUSH_TOO_MANY_EXPERIENCE_IDS two projects" });
    await expect(expo.sendPushNotificationsAsync([{ to: first }])).rejects.toMatchObject({ code: "PUSH_TOO_MANY_EXPERIENCE_IDS" });
    room.fail("expo", { status: 429, times: 3 });
    await expect(expo.sendPushNotificationsAsync([{ to: first }])).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS", statusCode: 429 });
    expect(room.faults.list()).toEqual([]);
    expect(room.inbox.count).toBe(0);
  });
});

describe("web-push", () => {
  const payload = JSON.stringify({ title: "Shipped", body: "Order A-1001 नमस्ते" });
  const loaded = async () => {
    const { default: webPush } = await import("web-push");
    const vapidDetails = { subject: "mailto:ops@example.in", ...webPush.generateVAPIDKeys() };
    const agent = new https.Agent({ ca: loopbackCertificate.cert });
    const send = (change: object = {}) =>
      webPush
        .sendNotification({ ...room.subscription(), endpoint: `${secure}/webpush/asha` }, payload, {
          vapidDetails,
          agent,
          TTL: 60,
          ...change,
        })
        .finally(() => agent.destroy());
    return { webPush, vapidDetails, send };
  };

  it("sends to an endpoint of the mailroom, which reads what its own browser would", async () => {
    const { send } = await loaded();
    expect(await send()).toMatchObject({
      statusCode: 201,
      headers: { location: expect.stringMatching(/\/webpush\/messages\/./) as string },
    });
    expect(inbox()).toMatchObject([
      {
        provider: "webpush",
        channel: "push",
        subject: "Shipped",
        text: "Order A-1001 नमस्ते",
        from: "mailto:ops@example.in",
        to: [expect.stringMatching(/\/webpush\/asha$/)],
      },
    ]);
  });

  it("sends what another browser alone can read, and only that is not shown", async () => {
    const { webPush, vapidDetails } = await loaded();
    const other = await startMailroom();
    const { keys } = other.subscription();
    await other.stop();
    const details = webPush.generateRequestDetails({ ...room.subscription(), keys }, payload, { vapidDetails });
    const response = await fetch(details.endpoint, {
      method: "POST",
      headers: details.headers as Record<string, string>,
      body: Uint8Array.from(details.body),
    });
    expect(response.status).toBe(201);
    expect(inbox()).toMatchObject([{ to: [details.endpoint] }]);
    expect(inbox()[0]).not.toHaveProperty("text");
  });

  it("is told of a browser that is gone, and of keys of somebody else's", async () => {
    const { send, webPush, vapidDetails } = await loaded();
    room.fail("webpush", { bounce: true });
    await expect(send()).rejects.toMatchObject({ statusCode: 410 });
    const { publicKey } = webPush.generateVAPIDKeys();
    const details = webPush.generateRequestDetails(room.subscription(), payload, { vapidDetails });
    const authorization = String((details.headers as Record<string, string>)["Authorization"]).replace(/k=.*/, `k=${publicKey}`);
    const headers = { ...(details.headers as Record<string, string>), Authorization: authorization };
    const response = await fetch(details.endpoint, { method: "POST", headers, body: Uint8Array.from(details.body) });
    expect([response.status, await response.json()]).toMatchObject([401, { message: "authorization: t is not signed with the key k" }]);
    expect(room.inbox.count).toBe(0);
  });
});
