import { describe, expect, it } from "vitest";
import * as z from "zod";
import { quoted } from "../../src/cli/scaffold/code.ts";
import { checkSubscriberName, checkTopicName } from "../../src/cli/scaffold/names.ts";
import { newSubscriberFiles } from "../../src/cli/scaffold/new-subscriber.ts";
import { newTopicFiles } from "../../src/cli/scaffold/new-topic.ts";
import { addressOf, payloadTexts, subjectOf } from "../../src/cli/scaffold/payload.ts";
import { projectIn } from "../../src/cli/scaffold/project.ts";
import { topicNames, withBarrelLine } from "../../src/cli/scaffold/topic-file.ts";
import { defineSubscriber, defineTopic, smsTemplate } from "../../src/index.ts";

const suggested = (check: (name: string) => void, name: string): string | undefined => {
  try {
    check(name);
    return name;
  } catch (error) {
    return / such as ("\S+")$/.exec((error as Error).message)?.[1];
  }
};

describe("the name of a new topic", () => {
  it.each(["order.placed", "order.status_changed", "shop.order.placed", "a-b.c2"])("may be %s", (name) => {
    expect(suggested(checkTopicName, name)).toBe(name);
  });

  it.each([
    ["OrderShipped", '"order.shipped"'],
    ["orderStatusChanged", '"order.status_changed"'],
    ["order shipped", '"order.shipped"'],
    ["order-status-changed", '"order.status_changed"'],
    ["Order.Shipped", '"order.shipped"'],
    ["order..shipped", '"order.shipped"'],
    ["order.", undefined],
    ["shipped", undefined],
    ["order.2nd_try", undefined],
    ["../order.placed", '"order.placed"'],
    ["", undefined],
    [`${"x".repeat(70)}.placed`, undefined],
  ])("is not %s", (name, expected) => {
    expect(suggested(checkTopicName, name)).toBe(expected);
  });

  it("says how its fields are called", () => {
    expect(topicNames("shop.order_line.status_changed")).toEqual({
      topic: "shop.order_line.status_changed",
      exported: "shopOrderLineStatusChanged",
      file: "shop-order-line-status-changed",
      id: "orderLineId",
      time: "statusChangedAt",
    });
  });
});

describe("the name of a new subscriber", () => {
  it.each([
    ["order-mail", "order-mail"],
    ["otp2", "otp2"],
    ["OrderMail", '"order-mail"'],
    ["order_mail", '"order-mail"'],
    ["_order.test", '"order-test"'],
    ["2nd", undefined],
    ["x".repeat(65), undefined],
  ])("is checked: %s", (name, expected) => {
    expect(suggested(checkSubscriberName, name)).toBe(expected);
  });
});

describe("what a payload offers to a first route", () => {
  const schema = z.object({
    note: z.string(),
    model: z.object({ id: z.string(), "not-a-name": z.string() }),
    items: z.array(z.object({ sku: z.string() })),
    customer: z.object({ backup: z.email().optional(), email: z.email(), phone: z.e164().optional() }).optional(),
    contact: z.email(),
    either: z.union([z.string(), z.number()]),
    deviceToken: z.string().optional(),
  });
  const example = { note: "", model: { id: "m1", "not-a-name": "" }, items: [], contact: "a@b.co", either: 1 };

  it("is its texts, with the code that gets at them", () => {
    const topic = defineTopic("a.b", schema);
    expect(payloadTexts(topic).map(({ code, sure }) => [code, sure])).toEqual([
      ["data.note", true],
      ["data.model.id", true],
      ["data.customer?.backup", false],
      ["data.customer?.email", false],
      ["data.customer?.phone", false],
      ["data.contact", true],
      ["data.deviceToken", false],
    ]);
  });

  it("is what the key is made of, else an id, else the first text, else nothing", () => {
    expect(subjectOf(defineTopic("a.b", schema, { key: ({ contact }) => contact, example }))?.code).toBe("data.contact");
    expect(subjectOf(defineTopic("a.b", schema))?.code).toBe("data.model.id");
    expect(subjectOf(defineTopic("a.b", z.object({ mail: z.email(), name: z.string() })))?.code).toBe("data.name");
    expect(subjectOf(defineTopic("a.b", z.object({ count: z.number() })))).toBeUndefined();
    expect(subjectOf(defineTopic("a.b", z.string()))).toBeUndefined();
  });

  it("is the recipient that is always there, and one that the example has", () => {
    const bare = defineTopic("a.b", schema);
    expect((["email", "sms", "push", "webhook"] as const).map((channel) => addressOf(bare, channel)?.code)).toEqual([
      "data.contact",
      "data.customer?.phone",
      "data.deviceToken",
      undefined,
    ]);
    const withExample = defineTopic("a.b", schema, { example });
    expect(addressOf(withExample, "email")?.example).toBe("a@b.co");
    expect(addressOf(withExample, "sms")).toBeUndefined();
  });
});

