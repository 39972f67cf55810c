import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyOfApplication, runCli } from "../support/cli.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

describe("busbar schema and topics", () => {
  it("name what breaks with exit code 1, write what is compatible and nothing else, and see a catalogue that is out of date", async () => {
    const order = read("topics/order-placed.ts").replace("total: z.number().nonnegative()", "total: z.int()");
    const vote = read("topics/vote-created.ts").replace("z.object({", "z.object({\n    note: z.string().optional(),");
    const cwd = await copyOfApplication({
      "topics/order-placed.ts": order,
      "topics/vote-created.ts": vote,
      "schemas/order.placed.json": read("schemas/order.placed.json"),
      "schemas/vote.created.json": read("schemas/vote.created.json"),
      "docs/topics.md": read("docs/topics.md"),
    });
    const [check, diff, catalogue] = await Promise.all([
      runCli(["schema", "check", "--json"], { cwd }),
      runCli(["schema", "diff"], { cwd }),
      runCli(["topics", "--check", "docs/topics.md"], { cwd }),
    ]);
    const { ok, topics } = JSON.parse(check.stdout) as { ok: boolean; topics: { topic: string; verdict: string; differences: object[] }[] };
    expect([check.code, ok]).toEqual([1, false]);
    expect(topics.find(({ topic }) => topic === "order.placed")).toMatchObject({
      verdict: "breaking",
      differences: [{ path: ["total"], breaking: true, text: "`total` became an integer (it was a number)" }],
    });
    expect(diff).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("vote.created, version 1: compatible (1 change)\n  + `note` is new and optional"),
    });
    expect(catalogue).toEqual({
      code: 1,
      stdout: "",
      stderr: "busbar: docs/topics.md is out of date: run busbar topics --out docs/topics.md, and commit it.\n",
    });

    const written = await runCli(["schema", "check", "--write"], { cwd });
    expect(written).toMatchObject({ code: 1, stderr: expect.stringMatching(/`total` became an integer[\s\S]*Written: 24 snapshots/) });
    expect(readFileSync(join(cwd, "schemas/order.placed.json"), "utf8")).toBe(read("schemas/order.placed.json"));
    expect(readFileSync(join(cwd, "schemas/vote.created.json"), "utf8")).toContain('"note"');
  });
});
