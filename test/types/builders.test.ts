import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, emailTemplate, pushTemplate, smsTemplate, whatsappTemplate } from "../../src/index.ts";

/** Each `@ts-expect-error` was seen as a real error at its line: `tsc` fails if one of them ever compiles. */
const orderPlaced = defineTopic(
  "order.placed",
  z.object({ orderId: z.string(), total: z.number(), email: z.email(), phone: z.e164().optional() }),
);
const orderRefunded = defineTopic("order.refunded", z.object({ orderId: z.string(), total: z.number(), reason: z.string() }));
const mail = emailTemplate({
  name: "mail",
  data: z.object({ orderId: z.string(), name: z.string() }),
  subject: "{{orderId}}",
  mjml: "<mjml><mj-body></mj-body></mjml>",
  text: "{{name}}",
});
const text = smsTemplate({ name: "text", data: z.object({ orderId: z.string() }), text: "{{orderId}}" });
const note = pushTemplate({ name: "note", data: z.object({ orderId: z.string() }), title: "{{orderId}}", body: "b" });
const approved = whatsappTemplate({
  name: "approved",
  approvedAs: "approved",
  data: z.object({ orderId: z.string() }),
  body: "{{orderId}}",
});
const supporter = { to: "a@example.in", name: "Asha" };

it("every channel's builder is typed with the topic's event", () => {
  const { routes } = defineSubscriber(orderPlaced, {
    name: "s",
    deliver: ({ email, sms, whatsapp, push, webhook, handler }) => [
      email({ to: ({ data }) => data.email, template: mail, data: ({ data }) => ({ orderId: data.orderId, name: "Asha" }) }),
      sms({
        to: ({ data }) => data.phone,
        template: text,
        data: ({ data }, recipient) => {
          expectTypeOf(recipient).toEqualTypeOf<string>();
          return { orderId: data.orderId };
        },
      }),
      whatsapp({ to: ({ data }) => data.phone, template: approved, data: ({ data }) => ({ orderId: data.orderId }), delay: "5m" }),
      push({
        to: () => ["token"],
        template: note,
        data: ({ data }) => ({ orderId: data.orderId }),
        expiresIn: ({ data }) => `${data.total}m`,
        deliverAt: ({ time }) => time,
      }),
      webhook({ to: () => "https://example.in/hook", data: ({ data }) => ({ id: data.orderId }) }),
      handler({
        handle: async (event, { signal, progress, attempt }) => {
          expectTypeOf(event.data.orderId).toEqualTypeOf<string>();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
          progress({ done: attempt });
        },
        timeout: "10m",
      }),
    ],
  });
  expect(routes.map(({ name }) => name)).toEqual(["email", "sms", "whatsapp", "push", "webhook", "handler"]);
});

it("a slip in a route does not compile, at the place of the slip, and does not define for those without types", () => {
  expect(() =>
    defineSubscriber(orderPlaced, {
      name: "s",
      deliver: ({ email, sms, webhook, handler }) => [
        // @ts-expect-error an e-mail's template is no SMS's
        sms({ name: "other-channel", to: ({ data }) => data.phone, template: mail, data: () => ({ orderId: "", name: "" }) }),
        // @ts-expect-error to or audience, not both
        email({
          name: "two-sources",
          to: ({ data }) => data.email,
          audience: async () => ({ recipients: ["a@example.in"] }),
          template: mail,
          data: ({ data }) => ({ orderId: data.orderId, name: "" }),
        }),
        // @ts-expect-error neither to nor audience
        email({ name: "no-source", template: mail, data: ({ data }) => ({ orderId: data.orderId, name: "" }) }),
        email({
          name: "not-a-time",
          to: ({ data }) => data.email,
          template: mail,
          data: ({ data }) => ({ orderId: data.orderId, name: "" }),
          // @ts-expect-error a Date is no text: RFC 3339 is asked for
          deliverAt: new Date(),
        }),
        sms({
          name: "no-duration",
          to: ({ data }) => data.phone,
          template: text,
          data: ({ data }) => ({ orderId: data.orderId }),
          // @ts-expect-error a parsec is no time
          expiresIn: "3 parsecs",
        }),
        sms({
          name: "misspelt",
          to: ({ data }) => data.phone,
          template: text,
          data: ({ data }) => ({ orderId: data.orderId }),
          // @ts-expect-error there is no option "prioritty"
          prioritty: "high",
        }),
        sms({
          name: "no-category",
          to: ({ data }) => data.phone,
          template: text,
          data: ({ data }) => ({ orderId: data.orderId }),
          category: "Big News",
        }),
        // @ts-expect-error a webhook is no message of a category
        webhook({ name: "categorised", to: () => "https://example.in/hook", category: "marketing" }),
        // @ts-expect-error a handler has no template
        handler({ name: "no-handle", template: text }),
        webhook({
          name: "no-address",
          // @ts-expect-error a number is no address
          to: 7,
        }),
      ],
    }),
  ).toThrow(
    new RegExp(
      [
        'route other-channel: template "mail" is for email, not sms',
        "route two-sources: it has to and audience: give one of them",
        "route no-source: to must be a function that returns the recipient, or give an audience",
        "route not-a-time: deliverAt must be a function that returns a time",
        'route no-duration: expiresIn: "3 parsecs" is not a length of time',
        'route misspelt: it knows no option "prioritty": did you mean "priority"\\?',
        'route no-category: category "Big News" must be lower case, such as "marketing"',
        'route categorised: it knows no option "category"',
        'route no-handle: it knows no option "template"',
        "route no-handle: handle must be an async function",
        "route no-address: to must be a function that returns the recipient",
      ].join("[\\s\\S]*"),
    ),
  );
});

