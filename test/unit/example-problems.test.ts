import { expect, it } from "vitest";
import * as z from "zod";
import { exampleProblems } from "../../src/cli/example-problems.ts";
import { defineSubscriber, defineTopic, smsTemplate } from "../../src/index.ts";

const placed = defineTopic("order.placed", z.object({ orderId: z.string(), phone: z.string() }), {
  example: { orderId: "A-1", phone: "+919845012345" },
});
const bare = defineTopic("order.packed", z.object({ orderId: z.string() }));
const text = smsTemplate({ name: "text", data: z.object({ orderId: z.string() }), text: "{{orderId}}" });
let asked = 0;

function subscriber(route: object, topics: readonly unknown[] = [placed]) {
  const made = defineSubscriber(topics as never, {
    name: "s",
    deliver: ({ sms }) => [
      sms({
        to: (event: { data: { phone: string } }) => event.data.phone,
        template: text,
        data: () => ({ orderId: "A" }),
        ...route,
      } as never),
    ],
  });
  return { ...made, file: "subscribers/s.ts" };
}

it("finds nothing in what works, and neither asks an audience nor runs a handler", () => {
  const audience = async () => ({ recipients: [String((asked += 1))] });
  const handling = defineSubscriber(placed, { name: "h", deliver: ({ handler }) => [handler({ handle: async () => (asked += 1) })] });
  expect(exampleProblems([subscriber({}), subscriber({ to: undefined, audience }), handling])).toEqual([]);
  expect(asked).toBe(0);
});

it.each([
  [{ to: () => 5 }, 'route "sms": of the example of order.placed, to: a phone number is text, not number'],
  [{ to: () => "asha@example.in" }, "is not a phone number"],
  [{ to: async () => "+919845012345" }, "to must not be async"],
  [{ data: () => ({}) }, 'data does not fit template "text": orderId'],
  [{ data: () => ({ orderId: "A", nte: 1 }) }, "nte: the template takes no such key"],
  [{ when: () => "yes" }, "when must return true or false"],
  [
    {
      when: () => {
        throw new Error("no price list");
      },
    },
    "when threw: no price list",
  ],
])("names file, subscriber and route of what the example shows to be wrong", (route, problem) => {
  const [found, ...more] = exampleProblems([subscriber(route)]);
  expect(more).toEqual([]);
  expect(found).toContain('subscribers/s.ts: subscriber "s", route "sms"');
  expect(found).toContain(problem);
});

it("says nothing of a topic without an example", () => {
  expect(exampleProblems([subscriber({ to: () => 5 }, [bare])])).toEqual([]);
});
