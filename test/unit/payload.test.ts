import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { decodeEvent, encodeEvent, payloadFingerprint, type BusEvent } from "../../src/define/event.ts";
import { payloadProblems } from "../../src/define/payload.ts";
import { defineTopic, parsePayload } from "../../src/define/topic.ts";

const event = (data: unknown): BusEvent => ({
  specversion: "1.0",
  id: "e-1",
  source: "/test",
  type: "a.b",
  time: "2026-01-01T00:00:00.000Z",
  datacontenttype: "application/json",
  dataversion: 1,
  data,
});

describe("payloads", () => {
  it("refuses keys that change prototypes, at any depth", () => {
    expect(payloadProblems(JSON.parse('{"a":[{"__proto__":{"x":1}}]}'))).toEqual(['a[0].__proto__: the key "__proto__" is not allowed']);
    expect(payloadProblems({ a: { constructor: 1, prototype: 2 } })).toHaveLength(2);
  });

  it("refuses the key that is kept for encrypted values", () => {
    expect(payloadProblems({ otp: { $enc: { v: 1 } } })).toEqual(['otp.$enc: the key "$enc" is not allowed']);
  });

  it("refuses nesting beyond 32 levels without overflowing on a thousand", () => {
    const nested = JSON.parse(`${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`) as unknown;
    expect(payloadProblems(nested)).toHaveLength(1);
    expect(payloadProblems(nested)[0]).toMatch(/nested deeper than 32 levels/);
  });

  it("refuses NUL, half surrogates and numbers that JSON does not have", () => {
    expect(payloadProblems({ a: "x\0", b: "\ud800", c: Number.NaN, ok: "😀" })).toEqual([
      "a: holds a NUL character",
      "b: holds half of a surrogate pair",
      "c: NaN is not a JSON number",
    ]);
  });

  it("refuses more than a thousand keys in one object", () => {
    const wide = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`k${index}`, 1]));
    expect(payloadProblems({ wide })).toEqual(["wide: has 1001 keys, at most 1000 are allowed"]);
  });

  it("reports every problem of a payload with its path", () => {
    const topic = defineTopic(
      "order.placed",
      z.object({ id: z.string(), customer: z.object({ email: z.email() }), items: z.array(z.object({ sku: z.string() })) }),
    );
    const parsed = parsePayload(topic, { customer: { email: "x" }, items: [{ sku: "a" }, { sku: 5 }] });
    expect("problems" in parsed && parsed.problems.map((problem) => problem.split(":")[0])).toEqual([
      "id",
      "customer.email",
      "items[1].sku",
    ]);
  });

  it("refuses an event over 256 KB, counted in bytes, and takes one just below", () => {
    const room = 256 * 1024 - Buffer.byteLength(JSON.stringify(event("")));
    expect(encodeEvent(event("é".repeat(Math.floor(room / 2))))).toBeTypeOf("string");
    expect(() => encodeEvent(event("é".repeat(Math.floor(room / 2) + 1)))).toThrow(/bytes, at most 262144 are allowed/);
  });

  it("reads back what it wrote, and says what is wrong with anything else", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const json = encodeEvent(event(data));
        expect(JSON.stringify(decodeEvent(json))).toBe(json);
      }),
    );
    expect(() => decodeEvent("{}")).toThrow('the log entry is no CloudEvent: "id" is missing');
    expect(() => decodeEvent("null")).toThrow('"id" is missing');
  });

  it("gives a payload one fingerprint whatever the order of its keys, and another payload another one", () => {
    expect(payloadFingerprint({ a: 1, b: { c: 2, d: 3 } })).toBe(payloadFingerprint({ b: { d: 3, c: 2 }, a: 1 }));
    expect(payloadFingerprint({ a: 1 })).not.toBe(payloadFingerprint({ a: "1" }));
    expect(payloadFingerprint([1, 2])).not.toBe(payloadFingerprint([2, 1]));
  });
});
