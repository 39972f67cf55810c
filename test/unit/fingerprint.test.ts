import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorPattern, fingerprintText, thrownIn } from "../../src/queues/fingerprint.ts";

describe("the pattern of an error", () => {
  it.each([
    ["ids", "no stock for A-1001", "no stock for KR-7", "no stock for <id>"],
    [
      "uuids",
      "event 01a20061-4084-7fad-8b8d-cea76ce7af12 is gone",
      "event 01a20061-3c11-7b97-bbef-4969a2707557 is gone",
      "event <id> is gone",
    ],
    ["long words", `token ${"x".repeat(40)} ended`, `token ${"y".repeat(50)} ended`, "token <id> ended"],
    ["numbers", "took 31.5 ms of 30", "took 9 ms of 1,000", "took <n> ms of <n>"],
    [
      "addresses",
      "asha@example.in was refused by 10.1.2.3:25",
      "ravi.k+1@shop.example was refused by 10.0.0.9:587",
      "<address> was refused by <address>",
    ],
    ["long addresses of the Internet", "refused by fe80:0:0:1:2:3:4:5", "refused by 2001:db8:0:0:1:2:3:4", "refused by <address>"],
    ["places of the web", "GET https://a.example/x?y=1 failed", "GET http://b.example failed", "GET <url> failed"],
    ["times", "not before 2026-11-21T23:11:43.236Z", "not before 2026-01-01T00:00:00+05:30", "not before <time>"],
    ["what is quoted", 'no customer "Asha Rao"', 'no customer "O\'Neil \\"R\\" K"', "no customer <text>"],
    ["what is quoted in other ways", "no field 'name' in `order`", "no field 'a b' in `x`", "no field <text> in <text>"],
    ["places in files", "TypeError at /srv/shop/src/handle.ts:12:7", "TypeError at /app/src/handle.ts:99:1", "TypeError at handle.ts"],
    ["the length of a list", "unknown ids 1, 2, 3", "unknown ids 4, 5", "unknown ids <n>"],
  ])("D5: has no %s", (_, one, other, pattern) => {
    expect([errorPattern(one), errorPattern(other)]).toEqual([pattern, pattern]);
  });

  it("D5: keeps what tells errors from one another, apostrophes too", () => {
    const texts = ["the queue's full", "the queue isn't there", "503 Service Unavailable", "429 Too Many Requests", "timeout"];
    expect(new Set(texts.map(errorPattern)).size).toBe(texts.length);
    expect(errorPattern("the customer's 3 orders aren't there")).toBe("the customer's <n> orders aren't there");
  });

  it("is short and takes no time, whatever the text is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => errorPattern(text).length <= 300),
      { numRuns: 200 },
    );
    const start = performance.now();
    for (const bad of [
      "a".repeat(50_000),
      "1.".repeat(25_000),
      "'".repeat(50_000),
      "a@".repeat(25_000),
      "/a".repeat(25_000),
      "0:".repeat(9_000),
    ])
      errorPattern(bad);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

const fingerprint = (text: string): string => fingerprintText("gone", [text]);
const stack = (line: number): string =>
  `Error: gone\n    at fetch (node:internal/deps/undici:1:2)\n    at Client.ask (/srv/shop/node_modules/client/index.js:3:4)\n    at async reserve (file:///srv/shop/src/stock.ts:${line}:9)\n    at run (/srv/shop/src/run.ts:1:1)`;

describe("where an error was thrown", () => {
  it("D5: is the first function of one's own, without its line", () => {
    expect(thrownIn(stack(12))).toBe("reserve stock.ts");
    expect(thrownIn(undefined)).toBe("");
    expect(thrownIn("Error: gone\n    at /srv/shop/src/stock.ts:5:6")).toBe("stock.ts");
  });

  it("D5: makes two causes of two places that say the same, and one of a place that moved", () => {
    expect(fingerprint(stack(12))).toBe(fingerprint(stack(13)));
    expect(fingerprint(stack(12))).not.toBe(fingerprint(stack(12).replace("reserve", "release")));
  });
});
