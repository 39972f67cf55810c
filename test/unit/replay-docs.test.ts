import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takenCall } from "../support/taken-call.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs/replay.md"), "utf8");
const calls = [...page.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block]) => block!.split("\n"))
  .flatMap((line) => /\bbusbar (replay|archive) [^#|]*/.exec(line)?.[0] ?? []);

/** The words of a line of shell. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, ...parts]) => parts.find((part) => part !== undefined)!);

it("every call of docs/replay.md is one that the command line takes", async () => {
  expect(calls.length).toBeGreaterThan(10);
  for (const call of calls) {
    expect(await takenCall(words(call).slice(1)), call).toHaveLength(1);
  }
});
