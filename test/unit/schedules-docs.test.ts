import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takenCall } from "../support/taken-call.ts";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs/schedules.md"), "utf8");

it("the code of docs/schedules.md is that of files which are compiled and run here, with busbar imported by its name", () => {
  const printed = [...page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)];
  expect(printed.map(([, path]) => path)).toEqual(["schedules/supplier-sync.ts", "test/redis/schedule-example.test.ts"]);
  for (const [, path, text] of printed) {
    const file = readFileSync(join(root, path!), "utf8");
    expect(text).toBe(file.replace("../../src/testing/index.ts", "busbar/testing").replace("../src/index.ts", "busbar"));
  }
  expect(page.match(/^```ts$/gm)).toHaveLength(printed.length);
});

it("every call of docs/schedules.md is one that the command line takes", async () => {
  const calls = [...page.matchAll(/^busbar (schedules[^#\n]*)/gm)].map(([, call]) => call!.trim());
  expect(calls.length).toBeGreaterThan(3);
  for (const call of calls) {
    const words = [...call.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    expect(await takenCall(words), call).toHaveLength(1);
  }
});
