import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { documentedProject } from "../support/documented-project.ts";

const root = join(import.meta.dirname, "..", "..");

it("the application of docs/authoring.md is type-correct, passes busbar check, and does what the page says", async () => {
  const page = await readFile(join(root, "docs/authoring.md"), "utf8");
  const { folder, run } = await documentedProject(page, {
    "vitest.config.ts": `import { defineConfig } from "vitest/config";\nexport default defineConfig({ test: { globalSetup: ["busbar/testing/global-setup"] } });\n`,
  });
  const [types, tests, check] = await Promise.all([
    run([join(root, "node_modules/typescript/bin/tsc"), "--project", folder]),
    run([join(root, "node_modules/vitest/vitest.mjs"), "run", "--testTimeout=20000"]),
    runCli(["check", "--json"], { cwd: folder }),
  ]);
  expect(types.output).toBe("");
  expect(tests.output).toMatch(/Tests +3 passed \(3\)/);
  expect(JSON.parse(check.stdout)).toMatchObject({ ok: true, problems: [] });
}, 60_000);
