import { expect, it } from "vitest";
import { shownJob } from "../../src/queues/shown-job.ts";
import { boardVerb } from "../../src/server/board-verbs.ts";

const event = { id: "e-1", type: "order.placed", time: "2026-11-01T10:00:00Z", data: { email: "asha@example.com" } };

it("C4: a job is shown with where it belongs and how it went, and without what it holds", () => {
  const job = {
    id: "d_1",
    name: "email",
    data: {
      id: "d_1",
      channel: "email",
      subscriber: "receipt",
      to: "asha@example.com",
      event,
      data: { name: "Asha" },
      sealed: { key: "x" },
      subjects: ["hash"],
      later: "a field that nobody has thought of yet",
    },
    failedReason: "550 asha@example.com: no mailbox; +919845012345",
    stacktrace: ["Error: asha@example.com"],
    returnvalue: { id: "d_1", data: { name: "Asha" } },
    progress: { done: 3, note: "Asha" },
    attemptsMade: 2,
  };
  const shown = shownJob(job);
  expect(shown).toMatchObject({
    id: "d_1",
    attemptsMade: 2,
    progress: { done: 3 },
    data: { subscriber: "receipt", to: "as…@example.com", event: { id: "e-1", type: "order.placed" } },
  });
  expect(JSON.stringify(shown)).not.toMatch(/asha@|"Asha|98450|hash"|"x"|nobody has/);
});

it.each([{ json: "{}" }, "text", null, ["asha@example.com"], { callback: { body: "asha@example.com" } }])(
  "C4: of the content %j nothing is shown",
  (data) => {
    expect(JSON.stringify(shownJob({ data }))).not.toMatch(/asha|\{\}|text/);
  },
);

const verb = (path: string, method = "PUT") => boardVerb(method, path, "shop");

it("C4: a button means one of the four verbs that the bus does, or none", () => {
  expect(verb("/api/queues/%7Bshop.email%7D/pause")).toEqual({ verb: "pause", queue: "email" });
  expect(verb("/api/queues/{shop.email}/resume")).toEqual({ verb: "resume", queue: "email" });
  expect(verb("/api/queues/{shop.email}/d_1/retry")).toEqual({ verb: "redrive", queue: "email", job: "d_1" });
  expect(verb("/api/queues/{shop.email}/d_1/clean")).toEqual({ verb: "remove", queue: "email", job: "d_1" });
  for (const path of [
    "/api/queues/pause",
    "/api/queues/{shop.email}/obliterate",
    "/api/queues/{shop.email}/empty",
    "/api/queues/{shop.email}/retry/failed",
    "/api/queues/{shop.email}/d_1/promote",
    "/api/queues/{other.email}/pause",
    "/api/queues/{shop.email}/d_1/retry/more",
    "/api/queues/%E0%A4%A/pause",
  ])
    expect(verb(path), path).toBeUndefined();
  expect(verb("/api/queues/{shop.email}/pause", "POST")).toBeUndefined();
});
