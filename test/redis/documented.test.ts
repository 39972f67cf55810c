import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { documentedProject } from "../support/documented-project.ts";

const root = join(import.meta.dirname, "..", "..");
const page = (name: string): Promise<string> => readFile(join(root, "docs", name), "utf8");

function connection(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(void socket.destroy()));
    socket.once("error", reject);
  });
}

// All pages at once: what the compiler and vitest read of busbar for them is the same. What docs/outbox.md says is done in test/e2e/cli-outbox.test.ts.
it("the applications of docs/authoring.md and docs/outbox.md and the examples of docs/testing.md are type-correct, and the first and the last do what the pages say, on the one Redis of the global set-up, which then ends", async () => {
  // Its own file, so that another worker is asked as well.
  const probe =
    'import { appendFileSync } from "node:fs";\nimport { it } from "vitest";\nit("asks", () => appendFileSync("urls", process.env["BUSBAR_TEST_REDIS_URL"] ?? "none"));\n';
  const testing = await page("testing.md");
  const [, setUp] = /^```ts\n\/\/ vitest\.config\.ts\n(.*?)^```$/ms.exec(testing)!;
  const { folder, run } = await documentedProject(
    { authoring: await page("authoring.md"), outbox: await page("outbox.md"), testing },
    { "testing/probe.test.ts": probe, "vitest.config.ts": setUp! },
  );

  const [types, tests, check] = await Promise.all([
    run([join(root, "node_modules/typescript/bin/tsc"), "--project", folder, "--singleThreaded"]),
    run([join(root, "node_modules/vitest/vitest.mjs"), "run", "--testTimeout=20000", "--no-isolate", "--maxWorkers=2"]),
    runCli(["check", "--json"], { cwd: join(folder, "authoring") }),
  ]);
  expect(types.output).toBe("");
  expect(tests.output).toMatch(/authoring\/test\/shop\.test\.ts \(3 tests\)/);
  expect(tests.output).toMatch(/testing\/test\/orders\.test\.ts \(10 tests\)/);
  expect(tests.output).toMatch(/Tests +14 passed \(14\)/);
  expect(tests.code).toBe(0);
  expect(JSON.parse(check.stdout)).toMatchObject({ ok: true, problems: [] });
  const url = await readFile(join(folder, "urls"), "utf8");
  expect(url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  await expect(connection(Number(new URL(url).port))).rejects.toThrow("ECONNREFUSED");
}, 60_000);
