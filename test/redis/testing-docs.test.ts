import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/cli.ts";

const root = join(import.meta.dirname, "..", "..");

/** Where busbar is is the only change. */
function inThisClone(code: string): string {
  return code
    .replace('"busbar/testing/global-setup"', JSON.stringify(join(root, "src/testing/global-setup.ts")))
    .replace('from "busbar/testing"', `from ${JSON.stringify(join(root, "src/testing/index.ts"))}`)
    .replace('from "busbar"', `from ${JSON.stringify(join(root, "src/index.ts"))}`);
}

function run(args: readonly string[], cwd: string): Promise<{ readonly code: number; readonly output: string }> {
  const { BUSBAR_TEST_REDIS_URL: _, ...env } = process.env;
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env, NO_COLOR: "1" }, timeout: 50_000, killSignal: "SIGKILL" } as const;
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
    );
  });
}

function connection(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(void socket.destroy()));
    socket.once("error", reject);
  });
}

it("the examples of docs/testing.md are type-correct and pass, on the one Redis of the global set-up, which then ends", async () => {
  const page = await readFile(join(root, "docs/testing.md"), "utf8");
  const folder = await temporaryFolder();
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await mkdir(join(folder, "test"));
  for (const [, path, code] of page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)) await writeFile(join(folder, path!), inThisClone(code!));
  // Its own file, so that another worker is asked as well.
  const probe =
    'import { appendFileSync } from "node:fs";\nimport { it } from "vitest";\nit("asks", () => appendFileSync("urls", process.env["BUSBAR_TEST_REDIS_URL"] ?? "none"));\n';
  await writeFile(join(folder, "test/probe.test.ts"), probe);
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: { rewriteRelativeImportExtensions: false },
      include: ["vitest.config.ts", "test/orders.test.ts"],
    }),
  );

  const [types, tests] = await Promise.all([
    run([join(root, "node_modules/typescript/bin/tsc"), "--project", folder], folder),
    run([join(root, "node_modules/vitest/vitest.mjs"), "run"], folder),
  ]);
  expect(types.output).toBe("");
  expect(tests.output).toMatch(/Tests +8 passed \(8\)/);
  expect(tests.code).toBe(0);
  const url = await readFile(join(folder, "urls"), "utf8");
  expect(url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  await expect(connection(Number(new URL(url).port))).rejects.toThrow("ECONNREFUSED");
}, 60_000);
