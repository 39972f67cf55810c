import { describe, expect, it } from "vitest";

interface Counts {
  readonly state: string;
  readonly total: number;
  readonly done: number;
  readonly sent: number;
  readonly refused: number;
}

const { textOf, whyOf } = (await import(new URL("../../src/dashboard/page/bulk.js", import.meta.url).href)) as {
  textOf(verb: string, operation: Counts): string;
  whyOf(operation: { readonly reasons: Readonly<Record<string, number>>; readonly uncounted?: number }): readonly string[];
};
const { hasLargeCounts } = (await import(new URL("../../src/dashboard/page/queues.js", import.meta.url).href)) as {
  hasLargeCounts(queues: Readonly<Record<string, Readonly<Record<string, number>>>>): boolean;
};

describe("the page", () => {
  it("says in each state of an operation on dead letters how far it is", () => {
    const counts = { total: 9_999_999, done: 4_200_000, sent: 12_345, refused: 6_789 };
    const said = "4,200,000 of 9,999,999 queued again, 12,345 had been sent meanwhile, 6,789 left as they were.";
    expect(textOf("redrive", { state: "running", ...counts })).toBe(`Queueing again: ${said}`);
    expect(textOf("redrive", { state: "finished", ...counts })).toBe(`Done: ${said}`);
    expect(textOf("redrive", { state: "cancelled", ...counts })).toBe(`Stopped: ${said} What it had not got to stays a dead letter.`);
    const none = { total: 0, done: 0, sent: 0, refused: 0 };
    expect(textOf("discard", { state: "finished", ...none })).toBe("Done: no dead letter was meant any more.");
    expect(textOf("discard", { state: "finished", ...none, total: 2, done: 2 })).toBe("Done: 2 of 2 discarded.");
    expect(whyOf({ reasons: { "it is no dead letter any more": 1_200 }, uncounted: 3 })).toEqual([
      "1,200: it is no dead letter any more",
      "3: somebody else had done it when their turn came",
    ]);
    expect(whyOf({ reasons: {} })).toEqual([]);
  });

  it("gives its counters the page's width as soon as one has four digits", () => {
    expect(hasLargeCounts({ email: { waiting: 999, dead: 0 }, sms: { waiting: 0 } })).toBe(false);
    expect(hasLargeCounts({ email: { waiting: 999, dead: 0 }, sms: { waiting: 1_000 } })).toBe(true);
    expect(hasLargeCounts({})).toBe(false);
  });
});
