import { describe, expect, it } from "vitest";
import { callbackDoor, type IncomingCallback, type KeptCallback } from "../../src/bus/callbacks/callbacks.ts";
import { mailroomCallbackKeys } from "../../src/bus/callbacks/mailroom-callback-keys.ts";
import { type BusOptions, parseOptions } from "../../src/bus/options.ts";
import type { Observations } from "../../src/define/observation.ts";
import { byMeta, bySendgrid, byTwilio, sendgridPair, type Signed } from "../support/signed-callbacks.ts";

const now = Date.UTC(2026, 0, 31);
const publicUrl = "https://shop.example.com/busbar";
const { publicKey, privateKey } = sendgridPair();
const [authToken, appSecret, verifyToken, secret] = ["token", "app-secret", "a-token-that-we-made-up", "a-secret-that-we-made-up"];
const keys: Partial<BusOptions> = {
  publicUrl: `${publicUrl}/`,
  channels: { sms: { twilio: { accountSid: `AC${"0".repeat(32)}`, authToken, from: "+14155550100" } } },
  callbacks: { sendgrid: { publicKey }, meta: { appSecret, verifyToken }, msg91: { secret } },
};
const mailroom = mailroomCallbackKeys;

function doorOf(options: Partial<BusOptions> = {}, keep: (callback: KeptCallback) => Promise<void> = async () => undefined) {
  const kept: KeptCallback[] = [];
  const observed: Observations["callback"][] = [];
  const door = callbackDoor({
    settings: parseOptions({ application: "test", topics: {}, ...options }),
    clock: { now: () => now },
    observe: (name, fact) => void (name === "callback" && observed.push(fact as Observations["callback"])),
    async keep(callback) {
      await keep(callback);
      kept.push(callback);
    },
  });
  return { door, kept, observed };
}

/** As the server hands on what came in. */
function call(provider: string, { method, url, headers, body }: Signed, more: Partial<IncomingCallback> = {}): IncomingCallback {
  const { host, pathname, search } = new URL(url);
  const path = `${pathname.replace(/^\/busbar/, "")}${search}`;
  return { provider, method, path, headers: { host, ...headers }, body, peer: "203.0.113.9", ...more };
}

const at = (provider: string, base = publicUrl): string => `${base}/callbacks/${provider}`;
const form = { MessageSid: `SM${"0".repeat(32)}`, MessageStatus: "delivered" };
const json = `[{"event":"delivered"}]`;
const genuine: Readonly<Record<string, IncomingCallback>> = {
  sendgrid: call("sendgrid", bySendgrid(at("sendgrid"), json, { privateKey, at: now })),
  twilio: call("twilio", byTwilio(`${at("twilio")}?delivery=d_1.a`, form, authToken!)),
  meta: call("meta", byMeta(at("meta"), json, appSecret!)),
  msg91: call("msg91", { method: "POST", url: `${at("msg91")}/${secret}?a=1`, headers: {}, body: Buffer.from(json) }),
};
const here = "http://127.0.0.1:4000";
const peer = "127.0.0.1";
const ofMailroom: Readonly<Record<string, IncomingCallback>> = {
  sendgrid: call("sendgrid", bySendgrid(at("sendgrid", here), json, { privateKey: mailroom.sendgrid.privateKey, at: now }), { peer }),
  twilio: call("twilio", byTwilio(at("twilio", here), form, mailroom.twilio.authToken), { peer }),
  meta: call("meta", byMeta(at("meta", here), json, mailroom.meta.appSecret), { peer }),
  msg91: call("msg91", { method: "POST", url: at("msg91", here) + "/mailroom", headers: {}, body: Buffer.from(json) }, { peer }),
};
const kinds = async (door: ReturnType<typeof doorOf>["door"], calls: Readonly<Record<string, IncomingCallback>>) =>
  Promise.all(Object.values(calls).map(async (each) => (await door.receive(each)).kind));
const taken = ["taken", "taken", "taken", "taken"];
const refused = ["refused", "refused", "refused", "refused"];

async function ofTwilio(options: Partial<BusOptions>): Promise<string> {
  return (await doorOf({ publicUrl, ...options }).door.receive(genuine["twilio"]!)).kind;
}

