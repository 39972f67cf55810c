import { describe, expect, it } from "vitest";
import type { FoundTrace, SearchResult } from "../../src/bus/search.ts";
import { foundLines, nothingFound, othersLine } from "../../src/cli/search-lines.ts";

const trace = (id: string, ...keys: string[]): FoundTrace => ({
  event: {
    specversion: "1.0",
    id,
    source: "/shop",
    type: "order.placed",
    time: "2026-11-24T10:00:00.000Z",
    datacontenttype: "application/json",
    dataversion: 1,
    data: {},
  },
  subscribers: [],
  keys,
});
const searched = [{ topic: "order.placed", keys: ["orderId", "customer.email"] }];
const result = (more: Partial<SearchResult> = {}): SearchResult => ({ events: [], more: false, searched, ...more });

describe("what a search has found", () => {
  it("is said with the search keys that have the value, then event by event", () => {
    const found = result({ events: [trace("e-2", "orderId"), trace("e-1", "orderId", "customer.email")] });
    expect(foundLines({ value: "A-1\u001b[2J" }, found)).toEqual([
      '"A-1\\u001b[2J" at orderId, customer.email: 2 events, the newest first',
      "",
      "order.placed e-2",
      "  published        2026-11-24T10:00:00.000Z by /shop",
      "  nobody listens to this topic",
      "",
      "order.placed e-1",
      "  published        2026-11-24T10:00:00.000Z by /shop",
      "  nobody listens to this topic",
    ]);
    expect(foundLines({ value: "A-1" }, result({ events: [trace("e-1")] }))[0]).toBe('"A-1": 1 event');
  });

  it("is hinted at where the value is an idempotency key too", () => {
    expect(othersLine("A-1", "e-1", [trace("e-1", "orderId"), trace("e-2", "orderId")])[1]).toMatch(/busbar trace orderId "A-1"$/);
    expect(othersLine("A-1", "e-1", [trace("e-1", "orderId")])).toEqual([]);
  });
});

describe("that a search has found nothing", () => {
  it("is said with what was searched, and where the value is instead", () => {
    expect(nothingFound({ key: "email", value: "A-1" }, result(), result({ events: [trace("e-1", "orderId")] }))).toMatch(
      /^no event has "A-1" there \(one has it at orderId\)\. Search keys that were looked through: order\.placed \(orderId, customer\.email\);/,
    );
    expect(nothingFound({ value: "A-1" }, result(), result())).toMatch(/^no event, delivery or idempotency key is "A-1": .*order\.placed/);
  });

  it("is said with the search keys of a handful of topics, and how many more have some", () => {
    const many = result({ searched: Array.from({ length: 25 }, (_, index) => ({ topic: `t.${index}`, keys: ["orderId"] })) });
    expect(nothingFound({ value: "A-1" }, many, many)).toMatch(
      /looked through: t\.0 \(orderId\), .*, t\.4 \(orderId\) and those of 20 more topics \(busbar topics\); values/,
    );
  });

  it("is said with the key that was meant, or how to have one", () => {
    const unknown = result({ searched: [] });
    expect(nothingFound({ key: "emial", value: "x" }, unknown, result())).toMatch(
      /is called "emial"; did you mean email\? There are: order/,
    );
    expect(nothingFound({ key: "sku", value: "x" }, unknown, result())).toMatch(/is called "sku"\. There are: order/);
    expect(nothingFound({ key: "sku", value: "x" }, unknown, unknown)).toMatch(/^no topic has search keys: .*index: \["orderId"\]/);
    expect(nothingFound({ value: "x" }, unknown, unknown)).toMatch(
      /^no event, delivery or idempotency key is "x": .*; and no topic has search/,
    );
  });
});
