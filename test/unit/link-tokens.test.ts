import { describe, expect, it } from "vitest";
import { linkTokens } from "../../src/channels/link-tokens.ts";
import { readerLinkProblems, readerLinksOf } from "../../src/bus/reader-links.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { readEnvironment } from "../../src/bus/environment/environment.ts";
import { defineSubscriber } from "../../src/index.ts";
import { orderPlaced, receiptEmail } from "../support/line.ts";

const [secret, older] = ["a secret of the tests that is long enough", "another secret that was in use before it"];
const subject = { address: "asha.iyer@example.in", category: "supporter-updates" };
const tokens = linkTokens([secret], "shop");
const token = tokens.sign(subject);

describe("the token of a link", () => {
  it("says whose it is and of which category, to us alone; the same subject has the same token", () => {
    expect(tokens.read(token)).toEqual(subject);
    expect(tokens.sign(subject)).toBe(token);
    expect(tokens.read(tokens.sign({ address: subject.address, category: undefined }))).toEqual({ ...subject, category: undefined });
    const longest = { address: `${"ü".repeat(60)}@${"a".repeat(180)}.in`, category: "c".repeat(128) };
    expect(tokens.read(tokens.sign(longest))).toEqual(longest);
    const plain = Buffer.from(token, "base64url").toString("latin1");
    expect(`${token}${plain}`).not.toMatch(/asha|example|updates/);
  });

  it("is refused when one bit of it was changed, a character taken away or added", () => {
    const bytes = Buffer.from(token, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(tokens.read(altered.toString("base64url"))).toBeUndefined();
    }
    for (let length = 0; length < token.length; length++) expect(tokens.read(token.slice(0, length))).toBeUndefined();
    for (const changed of [`${token}A`, `${token}=`, ` ${token}`, `${token}\n`, token.toUpperCase(), "x".repeat(5_000), ""])
      expect(tokens.read(changed)).toBeUndefined();
  });

  it("is refused by another application, and with another secret; one that is still known is taken", () => {
    expect(linkTokens([secret], "bank").read(token)).toBeUndefined();
    expect(linkTokens([older], "shop").read(token)).toBeUndefined();
    expect(linkTokens([], "shop").read(token)).toBeUndefined();
    const rotated = linkTokens([older, secret], "shop");
    expect(rotated.read(token)).toEqual(subject);
    expect(rotated.sign(subject)).not.toBe(token);
  });
});

const news = defineSubscriber(orderPlaced, {
  name: "news",
  deliver: ({ email }) => [
    email({ category: "offers", to: ({ data }) => data.email, template: receiptEmail, data: ({ data: { orderId } }) => ({ orderId }) }),
  ],
});
const mail = defineSubscriber(orderPlaced, {
  name: "receipt",
  deliver: ({ email }) => [email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data: { orderId } }) => ({ orderId }) })],
});

function settings(more: object, live = true) {
  return parseOptions({ application: "shop", topics: {}, channels: { email: { from: "a@example.in" } }, send: { live }, ...more });
}

describe("a start", () => {
  it("with real sending and e-mails that nobody has to take is refused without a secret and an address, and both are named", () => {
    expect(readerLinkProblems(settings({}), [news, mail])).toEqual([
      'real sending is on, and e-mails that are not transactional must say how to unsubscribe: set LINK_SECRET (openssl rand -hex 32) and PUBLIC_URL (where this server is reached from outside, https), or make them transactional: "news" (offers)',
    ]);
    expect(readerLinkProblems(settings({ linkSecrets: [secret] }), [news])[0]).toMatch(/: set PUBLIC_URL \(/);
    expect(readerLinkProblems(settings({ publicUrl: "https://shop.example.in" }), [news])[0]).toMatch(/: set LINK_SECRET \([^)]*\), or/);
    expect(readerLinkProblems(settings({ linkSecrets: [secret], publicUrl: "http://shop.example.in" }), [news])).toEqual([
      "PUBLIC_URL http://shop.example.in must begin with https:// while real sending is on: mail programs unsubscribe at no other address",
    ]);
    expect(readerLinkProblems(settings({ linkSecrets: [secret], publicUrl: "https://shop.example.in" }), [news])).toEqual([]);
    expect(readerLinkProblems(settings({}), [mail])).toEqual([]);
    expect(readerLinkProblems(settings({}, false), [news])).toEqual([]);
    expect(readerLinkProblems(settings({ channels: {} }), [news])).toEqual([]);
  });

  it("signs with what everybody knows only while real sending is off", () => {
    expect(readerLinksOf(settings({}, false))!.urlsFor(subject).unsubscribeUrl).toMatch(
      /^http:\/\/127\.0\.0\.1:4000\/unsubscribe\/[\w-]+$/,
    );
    expect(readerLinksOf(settings({ publicUrl: "https://shop.example.in" }))).toBeUndefined();
    const links = readerLinksOf(settings({ publicUrl: "https://shop.example.in/mail/", linkSecrets: [secret] }))!;
    expect(links.urlsFor(subject)).toEqual({
      unsubscribeUrl: `https://shop.example.in/mail/unsubscribe/${token}`,
      preferencesUrl: `https://shop.example.in/mail/preferences/${token}`,
    });
    expect(links.urlsFor({ ...subject, category: undefined })).not.toHaveProperty("unsubscribeUrl");
  });

  it("takes secret and address from the environment, and repeats no secret in what it says of it", () => {
    const read = readEnvironment({ LINK_SECRET: `${secret}, ${older}`, PUBLIC_URL: "https://shop.example.in" });
    expect(read).toMatchObject({ linkSecrets: [secret, older], publicUrl: "https://shop.example.in" });
    expect(() => readEnvironment({ LINK_SECRET: `${secret},tooshort`, PUBLIC_URL: "shop.example.in" })).toThrow(
      /LINK_SECRET: must hold 32 bytes or more: openssl rand -hex 32[^]*PUBLIC_URL: must look like|PUBLIC_URL: must look like[^]*LINK_SECRET: must hold 32 bytes/,
    );
    expect(() => readEnvironment({ LINK_SECRET: "tooshort" })).not.toThrow(/tooshort/);
    expect(() => settings({ linkSecrets: ["short"], publicUrl: "ftp://x", categories: { "Big News": { titel: "x" } } })).toThrow(
      /publicUrl: [^]*linkSecrets: secret 1 must be text of 32 bytes[^]*categories: "Big News" must be lower case[^]*did you mean "title"/,
    );
  });
});
