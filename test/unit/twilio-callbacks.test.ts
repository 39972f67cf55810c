import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { UnreadableCallback } from "../../src/providers/callback.ts";
import { twilioCallbacks } from "../../src/providers/twilio-callbacks.ts";
import { twilioCodes } from "../../src/providers/twilio-outcomes.ts";
import { twilioStatuses } from "../../src/providers/twilio-statuses.ts";
import { byTwilio, byTwilioAsJson, type Signed } from "../support/signed-callbacks.ts";

const { validateRequest } = createRequire(import.meta.url)("twilio/lib/webhooks/webhooks.js") as {
  validateRequest(token: string, signature: string, url: string, parameters: object): boolean;
};

const token = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const reference = "d_abcdefghijklmnopqrstuvwxyz234567.ac2x";
const url = `https://shop.example.com/callbacks/twilio?delivery=${reference}`;
const sid = `SM${"0a".repeat(16)}`;
const form = {
  AccountSid: `AC${"0".repeat(32)}`,
  ApiVersion: "2010-04-01",
  From: "+15005550006",
  MessageSid: sid,
  MessageStatus: "delivered",
  SmsSid: sid,
  SmsStatus: "delivered",
  To: "+919845012345",
};
const reader = twilioCallbacks({ authTokens: ["another", token] });
const verdict = (request: Signed): string => reader.verify({ ...request, now: 0 }).kind;
const signed = byTwilio(url, form, token);
const asForm = (parameters: Record<string, string>): Buffer => Buffer.from(new URLSearchParams(parameters).toString());

describe("Twilio's signature", () => {
  it("is known as Twilio's own code makes and checks it, of one account of several", () => {
    expect(validateRequest(token, signed.headers["x-twilio-signature"]!, url, form)).toBe(true);
    expect(verdict(signed)).toBe("genuine");
  });

  it.each([
    ["a port that is said", "https://shop.example.com:443/callbacks/twilio?delivery=x"],
    ["a port of its own", "https://shop.example.com:8443/callbacks/twilio?delivery=x"],
    ["an address that is not encrypted", "http://127.0.0.1:4000/callbacks/twilio?delivery=x"],
    ["an IPv6 address", "http://[::1]:4000/callbacks/twilio"],
    ["letters beyond ASCII", "https://shop.example.com/callbacks/twilio?said=%E2%82%B9'"],
  ])("%s makes no difference", (_, address) => {
    expect(verdict(byTwilio(address, { ...form, Body: "₹ 450 & more = fine + 🙂" }, token))).toBe("genuine");
  });

  it("is of the port that Twilio adds, or leaves out", () => {
    const withPort = byTwilio(url.replace(".com/", ".com:443/"), form, token);
    expect(verdict({ ...withPort, url })).toBe("genuine");
    expect(verdict({ ...signed, url: url.replace(".com/", ".com:443/") })).toBe("genuine");
    expect(verdict({ ...signed, url: url.replace(".com/", ".com:8443/") })).toBe("genuine");
  });

  it.each([
    ["another status", { ...signed, body: asForm({ ...form, MessageStatus: "read" }) }],
    ["one parameter more", { ...signed, body: asForm({ ...form, ErrorCode: "30005" }) }],
    ["one parameter less", { ...signed, body: asForm(Object.fromEntries(Object.entries(form).slice(1))) }],
    ["another reference", { ...signed, url: url.replace("d_a", "d_b") }],
    ["another path", { ...signed, url: url.replace("/callbacks/", "/hooks/") }],
    ["another host", { ...signed, url: url.replace("shop.", "shop2.") }],
    ["the token of somebody else", byTwilio(url, form, "wrong")],
    ["no signature", { ...signed, headers: {} }],
    ["a signature that is too short", { ...signed, headers: { "x-twilio-signature": "AAAA" } }],
    ["no POST", { ...signed, method: "GET" }],
    ["more parameters than anybody sends", { ...signed, body: Buffer.from("a=1&".repeat(5_000)) }],
  ])("%s is refused", (_, request) => {
    expect(verdict(request)).toBe("refused");
  });

  it("the order of parameters says nothing, and one that comes twice is signed once for each value", () => {
    const backwards = Object.fromEntries(Object.entries(form).toReversed());
    expect(verdict({ ...signed, body: asForm(backwards) })).toBe("genuine");
    const twice = byTwilio(url, { ...form, Tag: ["b", "a", "b"] } as never, token);
    expect(verdict({ ...twice, body: Buffer.from(`${asForm(form).toString()}&Tag=b&Tag=a&Tag=b`) })).toBe("genuine");
  });

  it("JSON is known by the hash of its raw bytes, and without one not at all", () => {
    const json = byTwilioAsJson(url, `{"MessageSid":"${sid}","MessageStatus":"read"}\n`, token);
    expect(verdict(json)).toBe("genuine");
    expect(verdict({ ...json, body: Buffer.from(json.body.toString().trimEnd()) })).toBe("refused");
    expect(verdict({ ...json, url })).toBe("refused");
    expect(verdict({ ...json, url: json.url.replace(/bodySHA256=../, "bodySHA256=zz") })).toBe("refused");
  });
});

