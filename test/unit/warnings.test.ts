import { expect, it } from "vitest";
import * as z from "zod";
import { applicationWarnings } from "../../src/bus/application-warnings.ts";
import { defineSubscriber, defineTopic, pushTemplate, smsTemplate } from "../../src/index.ts";
import type { Duration } from "../../src/index.ts";

const placed = defineTopic("order.placed", z.object({ id: z.string() }), { retain: "7d" });
const shipped = defineTopic("order.shipped", z.object({ id: z.string() }));
const files = [
  { topic: placed, exported: "orderPlaced", file: "topics/order-placed.ts" },
  { topic: shipped, exported: "orderShipped", file: "topics/order-shipped.ts" },
];
const template = smsTemplate({ name: "review", data: z.object({ id: z.string() }), text: "{{id}}" });
const news = pushTemplate({ name: "news", data: z.object({}), title: "News", body: "There is news", example: {} });
const idle = async (): Promise<void> => undefined;
const parts = { topics: [placed, shipped], files, subscribers: [], templates: [], channels: {} };

it("warns of a topic that nobody listens to", () => {
  const reader = defineSubscriber(placed, { name: "reader", deliver: ({ handler }) => [handler({ handle: idle })] });
  expect(applicationWarnings({ ...parts, subscribers: [reader] })).toEqual([
    'topics/order-shipped.ts: nobody listens to "order.shipped": run busbar new subscriber <name> --topic order.shipped',
  ]);
  // Of a file that could not be loaded, nobody knows.
  expect(applicationWarnings({ ...parts, subscribers: [reader], someUnread: true })).toEqual([]);
});

it("warns of templates without an example, and of no channel", () => {
  const both = defineSubscriber([placed, shipped], {
    name: "both",
    deliver: ({ sms, push }) => [
      sms({ to: () => "+919845012345", template, data: ({ data }) => ({ id: data.id }) }),
      sms({ name: "again", to: () => "+919845012345", template, data: ({ data }) => ({ id: data.id }) }),
      push({ to: () => "device", template: news, data: () => ({}) }),
      push({ name: "louder", to: () => "device", template: news, data: () => ({}) }),
    ],
  });
  const subscribers = [{ ...both, file: "subscribers/both.ts" }];
  const templates = [{ template, file: "subscribers/_templates/review-sms.ts" }];
  expect(applicationWarnings({ ...parts, subscribers, templates })).toEqual([
    'subscribers/_templates/review-sms.ts: sms template "review" has no example: busbar preview cannot show it',
  ]);
});

it.each<[string, Delays, unknown[]]>([
  [
    "a route's",
    { route: "8d" },
    ['subscribers/late.ts: its route handler waits 8d, but "order.placed" keeps its events for 7d: raise retain there'],
  ],
  ["the subscriber's", { subscriber: "169h" }, [expect.stringContaining("its route handler waits 169h,")]],
  ["the channel's", { channel: 605_000_000 }, [expect.stringContaining("its route handler waits 605000s,")]],
  ["the nearest one's, which is shorter", { channel: "9d", route: "7d" }, []],
])("warns of a delay that outlasts the topic's log: %s", (_, { route, subscriber, channel }, expected) => {
  const late = defineSubscriber([placed, shipped], {
    name: "late",
    ...(subscriber === undefined ? {} : { delay: subscriber }),
    deliver: ({ handler }) => [handler({ handle: idle, ...(route === undefined ? {} : { delay: route }) })],
  });
  const channels = channel === undefined ? {} : { handler: { delay: channel } };
  expect(applicationWarnings({ ...parts, subscribers: [{ ...late, file: "subscribers/late.ts" }], channels })).toEqual(expected);
});

interface Delays {
  readonly route?: Duration;
  readonly subscriber?: Duration;
  readonly channel?: Duration;
}

it("warns of a filter, or a part of one, that lets everything or nothing through", () => {
  const paid = defineTopic(
    "order.paid",
    z.object({ method: z.enum(["cod", "card"]), total: z.number(), note: z.string().optional(), tags: z.array(z.enum(["a"])) }),
  );
  const warnings = (filter: object): string[] => {
    const odd = defineSubscriber(paid, { name: "odd", filter: filter as never, deliver: ({ handler }) => [handler({ handle: idle })] });
    const all = applicationWarnings({ ...parts, topics: [paid], subscribers: [{ ...odd, file: "subscribers/odd.ts" }] });
    return all.map((warning) => warning.replace('subscribers/odd.ts: subscriber "odd": filter: ', ""));
  };
  const twice = "what one anything-but leaves out, another lets through: put all into one";
  expect(warnings({ method: [{ "anything-but": "cod" }, { "anything-but": "card" }] })).toEqual([`method always matches: ${twice}`]);
  expect(warnings({ note: [{ "anything-but": ["x"] }, { "anything-but": { prefix: "y" } }] })).toEqual([`note always matches: ${twice}`]);
  expect(warnings({ method: [{ "anything-but": ["cod", "card"] }] })).toEqual(['method never matches: it is "cod" or "card"']);
  expect(warnings({ total: [{ exists: false }] })).toEqual(["total never matches: there is always a value"]);
  expect(warnings({ total: [{ exists: true }] })).toEqual(['total always matches: it has { "exists": true }']);
  expect(warnings({ $or: [{ method: ["cod", { prefix: "c" }] }, { total: [1] }] })).toEqual([
    "method always matches: every value that it can have is in the list, and there is always one",
  ]);
  for (const good of [
    { method: ["cod"] },
    { note: [{ exists: true }] },
    { note: [{ exists: false }] },
    { tags: ["a"] },
    { tags: [{ exists: false }] },
    { total: [{ "anything-but": [1, 2] }] },
    { note: [{ "anything-but": ["x", "y"] }, { "anything-but": ["x"] }] },
  ])
    expect(warnings(good)).toEqual([]);
});
