import { describe, expect, it } from "vitest";
import * as z from "zod";
import { BusbarError } from "../../src/base/errors.ts";
import { catalogOf, topicsProblems } from "../../src/define/catalog.ts";
import { nearestName } from "../../src/define/names.ts";
import { exportName } from "../../src/define/topic.ts";
import { defineSubscriber, defineTopic, emailTemplate, type Subscriber } from "../../src/index.ts";
import { orderPlaced, receipt, receiptEmail } from "../support/line.ts";

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof BusbarError) return error.problems;
    throw error;
  }
  return [];
}

// What a JavaScript author can write, and the compiler would refuse.
const loose = { defineTopic, defineSubscriber, emailTemplate } as unknown as Record<string, (...parts: unknown[]) => unknown>;

describe("definitions", () => {
  it("names a topic's export", () => {
    expect(["order.placed", "order.status_changed", "file.export-ready", "a.b.c"].map(exportName)).toEqual([
      "orderPlaced",
      "orderStatusChanged",
      "fileExportReady",
      "aBC",
    ]);
  });

  it("refuses a schema that is not JSON in and JSON out, saying what to do", () => {
    expect(problemsOf(() => loose["defineTopic"]!("a.b", z.object({ at: z.date() })))[0]).toMatch(
      /not JSON in and JSON out.*use z\.iso\.datetime\(\) for dates/,
    );
    expect(problemsOf(() => loose["defineTopic"]!("a.b", z.object({ n: z.string().transform(Number) })))[0]).toMatch(
      /move transforms into the subscriber's data/,
    );
    expect(problemsOf(() => loose["defineTopic"]!("a.b", { n: "string" }))[0]).toMatch(/not a zod schema/);
  });

  it("reports a topic's wrong name and wrong example together", () => {
    expect(problemsOf(() => defineTopic("Order Placed", z.object({ n: z.number() }), { example: { n: "1" as never } }))).toEqual([
      expect.stringMatching(/its name may hold lower-case letters/),
      expect.stringMatching(/its example does not match its schema: n: /),
    ]);
  });

  it("reports everything wrong with a subscriber at once", () => {
    const problems = problemsOf(() =>
      loose["defineSubscriber"]!(
        { not: "a topic" },
        {
          name: "Bad Name",
          priority: "urgent",
          deliver: ({ email }: { email: (route: object) => unknown }) => [
            email({ template: receiptEmail, data: 1 }),
            email({ to: () => "a@b.co", template: {}, data: () => ({}) }),
          ],
        },
      ),
    );
    expect(problems).toHaveLength(7);
    expect(problems.join("\n")).toMatch(/two routes are called "email": give each a name of its own/);
    expect(problems.join("\n")).toMatch(/route email: template is no template/);
  });

  it("says what is wrong with deliver", () => {
    expect(problemsOf(() => loose["defineSubscriber"]!(orderPlaced, { name: "a" }))).toEqual(["it has no deliver function"]);
    expect(problemsOf(() => loose["defineSubscriber"]!(orderPlaced, { name: "a", deliver: () => [] }))[0]).toMatch(/at least one route/);
    expect(
      problemsOf(() =>
        loose["defineSubscriber"]!(orderPlaced, {
          name: "a",
          deliver: () => {
            throw new Error("boom");
          },
        }),
      ),
    ).toEqual(["deliver threw: boom"]);
  });

  it("checks a template's example against its data", () => {
    const options = {
      name: "x",
      data: z.object({ total: z.number() }),
      subject: "s",
      mjml: "<mjml/>",
      text: "t",
      example: { total: "1" as never },
    };
    expect(problemsOf(() => emailTemplate(options))[0]).toMatch(/its example: total: /);
    expect(problemsOf(() => emailTemplate({ ...options, example: { total: 1 }, subject: "two\nlines", text: " " }))).toEqual([
      "its text is empty",
      "its subject has more than one line",
    ]);
  });

  it("is one plain, printable object", () => {
    expect(JSON.parse(JSON.stringify(receipt))).toMatchObject({
      kind: "subscriber",
      name: "receipt",
      routes: [{ kind: "route", channel: "email", name: "email" }],
    });
  });
});

