import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./cli.ts";

const root = join(import.meta.dirname, "..", "..");

export interface DocumentedProject {
  readonly folder: string;
  /** Runs a program of Node in the folder, to its end. */
  run(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
}

/**
 * The files that pages print, each in a block that begins with its path, in a temporary folder, with busbar being this clone's.
 * @param pages the pages, by the folder of each in that one
 */
export async function documentedProject(
  pages: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<DocumentedProject> {
  const folder = await temporaryFolder();
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const printed = Object.entries(pages).flatMap(([name, page]) => {
    const files = [...page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, path, code]) => [join(name, path!), code!] as const);
    return [[join(name, "package.json"), JSON.stringify({ type: "module" })] as const, ...files];
  });
  const settings = {
    "package.json": JSON.stringify({ type: "module" }),
    "tsconfig.json": JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: { rewriteRelativeImportExtensions: false },
      include: ["**/*.ts"],
    }),
  };
  for (const [path, code] of [...printed, ...Object.entries({ ...settings, ...more })]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), inThisClone(code));
  }
  return { folder, run: (args) => run(args, folder) };
}

/** Where busbar is is the only change. */
function inThisClone(code: string): string {
  return code
    .replaceAll('"busbar/testing/global-setup"', JSON.stringify(join(root, "src/testing/global-setup.ts")))
    .replaceAll('from "busbar/testing"', `from ${JSON.stringify(join(root, "src/testing/index.ts"))}`)
    .replaceAll('from "busbar"', `from ${JSON.stringify(join(root, "src/index.ts"))}`)
    .replaceAll('module "busbar"', `module ${JSON.stringify(join(root, "src/index.ts"))}`);
}

function run(args: readonly string[], cwd: string): ReturnType<DocumentedProject["run"]> {
  const { BUSBAR_TEST_REDIS_URL: _, ...env } = process.env;
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env, NO_COLOR: "1" }, timeout: 50_000, killSignal: "SIGKILL" } as const;
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
    );
  });
}
