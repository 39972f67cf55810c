import { expect, it } from "vitest";
import { namedQueue, queueNames } from "../../src/bus/named-queues.ts";
import type { Queues } from "../../src/bus/queues.ts";

const queues = { of: (name: string) => name, routing: "routing", audiences: "audiences", callbacks: "callbacks" } as unknown as Queues;

it("a queue is found by its name, and by nothing that every object has", () => {
  expect(queueNames.map((name) => namedQueue(queues, name))).toEqual(queueNames);
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty", ""])
    expect(() => namedQueue(queues, name)).toThrow(expect.objectContaining({ code: "UNKNOWN_QUEUE" }));
});