describe("a catalog", () => {
  it("finds a wrong export name, a topic defined twice and what is no topic", () => {
    const copy = defineTopic("order.placed", z.object({}));
    expect(topicsProblems({ orderPlaced, placed: copy, helper: () => 1 })).toEqual([
      'topics: "order.placed" is exported as "placed": rename the export to "orderPlaced"',
      'topics: the export "helper" is no topic: topics/index.ts exports only what defineTopic made',
      'topics: "order.placed" is defined twice',
    ]);
  });

  it("finds two subscribers of one name and a topic that is not exported", () => {
    const other = defineTopic("other.thing", z.object({ email: z.string() }));
    const stray = defineSubscriber(other, {
      name: "receipt",
      deliver: ({ email }) => [email({ to: ({ data }) => data.email, template: receiptEmail, data: () => ({ orderId: "1" }) })],
    });
    const problems = problemsOf(() => catalogOf({ orderPlaced }, [receipt, stray, {} as Subscriber]));
    expect(problems).toEqual([
      "subscribers[2] is no subscriber: pass what defineSubscriber made",
      'two subscribers are called "receipt": give each a name of its own',
      'subscriber "receipt" listens to "other.thing", which topics/index.ts does not export',
    ]);
  });

  it("suggests the name that was meant", () => {
    const known = ["order.placed", "vote.created", "withdrawal.processed"];
    expect(nearestName("order.place", known)).toBe("order.placed");
    expect(nearestName("vote.craeted", known)).toBe("vote.created");
    expect(nearestName("zzz", known)).toBeUndefined();
  });
});

describe("names that clash", () => {
  const topic = defineTopic("order.placed", z.object({ orderId: z.string() }));
  const named = (name: string, more: object = {}) =>
    defineSubscriber(topic, { name, ...more, deliver: ({ handler }) => [handler({ handle: async () => undefined })] });
  const clash =
    (...subscribers: ReturnType<typeof named>[]) =>
    () =>
      catalogOf({ orderPlaced: topic }, subscribers);

  it("of two routes are named, and so is an oldest name that two routes share", () => {
    expect(() =>
      defineSubscriber(topic, {
        name: "s",
        deliver: ({ handler }) => [
          handler({ handle: async () => undefined }),
          handler({ handle: async () => undefined }),
          handler({ name: "a", formerly: "old", handle: async () => undefined }),
          handler({ name: "b", formerly: "old", handle: async () => undefined }),
        ],
      }),
    ).toThrow(/two routes are called "handler"[\s\S]*two routes have the oldest name "old"/);
  });

  it("of two subscribers are named with their files, and so is an oldest name that two would go on with", () => {
    const [a, b] = [named("mail"), named("mail")];
    expect(clash({ ...a, file: "subscribers/a.ts" }, { ...b, file: "subscribers/b.ts" })).toThrow(
      'two subscribers are called "mail" (subscribers/a.ts, subscribers/b.ts): give each a name of its own',
    );
    expect(clash(named("mail"), named("order-mail", { formerly: "mail" }))).toThrow(
      '"mail" and "order-mail" have the oldest name "mail": only one of them can go on with its position',
    );
    expect(clash(named("order-mail", { formerly: "mail" }), named("mail-2"))).not.toThrow();
  });

  it("find a subscriber and its route by their oldest names first", () => {
    const renamed = named("order-mail", { formerly: "mail" });
    const catalog = catalogOf({ orderPlaced: topic }, [renamed]);
    expect(catalog.subscriber("mail")).toBe(renamed);
    expect(catalog.subscriber("order-mail")).toBe(renamed);
    expect(catalog.route("mail", "handler")).toBe(renamed.routes[0]);
  });
});
