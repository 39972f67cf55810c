import { expect, it } from "vitest";
import * as z from "zod";
import { catalogChanges } from "../../src/cli/catalog-changes.ts";
import { catalogOf } from "../../src/define/catalog.ts";
import { defineSubscriber, defineTopic } from "../../src/index.ts";

const orderPlaced = defineTopic("order.placed", z.object({ id: z.string() }));
const orderPacked = defineTopic("order.packed", z.object({ id: z.string() }));
const subscriber = (name: string, routes: readonly { name?: string; formerly?: string }[] = [{}]) =>
  defineSubscriber(orderPlaced, {
    name,
    deliver: ({ handler }) => routes.map((route) => handler({ ...route, handle: async () => undefined })),
  });
const before = catalogOf({ orderPlaced }, [subscriber("audit", [{ name: "one" }, { name: "two" }]), subscriber("stock")]);

it("says what is new and what is gone, and nothing where only code changed", () => {
  expect(catalogChanges(before, before, ["subscribers/audit.ts"])).toBe("subscribers/audit.ts");
  const after = catalogOf({ orderPlaced, orderPacked }, [subscriber("audit", [{ name: "one" }, { name: "three" }]), subscriber("mail")]);
  expect(catalogChanges(before, after, ["topics/index.ts"])).toBe(
    "topics/index.ts (new topic order.packed; new subscriber mail; subscriber stock is gone; audit: new route three; audit: route two is gone)",
  );
});

it("takes a renamed route for the same one, and names five files at most", () => {
  const renamed = catalogOf({ orderPlaced }, [
    subscriber("audit", [{ name: "one" }, { name: "second", formerly: "two" }]),
    subscriber("stock"),
  ]);
  expect(catalogChanges(before, renamed, ["a", "b", "c", "d", "e", "f", "g"])).toBe("a, b, c, d, e and 2 more");
});
