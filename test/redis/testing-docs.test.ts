import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { documentedProject } from "../support/documented-project.ts";

const root = join(import.meta.dirname, "..", "..");

function connection(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(void socket.destroy()));
    socket.once("error", reject);
  });
}

it("the examples of docs/testing.md are type-correct and pass, on the one Redis of the global set-up, which then ends", async () => {
  const page = await readFile(join(root, "docs/testing.md"), "utf8");
  // Its own file, so that another worker is asked as well.
  const probe =
    'import { appendFileSync } from "node:fs";\nimport { it } from "vitest";\nit("asks", () => appendFileSync("urls", process.env["BUSBAR_TEST_REDIS_URL"] ?? "none"));\n';
  const { folder, run } = await documentedProject(page, { "test/probe.test.ts": probe });

  const [types, tests] = await Promise.all([
    run([join(root, "node_modules/typescript/bin/tsc"), "--project", folder]),
    run([join(root, "node_modules/vitest/vitest.mjs"), "run", "--testTimeout=20000"]),
  ]);
  expect(types.output).toBe("");
  expect(tests.output).toMatch(/Tests +11 passed \(11\)/);
  expect(tests.code).toBe(0);
  const url = await readFile(join(folder, "urls"), "utf8");
  expect(url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  await expect(connection(Number(new URL(url).port))).rejects.toThrow("ECONNREFUSED");
}, 60_000);
