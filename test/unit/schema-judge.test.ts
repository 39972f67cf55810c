import { describe, expect, it } from "vitest";
import * as z from "zod";
import { checkLines, diffLines, triedLines } from "../../src/cli/schema-lines.ts";
import { defineTopic } from "../../src/index.ts";
import { judgeTopic } from "../../src/schema/judge.ts";
import { parseSnapshot, snapshotOf, snapshotText } from "../../src/schema/snapshot.ts";
import { tryEvent } from "../../src/schema/try-event.ts";

const topic = (schema: z.ZodObject) => defineTopic("order.placed", schema as never);
const v1 = topic(z.object({ orderId: z.string(), total: z.number().optional() }));
const v2 = v1.evolve(z.object({ orderId: z.string(), total: z.number() }) as never, ((old: object) => ({ total: 0, ...old })) as never);
const verdict = (now: Parameters<typeof judgeTopic>[0], before?: typeof v1) => judgeTopic(now, before && snapshotOf(before));
const texts = (judged: ReturnType<typeof judgeTopic>): string[] => judged.differences.map(({ text }) => text);
const evolve = "Put version 1 back as it was, and add the next one behind it: .evolve(newSchema, (old) => ({ ...old, … })).";

describe("a topic beside its snapshot", () => {
  it("is unchanged where nothing is, however the file was laid out", () => {
    const laidOut = parseSnapshot(JSON.stringify(snapshotOf(v2), null, 7), "order.placed.json");
    expect(judgeTopic(v2, laidOut)).toEqual({
      topic: "order.placed",
      version: 2,
      verdict: "unchanged",
      differences: [],
      advice: undefined,
    });
  });

  it("breaks where a field became required, and says what to do", () => {
    const judged = verdict(topic(z.object({ orderId: z.string(), total: z.number() })), v1);
    expect(judged).toMatchObject({ verdict: "breaking", advice: evolve });
    expect(judged.differences).toEqual([{ version: 1, path: ["total"], side: "event", breaking: true, text: "`total` became required" }]);
  });

  it("is compatible where the same is done in a new version, or a field may be absent", () => {
    expect(verdict(v2, v1)).toMatchObject({ verdict: "compatible", differences: [{ version: 2, text: "version 2 is new" }] });
    const more = topic(z.object({ orderId: z.string(), total: z.number().optional(), note: z.string().optional() }));
    expect(texts(verdict(more, v1))).toEqual(["`note` is new and optional"]);
    expect(verdict(v1)).toMatchObject({ verdict: "compatible", differences: [{ text: "version 1 is new" }] });
    const told = topic(z.object({ orderId: z.string().describe("Of the shop."), total: z.number().optional() }));
    expect(texts(verdict(told, v1))).toEqual(["version 1 has other descriptions or marks, or is written in another way"]);
  });

  it("breaks where an older version was rewritten, a newer one is gone, or the topic is", () => {
    const rewritten = topic(z.object({ orderId: z.string(), total: z.number() })).evolve(
      v2.schema as never,
      ((old: object) => old) as never,
    );
    expect(verdict(rewritten, v2)).toMatchObject({
      verdict: "breaking",
      advice: "Versions are only added: put what was version 1 back as it was.",
    });
    expect(verdict(v1, v2)).toMatchObject({ verdict: "breaking", advice: "Put the newer version back: events of it may be in the log." });
    expect(verdict(undefined, v2)).toMatchObject({
      verdict: "breaking",
      version: undefined,
      advice: "Take it back, or, when nobody publishes or reads it any more, delete schemas/order.placed.json.",
    });
  });

  it("breaks for those who publish where only they lose something, and says so", () => {
    const filled = topic(z.object({ orderId: z.string(), currency: z.string().default("INR") }));
    const judged = verdict(topic(z.object({ orderId: z.string(), currency: z.string() })), filled);
    expect(judged.differences.filter(({ breaking }) => breaking).map(({ text }) => text)).toEqual([
      "`currency` became required, for those who publish",
    ]);
  });

  it("cannot be read from a file that is none, belongs elsewhere or lacks a version", () => {
    expect(() => parseSnapshot("{", "order.placed.json")).toThrow(/schemas\/order.placed.json cannot be read/);
    expect(() => parseSnapshot(snapshotText(snapshotOf(v1)), "order.json")).toThrow(/belongs into order.placed.json/);
    const [, second] = snapshotOf(v2).versions;
    expect(() => parseSnapshot(snapshotText({ topic: "order.placed", versions: [second!] }), "order.placed.json")).toThrow(
      /version 1 is missing/,
    );
  });

  it("is told in lines, what is breaking first and with its advice", () => {
    const broken = verdict(topic(z.object({ orderId: z.int() })), v1);
    const topics = [verdict(v2, v1), broken, verdict(v1, v1)];
    expect(checkLines({ ok: false, begun: true, topics, written: [] })).toEqual([
      "busbar: 1 topic changed in a way that breaks what was published:",
      "  - order.placed, version 1: `orderId` became an integer (it was a string)",
      `    ${evolve}`,
      "Compatible changes in 1 topic:",
      "  - order.placed: version 2 is new",
      "They are not in the snapshot yet: run busbar schema check --write, and commit schemas/.",
    ]);
    expect(checkLines({ ok: true, begun: false, topics, written: [] })[0]).toMatch(/^No snapshot yet of 3 topics/);
    expect(diffLines([broken])).toEqual([
      "order.placed, version 1: breaking (2 changes)",
      "  ! `orderId` became an integer (it was a string)",
      "  + `total` was removed; it was optional",
    ]);
  });
});

const event = (dataversion: number, data: unknown) =>
  ({ id: "e", type: "order.placed", time: "2026-01-01T00:00:00Z", dataversion, data }) as never;

describe("an event of a log under today's schema", () => {
  const strict = v2.evolve(
    z.strictObject({
      orderId: z.string().regex(/^[A-Z]/),
      total: z.number(),
      counts: z.record(z.string(), z.number()).optional(),
    }) as never,
    ((old: { total: number }) => {
      if (old.total === 13) throw new RangeError("asha@example.in owes 13");
      return old;
    }) as never,
  );

  it("is brought up and held against it, and one of the newest version too; a newer one is left alone", () => {
    expect(tryEvent(strict, event(1, { orderId: "A" }))).toEqual({ version: 1, newer: false, problems: [] });
    expect(tryEvent(strict, event(4, {}))).toEqual({ version: 4, newer: true, problems: [] });
    expect(tryEvent(strict, event(0, {})).problems).toEqual(["its version 0 is none"]);
  });

  it("is told by its paths and what was expected there, never by what is there", () => {
    const secret = "asha@example.in";
    const { problems } = tryEvent(strict, event(3, { orderId: secret, total: secret, counts: { [secret]: "x" }, [secret]: 1 }));
    expect(problems).toEqual([
      "orderId: expected what matches /^[A-Z]/",
      "total: expected number",
      "counts.*: expected number",
      "data: holds a field that the schema does not name",
    ]);
    expect(tryEvent(strict, event(2, { orderId: "A", total: 13 })).problems).toEqual(["the upcast from version 2 threw RangeError"]);
    const tried = { topic: "order.placed", events: 9, newer: 1, failing: [{ id: "e", version: 3, problems }] };
    expect(triedLines([tried]).slice(0, 2)).toEqual([
      "order.placed: of 9 events of the log 1 do not fit, 1 of a newer version left alone:",
      "  - e (version 3): orderId: expected what matches /^[A-Z]/",
    ]);
  });
});
