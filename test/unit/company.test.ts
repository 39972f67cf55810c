import { expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { Job, Verdict } from "../../src/queues/delivery-queue.ts";
import { createCompany, inCompany } from "../../src/workers/company.ts";

/** Workers of two channels in one process. What they handle is under way until it is ended. */
function process() {
  const company = createCompany();
  const begun: string[] = [];
  const narrow: boolean[] = [];
  const ends = new Map<string, (how: Verdict | Error) => void>();
  const handling = (channel: string) =>
    inCompany({ company, channel, worker: () => ({ narrow: (how) => void narrow.push(how) }), logger: silentLogger }, ({ content }) => {
      begun.push(content.id);
      return new Promise((resolve, reject) => ends.set(content.id, (how) => (how instanceof Error ? reject(how) : resolve(how))));
    });
  const channels = { handler: handling("handler"), email: handling("email") };
  return {
    begun,
    narrow,
    begin: (channel: keyof typeof channels, id: string, deaths = 0) =>
      channels[channel]({ content: { id } as Delivery, deaths } as Job<Delivery>),
    async end(id: string, how: Verdict | Error = { kind: "done", end: "sent" }) {
      ends.get(id)!(how);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

it("own code runs beside other own code, also what has lost its worker once", async () => {
  const { begun, begin, narrow } = process();
  void begin("handler", "a");
  void begin("handler", "b", 1);
  await Promise.resolve();
  expect(begun).toEqual(["a", "b"]);
  expect(narrow).toEqual([]);
});

it("own code that has lost its worker twice waits for what is under way, and nothing of own code begins beside it", async () => {
  const { begun, begin, end, narrow } = process();
  void begin("handler", "long");
  const suspect = begin("handler", "suspect", 2);
  expect(narrow).toEqual([true]);
  // Put back, and no attempt is burned. It is not held here: it would lose its worker with the suspect.
  expect(await begin("handler", "young")).toEqual({ kind: "again", after: 1_000 });
  expect(await begin("handler", "another suspect", 3)).toEqual({ kind: "again", after: 1_000 });
  expect(begun).toEqual(["long"]);
  await end("long");
  expect(begun).toEqual(["long", "suspect"]);
  expect(await begin("handler", "young")).toEqual({ kind: "again", after: 1_000 });
  await end("suspect");
  expect(await suspect).toEqual({ kind: "done", end: "sent" });
  expect(narrow.at(-1)).toBe(false);
  void begin("handler", "young");
  await Promise.resolve();
  expect(begun).toEqual(["long", "suspect", "young"]);
});

it("messages are sent beside a suspect, unless they lost their worker with it again and again", async () => {
  const { begun, begin, end, narrow } = process();
  void begin("email", "drawn along", 2);
  void begin("handler", "suspect", 2);
  await Promise.resolve();
  expect(begun).toEqual(["drawn along"]);
  await end("drawn along");
  void begin("email", "mail", 1);
  expect(await begin("email", "drawn along too", 2)).toEqual({ kind: "again", after: 1_000 });
  expect(begun).toEqual(["drawn along", "suspect", "mail"]);
  await end("suspect");
  void begin("email", "drawn along too", 2);
  await Promise.resolve();
  expect(begun.at(-1)).toBe("drawn along too");
  // A message never makes a channel narrow.
  expect(narrow).toEqual([true, false]);
});

it("a suspect that fails lets the others go on", async () => {
  const { begun, begin, end } = process();
  const suspect = begin("handler", "suspect", 4);
  await Promise.resolve();
  const failed = suspect.catch((error: Error) => error.message);
  await end("suspect", new Error("Redis is gone"));
  expect(await failed).toBe("Redis is gone");
  void begin("handler", "next");
  await Promise.resolve();
  expect(begun).toEqual(["suspect", "next"]);
});