describe("a new topic or subscriber", () => {
  const project = projectIn("/nowhere", "/nowhere/subscribers");
  const placed = defineTopic("order.placed", z.object({ id: z.string() }));
  const paid = defineTopic("order.paid", z.object({ id: z.string() }));
  const topics = [{ topic: placed, exported: "orderPlaced", file: "topics/order-placed.ts" }];
  const mail = defineSubscriber(placed, {
    name: "mail",
    formerly: "letter",
    deliver: ({ handler }) => [handler({ handle: async () => undefined })],
  });
  const sms = smsTemplate({ name: "code", data: z.object({ id: z.string() }), text: "{{id}}" });
  const around = {
    project,
    topics,
    known: [placed, paid],
    subscribers: [{ ...mail, file: "subscribers/mail.ts" }],
    templates: [{ template: sms, file: "subscribers/_templates/code-sms.ts" }],
  };
  const subscriber = { name: "new", topic: "order.placed", channel: "email" };

  it.each([
    [{ name: "mail" }, 'subscribers/mail.ts has the name "mail": take another one'],
    [{ name: "letter" }, 'subscribers/mail.ts has the name "letter" from before it was renamed: take another one'],
    [
      { name: "code", channel: "sms" },
      'subscribers/_templates/code-sms.ts defines the sms template "code", and this subscriber\'s would be called so too: take another name',
    ],
    [{ channel: "emial" }, '--channel "emial" is none of email, sms, whatsapp, push, webhook, handler: did you mean "email"?'],
    [{ topic: "zebra" }, 'no topic is called "zebra": busbar new topic <name> writes one'],
    [{ topic: "order.paid" }, /^the topic "order\.paid" is not defined in the folder topics\//],
  ])("is refused where it would not fit: %j", (wanted, message) => {
    expect(() => newSubscriberFiles({ ...subscriber, ...wanted }, around)).toThrow(message);
  });

  it("is refused where its export is another topic's", () => {
    expect(() => newTopicFiles("order_placed.", around)).toThrow(/no name for a topic/);
    expect(() => newTopicFiles("order.placed", around)).toThrow(
      'topics/order-placed.ts defines the topic "order.placed" already, as orderPlaced',
    );
  });

  it("without an example has a test that says what is missing, and data of the event where the payload has none", () => {
    const count = defineTopic("count.made", z.object({ count: z.number() }));
    const made = { topic: count, exported: "countMade", file: "topics/count-made.ts" };
    const { files } = newSubscriberFiles({ ...subscriber, topic: "count.made" }, { ...around, topics: [made] });
    expect(files.map(({ path }) => path)).toEqual([
      "/nowhere/subscribers/new.js",
      "/nowhere/subscribers/_templates/new-email.js",
      "/nowhere/test/new.test.js",
    ]);
    expect(files[0]!.text).toContain("data: ({ id }) => ({ eventId: id }),");
    expect(files[2]!.text).toContain("// Give count.made an example");
    expect(files[2]!.text).not.toContain("busbar/testing");
  });
});

describe("the barrel", () => {
  const line = 'export { orderShipped } from "./order-shipped.ts";';
  it.each([
    ["between others", ['export { a } from "./order-placed.ts";', "*", 'export { b } from "./vote-created.ts";']],
    ["before all, and after a comment", ["// All topics.", "*", 'export { b } from "./vote-created.ts";']],
    ["after all, and before what else is there", ['export { a } from "./order-placed.ts";', "*", "export type X = 1;"]],
    ["into an empty one", ["*"]],
    ["by the file's name, not the line's", ['export * from "./order-paid.ts";', "*", "export { a } from './order-shipped-late.js';"]],
  ])("gets its line %s", (_, lines) => {
    const before = lines.filter((each) => each !== "*").map((each) => `${each}\n`);
    expect(withBarrelLine(before.join(""), line)).toBe(lines.map((each) => `${each === "*" ? line : each}\n`).join(""));
  });
});

it("text is written in the quotes that formatters prefer", () => {
  expect(["a", 'say "a"', `"it's"`, "back\\slash"].map(quoted)).toEqual(['"a"', `'say "a"'`, `"\\"it's\\""`, '"back\\\\slash"']);
});
