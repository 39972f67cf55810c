import { describe, expect, it } from "vitest";
import * as z from "zod";
import { readRow } from "../../src/bus/relay-row.ts";
import { outboxLines } from "../../src/cli/outbox-lines.ts";
import { defineTopic, drizzleTransaction, knexTransaction, prismaTransaction } from "../../src/index.ts";
import { migration, schemaVersion, versionIn } from "../../src/outbox/migration.ts";

const topic = defineTopic("order.placed", z.object({ orderId: z.string() })).evolve(z.object({ id: z.string() }), ({ orderId }) => ({
  id: orderId,
}));
const event = { id: "e-1", type: "order.placed", time: "2026-01-31T09:30:00.000Z", dataversion: 2, data: { id: "A-1" } };
const rowOf = (changed: object) => ({
  seq: "1",
  application: "shop",
  topic: "order.placed",
  key: "A-1",
  eventId: "e-1",
  event: JSON.stringify({ ...event, ...changed }),
});

describe("a row of the outbox", () => {
  it("is an event when it is one of its topic; what an older build wrote is left as it is", () => {
    expect(readRow(rowOf({}), topic)).toEqual({ event });
    expect(readRow(rowOf({ dataversion: 1, data: { orderId: "A-1" } }), topic)).toMatchObject({ event: { data: { orderId: "A-1" } } });
  });

  it.each<[string, object, RegExp]>([
    ["a payload that the topic does not take", { data: { id: 7 } }, /^id: .*expected string/],
    ["another id than the row's", { id: "e-2" }, /its row says "e-1"/],
    ["another topic than the row's", { type: "order.lost" }, /its row says "order.placed"/],
    ["no time", { time: "yesterday" }, /^time: /],
    ["no version", { dataversion: undefined }, /^dataversion: /],
    ["an option that makes no sense", { priority: "urgent" }, /"urgent" is none of/],
    ["all of that", { id: "e-2", type: "x" }, /^id: .*; type: /],
  ])("with %s is refused, with the reason", (_, changed, reason) => {
    expect(readRow(rowOf(changed), topic)).toEqual({ refused: expect.stringMatching(reason) as string });
  });

  it("that is no JSON, or of no topic, is refused", () => {
    expect(readRow({ ...rowOf({}), event: "{" }, topic)).toEqual({ refused: expect.stringContaining("JSON") as string });
    expect(readRow(rowOf({}), undefined)).toEqual({ refused: 'no topic is called "order.placed"' });
  });
});

it("the version of the tables stands in the comment of busbar.outbox, and nowhere else", () => {
  expect(versionIn(/COMMENT ON TABLE busbar\.outbox IS '([^']*)'/.exec(migration)![1])).toBe(schemaVersion);
  expect([null, undefined, "orders", "busbar outbox, version x"].map(versionIn)).toEqual([undefined, undefined, undefined, undefined]);
});

function sql(texts: TemplateStringsArray, ...values: string[]) {
  return { texts: [...texts], raw: texts.raw.length, values };
}

it("the transactions of Prisma, Drizzle and Knex are asked in their own ways, each parameter in its place", async () => {
  const text = "SELECT $2, $1::json, $2";
  const asked: unknown[] = [];
  await prismaTransaction({ $queryRawUnsafe: async (...all: unknown[]) => void asked.push(all) }).query(text, ["a", "b"]);
  await knexTransaction({ raw: async (...all) => void asked.push(all) }).query(text, ["a", "b"]);
  await drizzleTransaction({ execute: async (statement: unknown) => void asked.push(statement) }, sql).query(text, ["a", "b"]);
  expect(asked).toEqual([
    [text, "a", "b"],
    ["SELECT ?, ?::json, ?", ["b", "a", "b"]],
    { texts: ["SELECT ", ", ", "::json, ", ""], raw: 4, values: ["b", "a", "b"] },
  ]);
});

it("what is in the outbox is said in a line each", () => {
  const none = { waiting: 0, oldestAge: 0, refused: 0, unknownTopics: [] };
  expect(outboxLines(none)).toEqual(["No event waits in the outbox."]);
  expect(outboxLines({ waiting: 1_204, oldestAge: 75_000, refused: 2, unknownTopics: [{ topic: "order.later", waiting: 4 }] })).toEqual([
    "Outbox: 1,204 events not relayed yet, the oldest for 75 s.",
    "Outbox: 4 of order.later, a topic that this build does not define: no relay of it takes them.",
    "Outbox: 2 events set aside: busbar outbox refused says why.",
  ]);
  expect(outboxLines({ problem: "no answer\u001b[2J" })).toEqual(["The outbox cannot be seen: no answer\\u001b[2J"]);
});
