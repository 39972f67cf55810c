import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { type BusEvent, defineSubscriber, defineTopic, emailTemplate, type EmailTemplate } from "../../src/index.ts";
import { topicsProblems } from "../../src/define/catalog.ts";

/** Each `@ts-expect-error` was seen as a real error at its line: `tsc` fails if one of them ever compiles. */
const page = "<mjml><mj-body></mj-body></mjml>";
const orderPlaced = defineTopic(
  "order.placed",
  z.object({
    orderId: z.string(),
    total: z.number(),
    paymentMethod: z.enum(["cod", "prepaid"]),
    customer: z.object({ name: z.string(), email: z.email(), phone: z.e164().optional() }),
  }),
  { key: (order) => order.orderId },
);
const template = emailTemplate({
  name: "order-confirmation",
  data: z.object({ orderId: z.string(), total: z.number(), note: z.string().optional() }),
  subject: "{{orderId}}",
  mjml: page,
  text: "{{total}}",
});

it("the event that a route receives is typed by the topic", () => {
  const subscriber = defineSubscriber(orderPlaced, {
    name: "s",
    deliver: ({ email }) => [
      email({
        when: (event) => {
          expectTypeOf(event).toEqualTypeOf<
            BusEvent<
              "order.placed",
              {
                orderId: string;
                total: number;
                paymentMethod: "cod" | "prepaid";
                customer: { name: string; email: string; phone?: string | undefined };
              }
            >
          >();
          return event.data.paymentMethod === "cod";
        },
        to: ({ data }) => data.customer.email,
        template,
        data: ({ data }) => ({ orderId: data.orderId, total: data.total }),
      }),
    ],
  });
  expect(subscriber.routes.map(({ name }) => name)).toEqual(["email"]);
});

it("a template is typed by the data that it takes, optional keys included", () => {
  expectTypeOf(template).toEqualTypeOf<EmailTemplate<{ orderId: string; total: number; note?: string | undefined }>>();
  expect(template.channel).toBe("email");
});

it("a recipient may be one, several or none", () => {
  const { routes } = defineSubscriber(orderPlaced, {
    name: "s",
    deliver: ({ email }) => [
      email({ name: "several", to: ({ data }) => [data.customer.email], template, data: () => ({ orderId: "", total: 1 }) }),
      email({ name: "none", to: ({ data }) => data.customer.phone, template, data: () => ({ orderId: "", total: 1, note: "x" }) }),
    ],
  });
  expect(routes).toHaveLength(2);
});

it("mistakes in a route do not compile", () => {
  const subscriber = defineSubscriber(orderPlaced, {
    name: "s",
    deliver: ({ email }) => [
      email({
        name: "missing",
        to: ({ data }) => data.customer.email,
        template,
        // @ts-expect-error "total" is missing from the template's data
        data: ({ data }) => ({ orderId: data.orderId }),
      }),
      email({
        name: "excess",
        to: ({ data }) => data.customer.email,
        template,
        // @ts-expect-error the template takes no "nte"
        data: ({ data }) => ({ orderId: data.orderId, total: data.total, nte: "typo" }),
      }),
      email({
        name: "wrong-type",
        to: ({ data }) => data.customer.email,
        template,
        // @ts-expect-error the template's "total" is a number
        data: ({ data }) => ({ orderId: data.orderId, total: String(data.total) }),
      }),
      email({
        name: "wrong-field-in-data",
        to: ({ data }) => data.customer.email,
        template,
        // @ts-expect-error the payload has no "id"
        data: ({ data }) => ({ orderId: data.id, total: data.total }),
      }),
      email({
        name: "wrong-field-in-to",
        // @ts-expect-error the customer has no "mail"
        to: ({ data }) => data.customer.mail,
        template,
        data: ({ data }) => ({ orderId: data.orderId, total: data.total }),
      }),
      email({
        name: "wrong-field-in-when",
        // @ts-expect-error the payload has no "method"
        when: ({ data }) => data.method === "cod",
        to: ({ data }) => data.customer.email,
        template,
        data: ({ data }) => ({ orderId: data.orderId, total: data.total }),
      }),
      email({
        name: "impossible-value-in-when",
        // @ts-expect-error no payment method is called "paypal"
        when: ({ data }) => data.paymentMethod === "paypal",
        to: ({ data }) => data.customer.email,
        template,
        data: ({ data }) => ({ orderId: data.orderId, total: data.total }),
      }),
      email({
        name: "number-as-address",
        // @ts-expect-error a number is no address
        to: ({ data }) => data.total,
        template,
        data: ({ data }) => ({ orderId: data.orderId, total: data.total }),
      }),
    ],
  });
  expect(subscriber.routes).toHaveLength(8);
});

it("a priority that does not exist neither compiles nor defines", () => {
  expect(() =>
    defineSubscriber(orderPlaced, {
      name: "s",
      // @ts-expect-error there is no such priority
      priority: "urgent",
      deliver: ({ email }) => [
        email({ to: ({ data }) => data.customer.email, template, data: ({ data }) => ({ orderId: data.orderId, total: data.total }) }),
      ],
    }),
  ).toThrow(/"urgent" is none of critical, high, normal, low/);
});

it("a schema that is not JSON does not compile, and does not define", () => {
  // @ts-expect-error a Date is not JSON
  expect(() => defineTopic("a.dated", z.object({ at: z.date() }))).toThrow(/JSON/);
  // @ts-expect-error unknown is not JSON
  expect(defineTopic("a.guessed", z.object({ value: z.unknown() })).name).toBe("a.guessed");
  expect(defineTopic("a.free", z.object({ value: z.json() })).name).toBe("a.free");
});

it("a topic's key is made of its payload", () => {
  // @ts-expect-error the payload has no "b"
  expect(defineTopic("a.keyed", z.object({ a: z.string() }), { key: (data) => data.b }).name).toBe("a.keyed");
  // @ts-expect-error the example has no "a"
  expect(() => defineTopic("a.shown", z.object({ a: z.string() }), { example: {} })).toThrow(/example/);
});

it("an example of a template is typed by its data", () => {
  expect(() =>
    emailTemplate({
      name: "t",
      data: z.object({ a: z.string() }),
      subject: "s",
      mjml: page,
      text: "t",
      // @ts-expect-error "a" is a text
      example: { a: 1 },
    }),
  ).toThrow(/example/);
});

it("the name of an export is checked when the application starts", () => {
  expect(topicsProblems({ placed: orderPlaced })).toEqual([expect.stringContaining('rename the export to "orderPlaced"')]);
});
