import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, type FirstOf, pushTemplate, smsTemplate } from "../../src/index.ts";

/** Each `@ts-expect-error` was seen as a real error at its line: `tsc` fails if one of them ever compiles. */
const paid = defineTopic("payout.made", z.object({ amount: z.number(), device: z.string(), phone: z.e164() }));
const data = z.object({ amount: z.number() });
const note = pushTemplate({ name: "paid", data, title: "Paid", body: "{{amount}}" });
const text = smsTemplate({ name: "paid", data, text: "{{amount}}" });

it("the routes in a firstOf are typed with the topic's event, as they are outside of it", () => {
  const { routes, branches } = defineSubscriber(paid, {
    name: "s",
    deliver: ({ push, sms, webhook, handler, firstOf }) => {
      const joined = firstOf(
        push({
          to: (event) => {
            expectTypeOf(event.data).toEqualTypeOf<{ amount: number; device: string; phone: string }>();
            return event.data.device;
          },
          template: note,
          data: ({ data: { amount } }) => ({ amount }),
          within: "2m",
        }),
        sms({ to: ({ data: { phone } }) => phone, template: text, data: ({ data: { amount } }) => ({ amount }) }),
        handler({ handle: async ({ data: { amount } }) => expectTypeOf(amount).toBeNumber() }),
        { within: "10m", until: "delivered" },
      );
      expectTypeOf(joined).toEqualTypeOf<FirstOf>();
      return [joined, webhook({ to: () => "https://example.in/hook" })];
    },
  });
  expect(routes.map(({ name }) => name)).toEqual(["push", "sms", "handler", "webhook"]);
  expect(branches).toHaveLength(2);
});

it("a slip in a firstOf does not compile, at the place of the slip, and does not define for those without types", () => {
  expect(() =>
    defineSubscriber(paid, {
      name: "s",
      deliver: ({ push, sms, firstOf }) => {
        const route = { template: text, data: () => ({ amount: 1 }) } as const;
        const one = sms({ name: "one", to: ({ data: { phone } }) => phone, ...route });
        const two = sms({ name: "two", to: ({ data: { phone } }) => phone, ...route });
        return [
          // @ts-expect-error one route is no choice
          firstOf(one),
          // @ts-expect-error one route and options are no choice either
          firstOf(one, { within: "1m" }),
          // @ts-expect-error a firstOf in a firstOf says nothing that one list does not
          firstOf(one, firstOf(one, two)),
          // @ts-expect-error there is no option "withn"
          firstOf(one, two, { withn: "1m" }),
          // @ts-expect-error a parsec is no time
          firstOf(one, two, { within: "3 parsecs" }),
          // @ts-expect-error nobody says "seen"
          firstOf(one, two, { until: "seen" }),
          firstOf(one, two, { within: "1m" }, one),
          // @ts-expect-error options stand at the end
          firstOf({ within: "1m" }, one, two),
          firstOf(
            push({
              name: "field",
              // @ts-expect-error the event has no field "devise"
              to: ({ data: { devise } }) => devise,
              template: note,
              data: () => ({ amount: 1 }),
            }),
            two,
          ),
          // @ts-expect-error a number is no route
          firstOf(one, 7),
        ];
      },
    }),
  ).toThrow(
    new RegExp(
      [
        "firstOf\\(one\\): it takes at least two routes, such as firstOf\\(push\\({ … }\\), sms\\({ … }\\)\\)",
        "firstOf\\(one\\): it takes at least two routes",
        "firstOf\\(one\\): a firstOf cannot stand in a firstOf: give it all routes in one list",
        'firstOf\\(one, two\\): it knows no option "withn": did you mean "within"\\?',
        'firstOf\\(one, two\\): within: "3 parsecs" is not a length of time',
        'firstOf\\(one, two\\): until "seen" must be "accepted", "delivered", "read"',
        "firstOf\\(one, two\\): it takes routes that channel builders made, and perhaps options at the end",
        "firstOf\\(one\\): it takes routes that channel builders made",
      ].join("[\\s\\S]*"),
    ),
  );
});