describe("the door for callbacks", () => {
  it("takes what each provider signed, and keeps it before it says so", async () => {
    const { door, kept, observed } = doorOf({ ...keys, send: { live: true } });
    expect(await kinds(door, genuine)).toEqual(taken);
    expect(kept.map(({ provider, url, body, mailroom: of, receivedAt }) => [provider, url, body, of, receivedAt])).toEqual([
      ["sendgrid", "/callbacks/sendgrid", json, false, now],
      ["twilio", "/callbacks/twilio?delivery=d_1.a", genuine["twilio"]!.body.toString(), false, now],
      ["meta", "/callbacks/meta", json, false, now],
      ["msg91", "/callbacks/msg91?a=1", json, false, now],
    ]);
    expect(observed.map(({ provider, verdict }) => `${provider} ${verdict}`)).toEqual([
      "sendgrid taken",
      "twilio taken",
      "meta taken",
      "msg91 taken",
    ]);
  });

  it("C9: a secret in the address is not kept", async () => {
    const { door, kept } = doorOf(keys);
    await door.receive(genuine["msg91"]!);
    expect(JSON.stringify(kept)).not.toContain(secret);
  });

  it("what is not signed, signed by another, or altered is refused, and nothing is kept of it", async () => {
    const { door, kept, observed } = doorOf({ ...keys, send: { live: true } });
    const altered = Object.fromEntries(
      Object.entries(genuine).map(([name, each]) => [
        name,
        { ...each, path: each.path.replace(secret!, "guess"), body: Buffer.from("[]") },
      ]),
    );
    expect(await kinds(door, altered)).toEqual(refused);
    expect(await kinds(doorOf({ publicUrl }).door, genuine)).toEqual(refused);
    expect(kept).toEqual([]);
    expect(observed.map(({ verdict }) => verdict)).toEqual(refused);
  });

  it("Twilio's is refused where the public address is not said, or another", async () => {
    const { publicUrl: _, ...without } = keys;
    expect((await doorOf(without).door.receive(genuine["twilio"]!)).kind).toBe("refused");
    expect((await doorOf({ ...keys, publicUrl: "https://other.example.com" }).door.receive(genuine["twilio"]!)).kind).toBe("refused");
  });

  it("the token of either channel's account is known, and one of its own for the callbacks wins", async () => {
    const twilio = { accountSid: `AC${"0".repeat(32)}`, authToken: authToken!, from: "+14155550100" };
    const whatsapp = { twilio: { ...twilio, contents: { a: `HX${"0".repeat(32)}` } } };
    const sms = { twilio: { ...twilio, authToken: "another" } };
    expect(await ofTwilio({ channels: { sms, whatsapp } })).toBe("taken");
    expect(await ofTwilio({ channels: { sms } })).toBe("refused");
    expect(await ofTwilio({ channels: { sms }, callbacks: { twilio: { authTokens: [authToken!] } } })).toBe("taken");
  });

  it("Meta's question is answered, and nothing is kept of it", async () => {
    const { door, kept, observed } = doorOf(keys);
    const query = new URLSearchParams({ "hub.mode": "subscribe", "hub.verify_token": verifyToken!, "hub.challenge": "42" });
    const asked = call("meta", { method: "GET", url: `${at("meta")}?${query.toString()}`, headers: {}, body: Buffer.alloc(0) });
    expect(await door.receive(asked)).toEqual({ kind: "challenge", answer: "42" });
    expect([kept, observed]).toEqual([[], [{ provider: "meta", verdict: "challenge" }]]);
  });

  it("a provider that never calls back is unknown, whatever its name", async () => {
    const { door, observed } = doorOf(keys);
    for (const name of ["smtp", "Sendgrid", "", "__proto__", "constructor", "toString"]) {
      expect(door.knows(name)).toBe(false);
      expect(await door.receive({ ...genuine["sendgrid"]!, provider: name })).toEqual({ kind: "unknown" });
    }
    expect(observed).toEqual([]);
  });

  it("what Redis does not take is counted as such, and thrown", async () => {
    const { door, observed } = doorOf(keys, () => Promise.reject(new Error("Connection is closed.")));
    await expect(door.receive(genuine["sendgrid"]!)).rejects.toThrow("Connection is closed.");
    expect(observed).toEqual([{ provider: "sendgrid", verdict: "failed" }]);
  });
});

describe("the mailroom's keys, which everybody knows", () => {
  it("are taken while real sending is off, beside those of the providers, and it is known whose they were", async () => {
    const { door, kept } = doorOf(keys);
    expect(await kinds(door, ofMailroom)).toEqual(taken);
    expect(await kinds(door, genuine)).toEqual(taken);
    expect(kept.map(({ mailroom: of }) => of)).toEqual([true, true, true, true, false, false, false, false]);
    expect(await kinds(doorOf().door, ofMailroom)).toEqual(taken);
  });

  it("A9: are refused where real sending is on", async () => {
    expect(await kinds(doorOf({ ...keys, send: { live: true } }).door, ofMailroom)).toEqual(refused);
  });

  it.each<[string, Partial<IncomingCallback>]>([
    ["another machine", { peer: "203.0.113.9" }],
    ["another machine of this network", { peer: "10.0.0.7" }],
    ["nobody knows who", { peer: "" }],
    ["this machine by another name", { headers: { host: "shop.example.com" } }],
    ["a page that a name of its own leads here", { headers: { host: "evil.example:4000" } }],
    ["a proxy of this machine, for somebody else", { headers: { "x-forwarded-for": "203.0.113.9" } }],
    ["a tunnel to this machine", { headers: { "x-forwarded-host": "abc.tunnel.example" } }],
    ["a proxy that says so in the newer way", { headers: { forwarded: "for=203.0.113.9" } }],
  ])("are refused from %s", async (_, more) => {
    const { door } = doorOf();
    const calls = Object.entries(ofMailroom).map(([name, each]) => [
      name,
      { ...each, ...more, headers: { ...each.headers, ...more.headers } },
    ]);
    expect(await kinds(door, Object.fromEntries(calls) as typeof ofMailroom)).toEqual(refused);
  });

  it.each(["::1", "127.0.0.5", "::ffff:127.0.0.1"])("are taken from %s", async (address) => {
    const calls = Object.entries(ofMailroom).map(([name, each]) => [name, { ...each, peer: address }]);
    expect(await kinds(doorOf().door, Object.fromEntries(calls) as typeof ofMailroom)).toEqual(taken);
  });
});
