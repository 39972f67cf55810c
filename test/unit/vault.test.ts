import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Delivery } from "../../src/define/delivery.ts";
import type { BusEvent } from "../../src/define/event.ts";
import { maskMade, maskText, maskWords } from "../../src/define/mask.ts";
import { secretsIn, spoiltStandIns } from "../../src/define/sealed.ts";
import { defineSubscriber, defineTopic, pii, secret, smsTemplate } from "../../src/index.ts";
import { plan } from "../../src/router/plan.ts";
import { keyProblems, keyRing, newKey, sealWith } from "../../src/vault/key-ring.ts";
import { lackedKeys } from "../../src/vault/lacked-keys.ts";
import { createVault } from "../../src/vault/vault.ts";
import { withoutValues } from "../../src/define/mask.ts";

const topic = defineTopic(
  "code.asked",
  z.object({
    user: z.string(),
    phone: pii(z.e164(), { subject: "user" }),
    name: pii(z.string(), { subject: "user" }),
    code: secret(z.string().regex(/^\d+$/)),
  }),
);
const data = { user: "u1", phone: "+919845012345", name: "Asha", code: "48291" };
const event = (given: unknown = data, id = "e1"): BusEvent => ({
  specversion: "1.0",
  id,
  source: "/t",
  type: "code.asked",
  time: "2026-01-01T00:00:00.000Z",
  datacontenttype: "application/json",
  dataversion: 1,
  data: given,
});
const key = { kid: "subject.hash.n1", key: createSecretKey(randomBytes(32)) };
const subjects = { hashOf: () => "hash", known: () => key, forReading: async () => new Map([[key.kid, key]]) } as never;
const keys = [newKey("one")];
const vault = createVault({ topics: [topic], ring: keyRing(keys), subjects });
const sealed = (): BusEvent => vault.seal(topic, event()).event;
const read = async (json: string): Promise<BusEvent> => (await vault.read([json]))[0] as BusEvent;
const text = smsTemplate({ name: "t", data: z.object({ code: z.string() }), text: "{{code}}" });
const subscriber = (make: (code: string) => string) =>
  defineSubscriber(topic, {
    name: "s",
    deliver: ({ sms }) => [
      sms({ to: ({ data: { phone } }) => phone, template: text, data: ({ data: { code } }) => ({ code: make(code) }) }),
    ],
  });

