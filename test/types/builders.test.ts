import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, emailTemplate, smsTemplate, pushTemplate, whatsappTemplate } from "../../src/index.ts";

const orderPlaced = defineTopic(
  "order.placed",
  z.object({ orderId: z.string(), total: z.number(), email: z.email(), phone: z.e164().optional() }),
);
const orderRefunded = defineTopic("order.refunded", z.object({ orderId: z.string(), total: z.number(), reason: z.string() }));
const page = "<mjml><mj-body></mj-body></mjml>";
const mail = emailTemplate({ name: "m", data: z.object({ orderId: z.string(), name: z.string() }), subject: "s", mjml: page, text: "t" });
const text = smsTemplate({ name: "t", data: z.object({ orderId: z.string() }), text: "{{orderId}}" });
const note = pushTemplate({ name: "p", data: z.object({ orderId: z.string() }), title: "t", body: "b" });
const wa = whatsappTemplate({ name: "w", approvedAs: "w", data: z.object({ orderId: z.string() }), body: "{{orderId}}" });

it("an audience's recipients are typed, and `data` receives them", () => {
  expect(() =>
    defineSubscriber(orderPlaced, {
      name: "s",
      deliver: ({ email, sms, push, whatsapp, webhook, handler }) => [
        email({
          audience: async (event, { cursor }) => {
            expectTypeOf(event.data.total).toEqualTypeOf<number>();
            expectTypeOf(cursor).toEqualTypeOf<string | number | undefined>();
            return { recipients: [{ to: "a@b.de", name: "Asha" }], next: "2" };
          },
          template: mail,
          data: ({ data }, recipient) => ({ orderId: data.orderId, name: recipient.name }),
        }),
        email({
          name: "two",
          audience: async () => ({ recipients: [{ to: "a@b.de", name: "Asha" }] }),
          template: mail,
          // @ts-expect-error a recipient has no "nme"
          data: ({ data }, recipient) => ({ orderId: data.orderId, name: recipient.nme }),
        }),
        sms({
          to: ({ data }) => data.phone,
          template: text,
          data: ({ data }, to) => (expectTypeOf(to).toEqualTypeOf<string>(), { orderId: data.orderId }),
        }),
        // @ts-expect-error an e-mail template is no SMS template
        sms({ name: "x", to: ({ data }) => data.phone, template: mail, data: ({ data }) => ({ orderId: data.orderId, name: "" }) }),
        push({
          to: () => "t",
          template: note,
          data: ({ data }) => ({ orderId: data.orderId }),
          expiresIn: ({ data }) => `${data.total}m`,
          deliverAt: () => undefined,
        }),
        whatsapp({ to: () => "+4915112345678", template: wa, data: ({ data }) => ({ orderId: data.orderId }), delay: "5m" }),
        webhook({ to: () => "https://a.example", data: ({ data }) => ({ id: data.orderId }) }),
        // @ts-expect-error a Date is no JSON
        webhook({ name: "w2", to: () => "https://a.example", data: ({ data }) => ({ id: data.orderId, at: new Date() }) }),
        handler({
          handle: async (event, { signal, log, progress, attempt }) => {
            expectTypeOf(event.data.orderId).toEqualTypeOf<string>();
            expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
            log.info({}, "x");
            progress({ done: attempt });
          },
        }),
        // @ts-expect-error neither to nor audience
        email({ name: "none", template: mail, data: ({ data }) => ({ orderId: data.orderId, name: "" }) }),
      ],
    }),
  ).toThrow(/route x: template "m" is for email, not sms[\s\S]*route none: to must be a function/);
});
it("several topics: the event is a union told apart by its type", () => {
  defineSubscriber([orderPlaced, orderRefunded], {
    name: "two",
    filter: { total: [{ numeric: [">", 1] }] },
    deliver: ({ sms }) => [
      sms({
        to: (event) => (event.type === "order.placed" ? event.data.phone : event.data.reason),
        template: text,
        data: ({ data }) => ({ orderId: data.orderId }),
      }),
    ],
  });
  defineSubscriber([orderPlaced, orderRefunded], {
    name: "two",
    // @ts-expect-error one of the topics has no "reason"
    filter: { reason: ["x"] },
    deliver: ({ handler }) => [handler({ handle: async () => {} })],
  });
  expect(() =>
    defineSubscriber(orderPlaced, {
      name: "three",
      // @ts-expect-error there is no option "fliter"
      fliter: {},
      deliver: ({ handler }) => [handler({ handle: async () => {} })],
    }),
  ).toThrow(/did you mean "filter"/);
  const two = orderPlaced.evolve(z.object({ id: z.string() }), (old) => ({ id: old.orderId }));
  // @ts-expect-error upcast
  orderPlaced.evolve(z.object({ id: z.string() }), (old) => ({ id: old.total }));
  // @ts-expect-error upcast
  orderPlaced.evolve(z.object({ id: z.string() }), (old) => ({ id: old.nope }));
  expectTypeOf(two.name).toEqualTypeOf<"order.placed">();
});
