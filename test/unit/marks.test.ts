import { describe, expect, it } from "vitest";
import * as z from "zod";
import { markedValues } from "../../src/define/marked-values.ts";
import { defineSubscriber, defineTopic, pii, secret, smsTemplate } from "../../src/index.ts";
import { eventOf, plan } from "../../src/testing/index.ts";

const subject = "user.id";
const to = () => "https://partner.example.in/hook";

/** The marked values of a payload, as `path kind value`. */
function marksIn(schema: z.ZodType, data: unknown): string[] {
  const { marks } = defineTopic("thing.done", schema as never);
  const place = marks?.places[0];
  return place === undefined ? [] : markedValues(place, data).map(({ path, mark, value }) => `${path} ${mark.kind} ${String(value)}`);
}

describe("C11: pii() and secret()", () => {
  it("are found under optional, nullable, default and describe, in lists, records, tuples, unions and schemas that hold themselves", () => {
    const person = z.object({
      name: pii(z.string()).optional(),
      get friends() {
        return z.array(person).optional();
      },
    });
    const schema = z.object({
      code: secret(z.string()).min(2).describe("a code").nullable(),
      email: pii(z.email()).default("a@example.in"),
      by: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("sms"), to: pii(z.e164()) }),
        z.object({ kind: z.literal("none"), to: z.string() }),
      ]),
      more: z.record(z.string(), pii(z.string())),
      pair: z.tuple([z.string(), secret(z.string())]),
      all: pii(z.object({ street: z.string() })),
      person,
    });
    const data = {
      code: "c1",
      email: "e1",
      by: { kind: "sms", to: "t1" },
      more: { a: "m1" },
      pair: ["p0", "p1"],
      all: "all1",
      person: { name: "n1", friends: [{ name: "n2" }, { friends: [{ name: "n3" }] }] },
    };
    expect(marksIn(schema, data).toSorted()).toEqual(
      [
        "all pii all1",
        "by.to pii t1",
        "code secret c1",
        "email pii e1",
        "more.a pii m1",
        "pair.1 secret p1",
        "person.friends.0.name pii n2",
        "person.friends.1.friends.0.name pii n3",
        "person.name pii n1",
      ].toSorted(),
    );
    expect(marksIn(z.object({ code: z.string() }), { code: "c1" })).toEqual([]);
  });

  it("mark a copy: the same schema elsewhere has no mark, and one of two kinds is refused", () => {
    const email = z.email();
    expect(marksIn(z.object({ a: pii(email), b: email }), { a: "a", b: "b" })).toEqual(["a pii a"]);
    expect(() => pii(secret(z.string()))).toThrow(/not both/);
  });

  it("of an earlier version are known, so that its events are sealed and masked as they were written", () => {
    const v1 = defineTopic("thing.done", z.object({ code: secret(z.string()) }));
    const v2 = v1.evolve(z.object({ sum: z.number() }), () => ({ sum: 1 }));
    expect(v2.marks).toMatchObject({ secrets: true, places: [{}, undefined] });
    expect(defineTopic("thing.done", z.object({ a: z.string() })).marks).toBeUndefined();
  });

  it.each([
    ["a secret that is no text", z.object({ code: secret(z.number()) }), {}, /code: secret\(\) is for text, and this is of type number/],
    [
      "a secret as a search key",
      z.object({ a: z.object({ code: secret(z.string()) }) }),
      { index: ["a.code"] },
      /index: "a.code" is a secret\(\) field/,
    ],
    [
      "a key that says what is sealed",
      z.object({ code: secret(z.string()) }),
      { key: ({ code }: { code: string }) => code, example: { code: "4711" } },
      /key: it says what code holds, which is sealed/,
    ],
    [
      "a subject that the example does not have",
      z.object({ name: pii(z.string(), { subject: () => undefined }) }),
      { example: { name: "Asha" } },
      /name: its subject of the example is undefined/,
    ],
  ])("refuse, when the topic is defined, %s", (_what, schema, options, message) => {
    expect(() => defineTopic("thing.done", schema as never, options as never)).toThrow(message);
  });

  it("refuse a webhook that would post a secret because nobody said what it posts; on purpose it may", () => {
    const topic = defineTopic("thing.done", z.object({ id: z.string(), codes: z.array(z.object({ code: secret(z.string()) })) }));
    const open = defineTopic("thing.begun", z.object({ id: z.string(), name: pii(z.string()) }));
    expect(() => defineSubscriber([open, topic], { name: "s", deliver: ({ webhook }) => [webhook({ to })] })).toThrow(
      "route webhook: without data the whole event is posted, and codes.code of thing.done is secret(): say what the receiver gets",
    );
    defineSubscriber(open, { name: "s", deliver: ({ webhook }) => [webhook({ to })] });
    defineSubscriber(topic, { name: "s", deliver: ({ webhook }) => [webhook({ to, data: ({ data }) => ({ id: data.id }) })] });
    const whole = defineSubscriber(topic, { name: "s", deliver: ({ webhook }) => [webhook({ to, data: (event) => event })] });
    const event = eventOf(topic, { id: "T-1", codes: [{ code: "4711" }] });
    const written = { ...event, subjects: ["usr_1"], sealed: {} } as never;
    expect(plan(whole, written).deliveries.map(({ data }) => data)).toEqual([event]);
    const more = defineSubscriber(topic, {
      name: "s",
      deliver: ({ webhook }) => [webhook({ to, data: (known) => ({ ...known, more: 1 }) })],
    });
    expect(plan(more, written).deliveries.map(({ data }) => data)).toEqual([{ ...event, more: 1 }]);
  });

  it("refuse a filter that asks about a secret", () => {
    const topic = defineTopic(
      "thing.done",
      z.object({ code: secret(z.string()), user: z.object({ id: z.string(), name: pii(z.string(), { subject }) }) }),
    );
    const text = smsTemplate({ name: "t", data: z.object({ code: z.string() }), text: "{{code}}" });
    const of = (filter: object) => () =>
      defineSubscriber(topic, {
        name: "s",
        filter: filter as never,
        deliver: ({ sms }) => [sms({ to: () => "+919845012345", template: text, data: ({ data }) => ({ code: data.code }) })],
      });
    expect(of({ code: ["1234"] })).toThrow(/code: it is a secret\(\) field of thing.done/);
    expect(of({ code: [{ exists: true }], user: { name: ["Asha"] } })).not.toThrow();
  });
});
