import { describe, expect, it } from "vitest";
import { BusbarError, type ErrorCode, errorCodes } from "../../src/base/errors.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { fromBusbarError, HttpProblem } from "../../src/server/problem.ts";
import { problemFrom } from "../../src/server/request-error.ts";

const codes = Object.keys(errorCodes) as ErrorCode[];
/** What only a start, a definition, a transaction of the application or the command line can bring about. */
const neverOfRequests: readonly ErrorCode[] = [
  "INVALID_DEFINITION",
  "INVALID_CONFIGURATION",
  "PORT_IN_USE",
  "ALREADY_RUNNING",
  "CANNOT_PLAN",
  "OUTBOX_FAILED",
];

describe("an error of busbar as a problem", () => {
  it.each(codes.filter((code) => !neverOfRequests.includes(code)))("%s has a status that says whose turn it is", (code) => {
    const { body, headers } = fromBusbarError(new BusbarError(code, "It went wrong:", { problems: ["one", "two"] }));
    expect(body).toMatchObject({ code, detail: "It went wrong.", problems: ["one", "two"] });
    expect(body.status < 500 || body.status === 503).toBe(true);
    expect(headers["retry-after"]).toBe(body.status === 503 ? "1" : undefined);
  });

  it.each(neverOfRequests)("%s is no answer to a request: nothing of it is told", (code) => {
    const { body } = fromBusbarError(new BusbarError(code, "/etc/secret is wrong", { problems: ["secret"] }));
    expect(body.status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  it("a publish that Redis did not confirm says the id to publish again with", () => {
    expect(fromBusbarError(new BusbarError("PUBLISH_FAILED", "…", { eventId: "e-1" })).body).toMatchObject({ status: 503, eventId: "e-1" });
  });
});

const from = (error: unknown): HttpProblem => problemFrom({ error, path: "/v1/stats", logger: silentLogger });

describe("an error of a route as a problem", () => {
  it.each(["Connection is closed.", "Command timed out", "connect ECONNREFUSED 127.0.0.1:6379"])(
    "%s is 503 and may be tried again",
    (message) => {
      expect(from(new Error(message)).body).toMatchObject({ status: 503, code: "REDIS_UNREACHABLE" });
    },
  );

  it("anything else is our own mistake, and says nothing of itself", () => {
    const { body } = from(new Error("password=hunter2"));
    expect(body).toMatchObject({ status: 500, code: "INTERNAL_ERROR" });
    expect(JSON.stringify(body)).not.toContain("hunter2");
  });
});
