import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";

const cwd = mkdtempSync(join(tmpdir(), "busbar-filter-"));
afterAll(() => rmSync(cwd, { recursive: true }));
const test = (...args: string[]) => runCli(["filter", "test", ...args], { cwd });
const pattern = JSON.stringify({ customer: { email: [{ suffix: "@example.com" }] }, total: [{ numeric: [">", 10_000] }] });

describe("busbar filter test", () => {
  it("needs no application: it says whether a pattern matches, and where, why and by which operator it does not", async () => {
    const good = await test(pattern, '{"customer":{"email":"a@example.com"},"total":20000}');
    expect(good).toMatchObject({ code: 0, stdout: "It matches.\n", stderr: "" });
    const bad = await test(pattern, '{"customer":{"email":"a@example.com"},"total":5}');
    const lines = ["It does not match: total is 5, not > 10000", "  total operator numeric wanted > 10000 seen 5", ""];
    expect(bad).toMatchObject({ code: 1, stdout: lines.join("\n") });
    const told = await test(pattern, "{}", "--json");
    expect(told.code).toBe(1);
    expect(JSON.parse(told.stdout)).toEqual({
      matches: false,
      reason: "customer.email is absent",
      failures: [{ path: "customer.email", operators: ["suffix"], wanted: 'ending with "@example.com"', seen: "absent" }],
      warnings: [],
    });
  });

  it("takes files, a whole event, and the policies of SNS", async () => {
    writeFileSync(join(cwd, "pattern.json"), pattern);
    const event = { specversion: "1.0", type: "order.placed", data: { customer: { email: "a@example.com" }, total: 20_000 } };
    writeFileSync(join(cwd, "event.json"), JSON.stringify(event));
    expect((await test("pattern.json", "event.json")).code).toBe(0);
    const attributes = JSON.stringify({ price: { DataType: "Number", StringValue: "5" } });
    expect((await test('{"price":[5]}', attributes, "--dialect", "sns")).code).toBe(0);
    const warned = await test('{"a":[{"anything-but":"x"},{"anything-but":"y"}]}', '{"a":"x"}');
    expect(warned.stdout).toMatch(/^It matches\.\nWarning: a always matches: /);
  });

  it("takes an event from standard input", () => {
    const bin = join(import.meta.dirname, "..", "..", "bin", "busbar.mjs");
    const { status, stdout } = spawnSync(process.execPath, [bin, "filter", "test", '{"a":[1]}', "-"], {
      cwd,
      input: '{"a":2}',
      encoding: "utf8",
    });
    expect([status, stdout.split("\n")[0]]).toEqual([1, "It does not match: a is 2, not 1"]);
  });

  it("a wrong call ends with 2 and says everything that is wrong", async () => {
    const wrong = await test('{"a":[{"sufix":"x"}],"b":[],"b":[1]}', "{}");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/a\[0\]: operator "sufix" is not known.*Did you mean "suffix"\?/);
    expect(wrong.stderr).toContain("b: the key stands twice in one object");
    expect((await test("nothing.json", "{}")).stderr).toContain('"nothing.json": there is no such file');
    expect((await test('{"a":[1]}', "{a")).stderr).toContain("the event is not JSON");
    expect((await test("-", "-")).code).toBe(2);
    expect((await test('{"a":[1]}', "{}", "--dialect", "kafka")).code).toBe(2);
  });
});
