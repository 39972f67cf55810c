import { expect, it } from "vitest";
import { logKeys } from "../../src/log/redis-log-keys.ts";

/** What a Cluster chooses a key's slot by: what stands in its first braces. */
const tagOf = (key: string): string | undefined => /^[^{]*\{([^}]+)\}/.exec(key)?.[1];

it("all keys of a partition lie in one slot of a Cluster, and those of another partition in another", () => {
  const keys = logKeys("busbar");
  const tags = [0, 1].map((partition) => {
    const own = [
      keys.log("order.placed", partition),
      keys.log("order.paid", partition),
      keys.meta("order.placed", partition),
      keys.groups("order.placed", partition),
      keys.ids("order.placed", partition, 0),
      keys.idempotency("order.placed", partition, "key"),
      keys.index("order.placed", partition, { day: 0, hash: "abc" }),
      keys.bell(partition),
      keys.routed(partition, "evt_1", 0),
    ];
    return new Set(own.map((key) => tagOf(key)));
  });
  expect(tags.map((each) => [...each])).toEqual([["0"], ["1"]]);
});