describe("C11: the vault", () => {
  it("seals what is marked, and the log says nothing of it; planning sees stand-ins for secrets alone", async () => {
    const json = JSON.stringify(sealed());
    expect(json).not.toMatch(/48291|Asha|919845/);
    const back = await read(json);
    expect(back.data).toEqual({ ...data, code: expect.stringMatching(/^busbar-sealed:[\w-]{16}$/) as string });
    expect(await vault.clear(json)).toEqual(data);
  });

  it.each([
    ["whole", (code: string) => code, "48291"],
    ["in a longer text", (code: string) => `your code: ${code}!`, "your code: 48291!"],
    ["in an address", (code: string) => `https://x.example/?c=${encodeURIComponent(code)}`, "https://x.example/?c=48291"],
  ])("opens what a plan has passed on %s", async (_how, make, expected) => {
    const [delivery] = plan(subscriber(make), await read(JSON.stringify(sealed())), { application: "t" }).deliveries;
    expect(JSON.stringify(delivery)).not.toContain("48291");
    const opened = vault.open(delivery as Delivery);
    expect(opened).toMatchObject({ delivery: { data: { code: expected } }, values: ["48291"] });
  });

  it("names a plan that changes a stand-in, so that nobody could open it", async () => {
    const back = await read(JSON.stringify(sealed()));
    expect(() =>
      plan(
        subscriber((code) => code.toUpperCase()),
        back,
        { application: "t" },
      ),
    ).toThrow(/data: code changes a secret\(\) field/);
    expect(spoiltStandIns(back.sealed!, { a: { b: "Busbar-sealed:x" } })).toEqual(["a.b"]);
    const [standIn] = Object.keys(back.sealed!);
    for (const [from, to] of [
      [0, 6],
      [0, 7],
      [0, 14],
      [9, 20],
      [20, 26],
      [24, 30],
    ] as const)
      expect(spoiltStandIns(back.sealed!, { text: standIn!.slice(from, to) }), `${from} to ${to}`).toEqual(["text"]);
    expect(spoiltStandIns(back.sealed!, { text: `PIN ${standIn!.slice(-6)}` })).toEqual(["text"]);
    expect(
      spoiltStandIns(back.sealed!, {
        text: `sent by busbar: ${standIn!}`,
        more: "vacuum-sealed: https://busbar-search.example.in",
        kind: "bus",
      }),
    ).toEqual([]);
    expect(secretsIn(back.sealed, { other: "text" })).toBeUndefined();
  });

  it("opens nothing that was changed, moved to another event or another field, or torn out of its group", async () => {
    const first = sealed();
    const parts = first.data as Record<string, { $enc: string }>;
    const moved = { ...first, id: "e2" };
    const swapped = { ...first, data: { ...parts, phone: parts["name"], name: parts["phone"] } };
    const torn = { ...first, data: { ...parts, name: "gone" } };
    for (const wrong of [moved, swapped, torn])
      expect((await vault.read([JSON.stringify(wrong)]))[0], JSON.stringify(wrong)).toBeInstanceOf(Error);
    const otherCode = { ...first, data: { ...parts, code: { $enc: parts["code"]!.$enc.replace(/:[^:]+:/, ":AAAAAAAAAAAAAAAA:") } } };
    await expect(vault.clear(JSON.stringify(otherCode))).rejects.toThrow(/unable to authenticate/);
    for (const $enc of ["", "one", "one:two", "one::", "other:b:c:d:e"])
      await expect(vault.clear(JSON.stringify({ ...first, data: { ...parts, code: { $enc } } })), $enc).rejects.toThrow(
        /part of code is missing|Invalid|authenticat|does not hold/i,
      );
  });

  it("opens what waits for the key of its subject, when a publish comes again", async () => {
    const nobodyKnown = { ...(subjects as object), known: () => undefined } as never;
    const waiting = createVault({ topics: [topic], ring: keyRing(keys), subjects: nobodyKnown }).seal(topic, event());
    expect(waiting.pending).toBe(true);
    expect(await vault.clear(JSON.stringify(waiting.event))).toEqual(data);
  });

  it("opens fields as they were written before, each with its piece of the ciphertext", async () => {
    const [ringKey, pieces] = [keyRing(keys)!.first.key, ['"+919845012345"', '"Asha"']];
    const both = sealWith(key.key, pieces.join(""), "code.asked\ne1\nphone\nname");
    const [all, cut] = [Buffer.from(both.ct, "base64url"), pieces[0]!.length];
    const code = { v: 1, kid: "one", alg: "A256GCM", ...sealWith(ringKey, '"48291"', "code.asked\ne1\ncode") };
    const phone = { v: 1, kid: key.kid, alg: "A256GCM", iv: both.iv, n: 0, ct: all.toString("base64url", 0, cut) };
    const name = { iv: both.iv, n: 1, ct: all.toString("base64url", cut) };
    const before = JSON.stringify(event({ user: "u1", phone: { $enc: phone }, name: { $enc: name }, code: { $enc: code } }));
    expect(await vault.clear(before)).toEqual(data);
    const [delivery] = plan(
      subscriber((given) => given),
      await read(before),
      { application: "t" },
    ).deliveries;
    expect(vault.open(delivery as Delivery)).toMatchObject({ delivery: { to: data.phone, data: { code: "48291" } } });
  });

  it("leaves an event alone whose subject's key it lacks: the others are read, and people see which key it is", async () => {
    const other = { kid: "subject.other.n1", key: createSecretKey(randomBytes(32)) };
    const closed = { closedBy: "zz", why: "which BUSBAR_KEYS does not hold" };
    const found = new Map<string, object>([
      [key.kid, key],
      [other.kid, closed],
    ]);
    const open = createVault({ topics: [topic], ring: keyRing(keys), subjects: { ...(subjects as object), known: () => other } as never });
    const lacking = createVault({ topics: [topic], ring: keyRing(keys), subjects: { forReading: async () => found } as never });
    const bad = JSON.stringify(open.seal(topic, event(data, "e2")).event);
    const [first, second, third] = await lacking.read([JSON.stringify(sealed()), bad, JSON.stringify(sealed())]);
    expect([first, third]).toMatchObject([{ data: { phone: data.phone } }, { data: { phone: data.phone } }]);
    expect(second).toMatchObject({
      code: "INVALID_CONFIGURATION",
      message: expect.stringContaining('wrapped with the key "zz", which') as string,
    });
    const instead = "[sealed with the key zz, which BUSBAR_KEYS does not hold]";
    const shown = { user: "u1", phone: instead, name: instead, code: "[secret]" };
    expect((await lacking.look([bad]))[0]).toMatchObject({
      clear: { data: shown },
      masked: { data: shown },
      personal: [],
      closed: [instead],
    });
    await expect(lacking.clear(bad)).rejects.toMatchObject({ code: "INVALID_CONFIGURATION" });
    expect(
      await lackedKeys({ ring: keyRing([newKey("two")]), subjects: { forReading: async () => found as never } }, [bad, "no event"]),
    ).toEqual(
      new Map([
        ["zz", 1],
        ["one", 1],
      ]),
    );
  });

  it("masks what of an erased event is not erased", async () => {
    const mixed = defineTopic(
      "mixed.up",
      z.object({ user: z.string(), name: pii(z.string(), { subject: "user" }), city: pii(z.string()) }),
    );
    const erasing = { ...(subjects as object), forReading: async () => new Map([[key.kid, { erased: 0 }]]) } as never;
    const json = JSON.stringify(
      createVault({ topics: [mixed], ring: keyRing(keys), subjects }).seal(mixed, {
        ...event({ user: "u1", name: "Asha", city: "Pune" }),
        type: "mixed.up",
      }).event,
    );
    const [looked] = await createVault({ topics: [mixed], ring: keyRing(keys), subjects: erasing }).look([json]);
    expect(looked).toMatchObject({ masked: { data: { user: "u1", name: "[erased]", city: "P…" } }, personal: ["Pune"] });
  });

  it("seals, for planning, what was published before its field was marked", async () => {
    const back = await read(JSON.stringify(event()));
    expect((back.data as typeof data).code).toMatch(/^busbar-sealed:/);
    expect(Object.values(back.sealed!)).toHaveLength(1);
  });

  it("reads with every key of the ring and writes with the first; a rotation keeps fingerprints known", () => {
    const [two, old] = [newKey("two"), keys[0]!];
    const [before, after] = [keyRing([old])!, keyRing([two, old])!];
    expect(after.first.id).toBe("two");
    expect(after.fingerprints("x")[1]).toBe(before.fingerprints("x")[0]);
    expect(keyProblems([two, old])).toEqual([]);
    expect(keyProblems(["nonsense", `a:${Buffer.alloc(16).toString("base64")}`, two, two])).toEqual([
      expect.stringContaining("key 1 must be <id>:<32 bytes in base64>") as string,
      expect.stringContaining("key 2") as string,
      'two keys are called "two"',
    ]);
  });
});

describe("C11: masks", () => {
  it.each([
    ["asha.iyer@example.in", "as…@example.in"],
    ["a@example.in", "…@example.in"],
    ["+919845012345", "+91…45"],
    ["Asha Iyer", "A…"],
    ["A", "…"],
    ["https://shop.example.in/r/8c1f", "https://shop.example.in/…"],
  ])("%s is shown as %s", (given, masked) => {
    expect(maskText(given)).toBe(masked);
  });

  it("hide addresses and known values in other people's words, and what was made of an event", () => {
    expect(maskWords("550 <asha.iyer@example.in> of Asha Iyer, +919845012345", ["Asha Iyer"])).toBe("550 <as…@example.in> of A…, +91…45");
    expect(maskMade({ name: "Asha", order: "KR-1", sum: 5 }, new Set(["KR-1"]))).toEqual({ name: "A…", order: "KR-1", sum: 5 });
  });

  it("take secrets out of what was said about a try, in each way that they are written", () => {
    expect(withoutValues('bad "a\\"b": c=a%22b', ['a"b'])).toBe('bad "[secret]": c=[secret]');
  });
});
