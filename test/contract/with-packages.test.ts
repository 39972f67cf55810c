/** The script that runs the two commands, on small projects with a stand-in for npm. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive } from "../../src/base/redis-server/process.ts";

let temporary: string;
let project: string;

const lock = (version: string): string =>
  JSON.stringify({ packages: { "": {}, "node_modules/vitest": { version }, "node_modules/elsewhere": { version, optional: true } } });
const installed = (version: string): string => JSON.stringify({ packages: { "node_modules/vitest": { version } } });

/** What it installs prints its arguments and its process, and ends with code 3. */
const vitest = 'console.log("vitest", process.pid, ...process.argv.slice(2)); process.exitCode = 3;';

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "busbar with packages "));
});
beforeEach(async () => {
  project = await mkdtemp(join(temporary, "project "));
  await cp("bin", join(project, "bin"), { recursive: true });
  await write("package-lock.json", lock("1.0.0"));
  // The stand-in for npm does what `npm ci` does: it replaces the folder, and writes the list of what it installed last.
  await npmThat(`
    fs.rmSync("node_modules", { recursive: true, force: true });
    fs.mkdirSync("node_modules/vitest", { recursive: true });
    fs.writeFileSync("node_modules/vitest/vitest.mjs", ${JSON.stringify(vitest)});
    fs.writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(installed("1.0.0"))});`);
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

async function write(path: string, content: string): Promise<void> {
  await mkdir(join(project, path, ".."), { recursive: true });
  await writeFile(join(project, path), content);
}

const npmThat = (work: string): Promise<void> =>
  write("npm-cli.cjs", `const fs = require("node:fs"); console.log("npm", ...process.argv.slice(2));\n${work}`);

function begin(...args: string[]): ChildProcess {
  const env = { ...process.env, npm_execpath: join(project, "npm-cli.cjs") };
  return spawn(process.execPath, [join(project, "bin", "with-packages.mjs"), ...args], {
    cwd: temporary,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function run(...args: string[]): Promise<{ code: number | null; pid: number | undefined; output: string; lines: string }> {
  const child = begin(...args);
  const [output, lines, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "close")]);
  return { code: code as number | null, pid: child.pid, output, lines };
}

describe("the script of the two commands", () => {
  it("installs on a clean clone and runs the command in the same process, with its arguments and its exit code", async () => {
    const { code, pid, output, lines } = await run("vitest", "run", "two words");
    expect(lines).toContain("Installing the packages");
    expect(output).toBe(`vitest ${pid} run two words\n`);
    expect(code).toBe(3);
  });

  it("installs nothing when it has, or someone else has, installed this lock file", async () => {
    await run("vitest");
    await npmThat("process.exit(1)");
    expect((await run("vitest")).lines).toBe("");
    await rm(join(project, "node_modules", ".busbar-lock"));
    expect((await run("vitest")).lines).toBe("");
  });

  it("installs again when the lock file is another one, whatever the times of the files", async () => {
    await run("vitest");
    await write("package-lock.json", lock("2.0.0"));
    await write("node_modules/.package-lock.json", installed("1.0.0"));
    expect((await run("vitest")).lines).toContain("Installing");
  });

  it("installs again when someone has installed another lock file since", async () => {
    await run("vitest");
    await write("node_modules/.package-lock.json", installed("2.0.0"));
    expect((await run("vitest")).lines).toContain("Installing");
  });

  it("passes on npm's own words and its code when it fails, and runs nothing", async () => {
    await npmThat('console.error("npm error code EUSAGE"); process.exit(4)');
    const { code, output, lines } = await run("vitest");
    expect(code).toBe(4);
    expect(lines).toContain("npm error code EUSAGE");
    expect(lines).toContain("npm ci --include=dev");
    expect(output).toBe("");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends npm too when it receives %s, and ends with %i", async (signal, expected) => {
    await npmThat('fs.writeFileSync("npm.pid", String(process.pid)); setInterval(() => {}, 1000);');
    const child = begin("vitest");
    const closed = once(child, "close");
    await vi.waitFor(() => readFile(join(project, "npm.pid"), "utf8").then((pid) => expect(pid).not.toBe("")));
    child.kill(signal);
    const [code] = (await closed) as [number | null];
    expect(code).toBe(expected);
    expect(await isAlive(Number(await readFile(join(project, "npm.pid"), "utf8")))).toBe(false);
  });

  it("runs the CLI from its TypeScript source, as if it had been started as the process's own", async () => {
    await run("vitest");
    await symlink(join(process.cwd(), "node_modules", "tsx"), join(project, "node_modules", "tsx"));
    await write("package.json", '{ "type": "module" }');
    await write("src/cli/words.ts", "export const words: readonly string[] = process.argv.slice(1);");
    await write("src/cli/main.ts", 'import { words } from "./words.ts";\nconsole.log(process.pid, ...words);\nprocess.exitCode = 5;');
    const { code, pid, output } = await run("busbar", "dev", "--json");
    expect(output).toBe(`${pid} ${await realpath(join(project, "src", "cli", "main.ts"))} dev --json\n`);
    expect(code).toBe(5);
  });

  it("refuses other commands with its usage and code 2", async () => {
    for (const args of [[], ["vite"], ["toString"]]) {
      const { code, lines } = await run(...args);
      expect(code).toBe(2);
      expect(lines).toContain("Usage: node bin/with-packages.mjs busbar|vitest");
    }
  });

  it("says so when the lock file is missing", async () => {
    await rm(join(project, "package-lock.json"));
    const { code, lines } = await run("vitest");
    expect(code).toBe(1);
    expect(lines).toContain("git checkout package-lock.json");
  });
});