const read = (parameters: Record<string, string>, at = url) =>
  reader.read({ url: at, contentType: "application/x-www-form-urlencoded", body: asForm(parameters).toString() });

const meaning = (parameters: Record<string, string>): string => {
  const [notice] = read({ ...form, ...parameters });
  return notice?.kind === "status" ? [notice.status, notice.outcome?.kind].filter(Boolean).join(" ") : "nothing";
};

describe("Twilio's statuses", () => {
  it("B3: name the delivery, the message, the channel and the address", () => {
    const shared = { kind: "status", provider: "twilio", reference, messageId: sid, status: "delivered", address: "+919845012345" };
    expect(read(form)).toEqual([{ ...shared, channel: "sms" }]);
    expect(read({ ...form, To: "whatsapp:+919845012345" })).toEqual([{ ...shared, channel: "whatsapp" }]);
    const { reference: _, ...withoutReference } = shared;
    expect(read(form, "/callbacks/twilio")).toEqual([{ ...withoutReference, channel: "sms" }]);
  });

  const words = {
    accepted: "accepted",
    scheduled: "accepted",
    queued: "accepted",
    sending: "accepted",
    sent: "accepted",
    partially_delivered: "accepted",
    delivered: "delivered",
    read: "read",
    undelivered: "failed retry",
    failed: "failed retry",
    canceled: "failed reject",
    receiving: "nothing",
    received: "nothing",
  };
  const codes = {
    21610: "failed suppress",
    30001: "failed retry",
    30002: "failed pause",
    30003: "failed retry",
    30004: "failed suppress",
    30005: "bounced suppress",
    30006: "bounced suppress",
    30007: "failed reject",
    30008: "failed retry",
    30034: "failed pause",
    63003: "bounced suppress",
    63007: "failed pause",
    63014: "failed suppress",
    63016: "failed reject",
    63017: "failed retry",
    63018: "failed retry",
    63024: "bounced suppress",
    63038: "failed retry",
    63049: "failed retry",
  };

  it.each(Object.entries(words))("%s is %s", (status, expected) => {
    expect(meaning({ MessageStatus: status })).toBe(expected);
  });

  it.each(Object.entries(codes))("undelivered with %s is %s", (code, expected) => {
    expect(meaning({ MessageStatus: "undelivered", ErrorCode: code })).toBe(expected);
  });

  it("every code that refuses a message also ends one, and every status is tried here", () => {
    const own = Object.keys(twilioStatuses).filter((key) => !Object.hasOwn(twilioCodes, key));
    expect(own.toSorted()).toEqual(Object.keys(words).toSorted());
    for (const code of Object.keys(twilioCodes))
      expect(meaning({ MessageStatus: "failed", ErrorCode: code })).toMatch(/^(failed|bounced) /);
  });

  it("an error code counts only of a message that ended, and the reason holds no number", () => {
    expect(meaning({ MessageStatus: "delivered", ErrorCode: "30005" })).toBe("delivered");
    expect(read({ ...form, MessageStatus: "failed", ErrorCode: "30005", ErrorMessage: "nobody has +919845012345" })).toMatchObject([
      { reason: "failed 30005 nobody has the number", outcome: { kind: "suppress", reason: "failed 30005 nobody has the number" } },
    ]);
  });

  it("a team's own outcomes and statuses win", () => {
    const own = twilioCallbacks({ authTokens: [token], outcomes: { 30007: "retry" }, statuses: { 30008: "bounced" } });
    const of = (ErrorCode: string) =>
      own.read({ url, contentType: "", body: asForm({ ...form, MessageStatus: "failed", ErrorCode }).toString() });
    expect([of("30007"), of("30008")]).toMatchObject([[{ status: "failed", outcome: { kind: "retry" } }], [{ status: "bounced" }]]);
  });

  it("what has no id of a message, or has two, or a status that is unknown, says nothing", () => {
    for (const odd of [
      { MessageSid: "SM1" },
      { MessageSid: `${sid}0`, SmsSid: "" },
      { MessageStatus: "constructor" },
      { MessageStatus: "" },
    ])
      expect(read({ ...form, ...odd })).toEqual([]);
    const twice = `${asForm(form).toString()}&MessageStatus=read`;
    expect(reader.read({ url, contentType: "", body: twice })).toMatchObject([{ status: "delivered" }]);
    expect(reader.read({ url, contentType: "", body: `${twice}&SmsStatus=read` })).toEqual([]);
  });

  it("wherever the mark between a name and its value is moved, nothing is said that Twilio did not say", () => {
    const genuine = { ...form, MessageStatus: "undelivered", SmsStatus: "undelivered", ErrorCode: "30003" };
    const request = byTwilio(url, genuine, token);
    let moved = 0;
    for (const name of Object.keys(genuine) as (keyof typeof genuine)[]) {
      const { [name]: value, ...others } = genuine;
      const text = `${name}${value}`;
      for (let cut = 1; cut < text.length; cut++) {
        const body = asForm({ ...others, [text.slice(0, cut)]: text.slice(cut) });
        if (cut === name.length || verdict({ ...request, body }) !== "genuine") continue;
        moved += 1;
        for (const notice of reader.read({ url, contentType: "", body: body.toString() }))
          expect(notice).toMatchObject({ reference, messageId: sid, status: "failed", outcome: { kind: "retry" } });
      }
    }
    expect(moved).toBeGreaterThan(20);
  });
});

