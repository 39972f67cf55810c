import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import { createProgram } from "../../src/cli/program.ts";
import { leavesOf, pathOf, useServer } from "../../src/cli/commands/servers.ts";
import { chosenServer, chooseServer } from "../../src/cli/remote/chosen-server.ts";
import { followed } from "../../src/cli/remote/followed.ts";
import { problemError } from "../../src/cli/remote/problem-error.ts";
import { asCloudEvent, asPlain } from "../../src/cli/remote/remote-publish.ts";
import { whyNot } from "../../src/cli/remote/remote-deliveries.ts";
import { keyWarning, serverPlace } from "../../src/cli/remote/server-place.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import type { BusEvent } from "../../src/define/event.ts";

const key = `bb_${"k".repeat(10)}_${"s".repeat(43)}`;
const url = "https://events.example.com";

const wrong = (words: Parameters<typeof serverPlace>[0], env: Record<string, string> = {}): string => {
  try {
    return JSON.stringify(serverPlace(words, env));
  } catch (error) {
    return error instanceof UsageError ? error.message : `no wrong call: ${String(error)}`;
  }
};

describe("where a command is done", () => {
  it("is the server of --url, else of BUSBAR_URL, with a key from a file or the environment", () => {
    const folder = mkdtempSync(join(tmpdir(), "busbar-key-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const keyFile = join(folder, "key");
    writeFileSync(keyFile, `${key}\n`);
    expect(serverPlace({}, { BUSBAR_URL: "", BUSBAR_KEY: key })).toBeUndefined();
    expect(serverPlace({ url: `${url}/busbar/` }, { BUSBAR_KEY: key })).toEqual({ url: `${url}/busbar`, key });
    expect(serverPlace({}, { BUSBAR_URL: url })).toEqual({ url, key: undefined });
    for (const [words, env] of [
      [{ url, keyFile }, { BUSBAR_KEY: "bb_other" }],
      [{ url }, { BUSBAR_KEY_FILE: keyFile }],
    ] as const)
      expect(serverPlace(words, env)).toEqual({ url, key });
  });

  it("C11: says what is wrong with an address or a key, and shows neither a password nor what is no key", () => {
    expect(wrong({ url: "events.example.com" })).toMatch(/^--url takes the address of a server, such as .*not "events\.example\.com"$/);
    expect(wrong({}, { BUSBAR_URL: "redis://127.0.0.1" })).toMatch(/^BUSBAR_URL takes/);
    const secret = wrong({ url: `https://${key}:hunter2@events.example.com` });
    expect(secret).toMatch(/BUSBAR_KEY, or into a file/);
    expect(secret).not.toMatch(/hunter2|bb_k/);
    expect(wrong({ url: `${url}?key=1` })).toMatch(/without a query/);
    expect(wrong({ url }, { BUSBAR_KEY: "SG.hunter2" })).toMatch(/^BUSBAR_KEY holds no API key/);
    expect(wrong({ url, keyFile: "/nowhere/key" })).toMatch(/^--key-file cannot be read: "\/nowhere\/key": there is no such file$/);
    expect(wrong({ keyFile: "/nowhere/key" })).toMatch(/^--key-file goes with --url/);
  });

  it("is warned of where a key would go over the network unencrypted", () => {
    expect(keyWarning({ url: "http://events.example.com", key })).toMatch(/goes to http:\/\/events\.example\.com unencrypted/);
    for (const place of [
      { url, key },
      { url: "http://127.0.0.1:4000", key },
      { url: "http://[::1]:4000", key },
      { url: "http://example.com", key: undefined },
    ])
      expect(keyWarning(place)).toBeUndefined();
  });

  it("is no server for commands that work on files, on Redis itself or in a database: told to --url, and to BUSBAR_URL where it would be missed", async () => {
    onTestFinished(() => chooseServer(undefined));
    const before = process.env["BUSBAR_URL"];
    onTestFinished(() => void (before === undefined ? delete process.env["BUSBAR_URL"] : (process.env["BUSBAR_URL"] = before)));
    const program = createProgram();
    const where = (path: string): string => {
      const command = leavesOf(program).find((each) => pathOf(each) === path)!;
      try {
        useServer(command);
        return chosenServer()?.url ?? "here";
      } catch (error) {
        return (error as Error).message;
      }
    };
    process.env["BUSBAR_URL"] = url;
    expect([where("stats"), where("dead-letters list"), where("replay"), where("check"), where("dev")]).toEqual([
      url,
      url,
      url,
      "here",
      "here",
    ]);
    expect(where("doctor")).toBe(
      "busbar doctor looks at Redis itself, and not on the server of BUSBAR_URL: call it there, or with BUSBAR_URL= to do it here",
    );
    expect(where("replay diff")).toMatch(/^busbar replay diff compares the code of this folder/);
    process.env["BUSBAR_URL"] = "";
    expect([where("stats"), where("doctor")]).toEqual(["here", "here"]);
    leavesOf(program)
      .find((each) => pathOf(each) === "check")!
      .setOptionValue("url", url);
    expect(where("check")).toBe("busbar check works on files of this folder, and not on a server: leave --url and --key-file away");
  });
});

describe("what a server answers", () => {
  const place = { url, key: undefined };
  const problem = { type: "urn:busbar:problem:x", title: "It is so", status: 422, detail: "Nothing was moved.", code: "INVALID_RANGE" };

  it("is told as the same error would be told here", () => {
    const error = problemError({ ...problem, problems: ["to: is yet to come"] }, place) as BusbarError;
    expect(error).toBeInstanceOf(BusbarError);
    expect([error.code, error.message]).toEqual(["INVALID_RANGE", "Nothing was moved:\n  - to: is yet to come"]);
  });

  it("says which server, and what to do, where it is about the key or the server", () => {
    const told = (code: string, status: number, detail: string) => problemError({ ...problem, code, status, detail }, place).message;
    expect(told("UNAUTHENTICATED", 401, "An API key is needed.")).toBe(
      `${url} takes no call without a valid API key: An API key is needed. Put one into BUSBAR_KEY, or name its file with --key-file.`,
    );
    expect(told("FORBIDDEN", 403, 'This needs the scope "operate".')).toBe(`${url} answered 403: This needs the scope "operate".`);
    expect(told("NOT_FOUND", 404, "There is nothing at this address.")).toMatch(/does not know what this command asks for/);
    expect(told("NOT_FOUND", 404, "No replay has this id.")).toBe("No replay has this id.");
    expect(problemError({ ...problem, code: "INVALID_REQUEST" }, place)).toBeInstanceOf(UsageError);
    expect(whyNot("It was not cancelled: it ended as sent.")).toBe("it ended as sent");
  });
});

describe("what is published on a server", () => {
  it("goes as the payload alone, with the rest in headers, as long as they can say it; else as a CloudEvent", () => {
    expect(asPlain({ a: 1 }, { idempotencyKey: "order 7", key: "A-1" })).toEqual({
      headers: { "idempotency-key": "order 7", "x-partition-key": "A-1" },
      body: { a: 1 },
    });
    for (const [payload, words] of [
      [[1], {}],
      [{}, { idempotencyKey: "order ä" }],
      [{}, { idempotencyKey: " order" }],
    ] as const)
      expect(asPlain(payload, words)).toBeUndefined();
    expect(asCloudEvent("order.placed", [1], { idempotencyKey: "order ä" })).toMatchObject({
      headers: { "content-type": "application/cloudevents+json" },
      body: { specversion: "1.0", type: "order.placed", idempotencykey: "order ä", data: [1] },
    });
  });
});

const event = (number: number): BusEvent => ({ id: `e-${number}`, time: new Date(number * 1_000).toISOString() }) as BusEvent;

async function* broken(): AsyncGenerator<BusEvent> {
  yield* [];
  throw new Error("no such topic");
}

describe("a stream that ends", () => {
  it("is followed by another one that goes on where it was: each event once, and none from before it", async () => {
    const ending = new AbortController();
    const opened: number[] = [];
    const streams = [[event(3), event(4)], [event(2), event(3), event(4), event(5)], [event(5)]];
    const seen: string[] = [];
    const events = followed({
      last: 2,
      signal: ending.signal,
      async *open(last) {
        opened.push(last);
        yield* streams.shift()!;
        if (streams.length === 1) throw new Error("the proxy has had enough");
        if (streams.length === 0) ending.abort();
      },
    });
    for await (const { id } of events) seen.push(id);
    expect([seen, opened]).toEqual([
      ["e-3", "e-4", "e-5"],
      [2, 500, 500],
    ]);
  });

  it("is an error where it never came to an event", async () => {
    await expect(followed({ last: 0, signal: new AbortController().signal, open: broken }).next()).rejects.toThrow("no such topic");
  });
});
