import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const rows = [...read("docs/router-rules.md").matchAll(/^\| (\d+) \| (.+) \| (.+) \|$/gm)].map(([, rule, , proofs]) => ({
  rule: Number(rule),
  proofs: proofs!,
}));

describe("docs/router-rules.md", () => {
  it("has a row for each of the sixteen rules", () => {
    expect(rows.map(({ rule }) => rule)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });

  it.each(rows)("rule $rule is proved by tests that exist", ({ proofs }) => {
    const named = [...proofs.matchAll(/`(test\/\S+)`: ((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, file, names]) =>
      [...names!.matchAll(/"([^"]+)"/g)].map(([, name]) => ({ file: file!, name: name! })),
    );
    expect(named).not.toEqual([]);
    const missing = named.filter(({ file, name }) => !isTest(read(file), name));
    expect(missing).toEqual([]);
  });

  it("names only attacks that exist", () => {
    const folder = "test/chaos/scenarios";
    const codes = new Set(
      readdirSync(join(root, folder)).flatMap((file) => [...read(`${folder}/${file}`).matchAll(/code: "(\w+)"/g)].map(([, code]) => code)),
    );
    const named = rows.flatMap(({ proofs }) => [...proofs.replaceAll(/"[^"]*"/g, "").matchAll(/\b[FR]\d+\b/g)].map(([code]) => code));
    expect(named.filter((code) => !codes.has(code))).toEqual([]);
  });
});

function isTest(text: string, name: string): boolean {
  return text.includes(`it("${name}"`);
}