describe("Twilio's answers of readers", () => {
  const answer = { ...form, MessageStatus: undefined, SmsStatus: "received", From: "+919845012345", To: "+15005550006" };
  const said = (more: Record<string, string>) => {
    const { MessageStatus: _, ...parameters } = { ...answer, ...more };
    return read(parameters as Record<string, string>, "/callbacks/twilio");
  };
  const shared = { kind: "consent", eventId: sid, provider: "twilio", address: "+919845012345" };

  it.each(["STOP", "stop", " Stop. ", "STOPALL", "Unsubscribe", "cancel", "END", "quit", "OPTOUT", "revoke", "opt  out"])(
    "%s is the wish for no more SMS",
    (Body) => {
      expect(said({ Body })).toMatchObject([{ ...shared, channel: "sms", wish: "out", said: expect.stringMatching(/^[A-Z ]+ by SMS$/) }]);
    },
  );

  it.each(["START", "unstop"])("%s is the wish for them again", (Body) => {
    expect(said({ Body })).toMatchObject([{ ...shared, channel: "sms", wish: "in" }]);
  });

  it.each(["", "YES", "yes please", "stop it", "please STOP", "HELP", "The order has not come", "STOP".repeat(1_000)])(
    "%j is about something else",
    (Body) => {
      expect(said({ Body })).toEqual([]);
    },
  );

  it("Twilio's own reading wins over the text", () => {
    expect(said({ Body: "ARRET", OptOutType: "STOP" })).toMatchObject([{ wish: "out", said: "STOP by SMS" }]);
    expect(said({ Body: "STOP", OptOutType: "HELP" })).toEqual([]);
  });

  it("by WhatsApp it is of WhatsApp alone", () => {
    const [notice] = said({ Body: "STOP", From: "whatsapp:+919845012345", To: "whatsapp:+15005550006" });
    expect(notice).toEqual({ ...shared, channel: "whatsapp", wish: "out", said: "STOP by WhatsApp" });
  });

  it("of a short code, or of nobody, nothing follows", () => {
    for (const From of ["57575", "", "+0", "AX-SHOP"]) expect(said({ Body: "STOP", From })).toEqual([]);
  });
});

it("JSON is read as the form is", () => {
  const body = JSON.stringify({ ...form, Extra: { a: 1 } });
  expect(reader.read({ url, contentType: "application/json", body })).toMatchObject([{ messageId: sid, status: "delivered" }]);
  expect(() => reader.read({ url, contentType: "application/json", body: "{" })).toThrow(UnreadableCallback);
  expect(() => reader.read({ url, contentType: "", body: "a=1&".repeat(2_000) })).toThrow(UnreadableCallback);
});
