import { expect, it } from "vitest";
import * as z from "zod";
import type { AnyContent } from "../../src/bus/any-content.ts";
import { notInCode } from "../../src/bus/dead-letters/not-in-code.ts";
import { catalogOf } from "../../src/define/catalog.ts";
import { defineSubscriber, defineTopic } from "../../src/index.ts";

const orderPlaced = defineTopic("order.placed", z.object({ id: z.string() }));
const ledger = defineSubscriber(orderPlaced, {
  name: "ledger",
  formerly: "bookkeeping",
  deliver: ({ handler }) => [handler({ name: "write", handle: async () => {} })],
});
const catalog = catalogOf({ orderPlaced }, [ledger]);

const content = (given: object): AnyContent => given as AnyContent;

it.each([
  ["a delivery of a route that is there", { subscriber: "bookkeeping", route: "write", to: "ledger" }, undefined],
  ["a delivery of a subscriber that is gone", { subscriber: "stock", route: "write", to: "stock" }, 'the subscriber "stock" is'],
  [
    "a delivery of a route that is gone",
    { subscriber: "bookkeeping", route: "count", to: "ledger" },
    'the route "count" of the subscriber "ledger" is',
  ],
  ["an event that a subscriber could not plan", { subscriber: "bookkeeping", json: "{}" }, undefined],
  ["an event that a subscriber that is gone could not plan", { subscriber: "stock", json: "{}" }, 'the subscriber "stock" is'],
  [
    "an audience of a route that has none any more",
    { subscriber: "bookkeeping", route: "write", event: {} },
    'the audience of the route "write" of the subscriber "ledger" is',
  ],
  ["what a provider told", { callback: {} }, undefined],
])("%s", (_, given, expected) => {
  const rest = " not in the code of this build, so that nothing would come of it: deploy the code again, or discard the dead letter";
  expect(notInCode(catalog, content(given))).toBe(expected && `${expected}${rest}`);
});
