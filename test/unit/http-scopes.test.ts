import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allows, matchesGlob, scopeProblems } from "../../src/server/scopes.ts";

describe("the pattern of a publish scope", () => {
  it.each([
    ["order.placed", "order.placed", true],
    ["order.placed", "order.placed2", false],
    ["order.*", "order.placed", true],
    ["order.*", "order.", true],
    ["order.*", "orders.placed", false],
    ["*", "anything", true],
    ["*.placed", "order.placed", true],
    ["*.placed", "order.placed.again", false],
    ["a*b*c", "a.b.c", true],
    ["a*b*c", "acb", false],
    ["a*a", "a", false],
    ["ab*ba", "aba", false],
    ["**", "x", true],
    ["o.*", "oxplaced", false],
  ])("%s and %s: %s", (glob, name, matches) => {
    expect(matchesGlob(glob, name)).toBe(matches);
  });

  it("means what the same pattern means as a regular expression, for every short text", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 8 });
    fc.assert(
      fc.property(glob, text, (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
        expect(matchesGlob(pattern, name)).toBe(expression.test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes no longer for a pattern that would make a regular expression hang", () => {
    const begun = performance.now();
    expect(matchesGlob(`${"a*".repeat(60)}b`, "a".repeat(128))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(50);
  });
});

describe("scopes", () => {
  it("admin may everything; read and operate may nothing else", () => {
    expect(allows(["admin"], "publish:order.placed")).toBe(true);
    expect(allows(["admin"], "operate")).toBe(true);
    expect(allows(["read"], "operate")).toBe(false);
    expect(allows(["operate"], "read")).toBe(false);
    expect(allows(["publish:*"], "read")).toBe(false);
    expect(allows([], "read")).toBe(false);
  });

  it("those that mean nothing are told", () => {
    expect(scopeProblems(["publish:order.*", "read", "operate", "admin"])).toEqual([]);
    expect(scopeProblems(["publish:", "publish:Order", "Read", "*"])).toHaveLength(4);
  });
});