it("what a webhook posts is JSON", () => {
  const { routes } = defineSubscriber(orderPlaced, {
    name: "s",
    deliver: ({ webhook }) => [
      // @ts-expect-error a Date is no JSON
      webhook({ to: () => "https://example.in/hook", data: ({ data }) => ({ id: data.orderId, at: new Date(0) }) }),
    ],
  });
  expect(routes).toHaveLength(1);
});

it("an audience's recipients are typed, and data receives them", () => {
  const { routes } = defineSubscriber(orderPlaced, {
    name: "s",
    deliver: ({ email }) => [
      email({
        audience: async (event, { cursor, signal }) => {
          expectTypeOf(event.data.total).toEqualTypeOf<number>();
          expectTypeOf(cursor).toEqualTypeOf<string | number | undefined>();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
          return { recipients: [supporter], next: "2" };
        },
        template: mail,
        data: ({ data }, recipient) => ({ orderId: data.orderId, name: recipient.name }),
      }),
      email({
        name: "plain-addresses",
        audience: async () => ({ recipients: ["a@example.in"] }),
        template: mail,
        data: ({ data }, recipient) => ({ orderId: data.orderId, name: recipient.toUpperCase() }),
      }),
      email({
        name: "wrong-field",
        audience: async () => ({ recipients: [supporter] }),
        template: mail,
        // @ts-expect-error a recipient has no "nme"
        data: ({ data }, recipient) => ({ orderId: data.orderId, name: recipient.nme }),
      }),
      email({
        name: "no-page",
        // @ts-expect-error a list is no page
        audience: async () => [supporter],
        template: mail,
        data: ({ data }) => ({ orderId: data.orderId, name: "" }),
      }),
    ],
  });
  expect(routes).toHaveLength(4);
});

it("D2: the event of several topics is a union told apart by its type, and a filter sees what they share", () => {
  const both = defineSubscriber([orderPlaced, orderRefunded], {
    name: "both",
    filter: { total: [{ numeric: [">", 1] }] },
    deliver: ({ sms }) => [
      sms({
        to: (event) => {
          // @ts-expect-error not every one of the topics has a phone
          const early = event.data.phone;
          return event.type === "order.placed" ? event.data.phone : (early as string);
        },
        template: text,
        data: ({ data }) => ({ orderId: data.orderId }),
      }),
    ],
  });
  expect(both.topics).toHaveLength(2);
  expect(() =>
    defineSubscriber([orderPlaced, orderRefunded], {
      name: "narrow",
      // @ts-expect-error one of the topics has no reason
      filter: { reason: ["x"] },
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    }),
  ).toThrow("filter: reason: order.placed has no such field");
});

it("a filter's path, operator and values are those of the topic", () => {
  const paid = defineTopic(
    "order.paid",
    z.object({ total: z.number(), method: z.enum(["upi", "card"]), customer: z.object({ city: z.string() }) }),
  );
  const filtered = (filter: object) =>
    defineSubscriber(paid, { name: "s", filter: filter as never, deliver: ({ handler }) => [handler({ handle: async () => undefined })] });
  const good = defineSubscriber(paid, {
    name: "s",
    filter: { total: [{ numeric: [">", 0] }], method: [{ "anything-but": "card" }], customer: { city: [{ prefix: "B" }] } },
    deliver: ({ handler }) => [handler({ handle: async () => undefined })],
  });
  expect(good.filter).toBeDefined();
  expect(() =>
    defineSubscriber(paid, {
      name: "s",
      // @ts-expect-error there is no "totl"
      filter: { totl: [1] },
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    }),
  ).toThrow('totl: order.paid has no such field; did you mean "total"?');
  expect(() =>
    defineSubscriber(paid, {
      name: "s",
      // @ts-expect-error there is no method "cash"
      filter: { method: ["cash"] },
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    }),
  ).toThrow('method: it is never "cash"');
  expect(() =>
    defineSubscriber(paid, {
      name: "s",
      // @ts-expect-error a number has no prefix
      filter: { total: [{ prefix: "1" }], customer: "Bengaluru" },
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    }),
  ).toThrow(/filter: customer/);
  expect(() => filtered({ total: [{ suffix: "1" }] })).toThrow(/filter: total: it is never text/);
});

it("a subscriber's misspelt option and wrong topic do not compile, and do not define", () => {
  expect(() =>
    defineSubscriber(orderPlaced, {
      name: "s",
      // @ts-expect-error there is no option "fliter"
      fliter: {},
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    }),
  ).toThrow(/it knows no option "fliter": did you mean "filter"\?/);
  // @ts-expect-error a name is no topic
  expect(() => defineSubscriber("order.placed", { name: "s", deliver: () => [] })).toThrow(/its first argument is no topic/);
  expect(() =>
    // @ts-expect-error one of the list is no topic
    defineSubscriber([orderPlaced, "order.refunded"], {
      name: "s",
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    }),
  ).toThrow(/no topic/);
});
