import { describe, expect, it } from "vitest";
import { callbackOptions } from "../../src/cli/mailroom-callbacks.ts";

describe("what the mailroom of a command calls back with", () => {
  it.each<[object, Record<string, string>, object]>([
    [{}, {}, { automatic: { status: ["delivered"] } }],
    [{}, { MAILROOM_STATUSES: "accepted, read", MAILROOM_CALLBACKS_URL: "" }, { automatic: { status: ["accepted", "read"] } }],
    [{ statuses: "none" }, { MAILROOM_STATUSES: "read" }, {}],
    [
      { statuses: "opted out", callbacksUrl: "http://127.0.0.1:4000/callbacks" },
      { MAILROOM_CALLBACKS_URL: "http://127.0.0.1:5000/callbacks" },
      { automatic: { status: ["opted out"] }, callbacks: "http://127.0.0.1:4000/callbacks" },
    ],
    [
      {},
      { MAILROOM_CALLBACKS_URL: "http://127.0.0.1:5000/callbacks", MAILROOM_STATUSES: "none" },
      { callbacks: "http://127.0.0.1:5000/callbacks" },
    ],
  ])("%j with %j is %j", (flags, env, options) => {
    expect(callbackOptions(flags, env)).toEqual(options);
  });

  it("names everything that is wrong by its option or variable", () => {
    const env = { MAILROOM_CALLBACKS_URL: "server:4000", MAILROOM_STATUSES: "delivered,gone" };
    expect(() => callbackOptions({}, env)).toThrow(
      /^MAILROOM_CALLBACKS_URL: callbacks must be an address.*\nMAILROOM_STATUSES takes none, or some of accepted, .*; not "gone"$/,
    );
    expect(() => callbackOptions({ callbacksUrl: "x", statuses: "" }, env)).toThrow(
      /^--callbacks-url: .*\n--statuses takes none.*; not ""$/,
    );
  });
});
