import { execFile, type ExecFileOptions } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import { testRedis } from "../support/redis.ts";

const root = join(import.meta.dirname, "..", "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const { url: redisUrl, prefix } = testRedis();

const source = (file: string): string => readFileSync(join(root, "src", file), "utf8");
/** Everything that a program of Node prints, however it ends. */
const output = (args: readonly string[], options: ExecFileOptions): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { ...options, encoding: "utf8", timeout: 35_000, killSignal: "SIGKILL" }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });

const firstColumn = (heading: string): string[] => {
  const section = new RegExp(`^## ${heading}\n(.*?)^## `, "ms").exec(readme)?.[1] ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name!);
};

describe("the README's code", () => {
  const code = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1] ?? "";
  let clone: string;
  let mailroom: Mailroom;

  beforeAll(async () => {
    // The code's imports are those of a file at the root of a clone.
    clone = await mkdtemp(join(tmpdir(), "busbar-readme-"));
    for (const name of ["src", "node_modules", "package.json"]) await symlink(join(root, name), join(clone, name));
    mailroom = await startMailroom();
  });
  afterAll(async () => {
    await mailroom.stop();
    await rm(clone, { recursive: true });
  });

  it("D8: is type-correct by the project's own settings, and puts a message into the inbox", async () => {
    await writeFile(join(clone, "example.ts"), code);
    await writeFile(join(clone, "tsconfig.json"), JSON.stringify({ extends: join(root, "tsconfig.json"), include: ["example.ts"] }));
    // Where the test's Redis and mailroom are is the only change.
    const { url, smtp } = mailroom;
    const places = JSON.stringify({ prefix, send: { mailroom: { url, smtp } } }).slice(1, -1);
    await writeFile(join(clone, "run.ts"), code.replace("createBus({", `createBus({ ${places},`));

    const [types, program] = await Promise.all([
      output([join(root, "node_modules/typescript/bin/tsc"), "--project", clone, "--singleThreaded"], { cwd: clone }),
      output(["--import", "tsx", join(clone, "run.ts")], { cwd: clone, env: { ...process.env, REDIS_URL: redisUrl } }),
    ]);
    expect(types).toBe("");
    expect(program).toMatch(/^Event \S+ is an e-mail in the mailroom\.\n$/);
    expect(mailroom.inbox.list()).toMatchObject([{ to: ["asha@example.in"], subject: "Order A-1001 is confirmed" }]);
  }, 40_000);

  it("is about thirty lines", () => {
    expect(code.split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(32);
  });
});

/** The commands that a declaration declares, and those that it has others declare, in their order. */
function declaredBy(name: string): string[] {
  const file = name
    .replace("declare", "")
    .replaceAll(/(?<=[a-z])[A-Z]/g, "-$&")
    .toLowerCase();
  const code = source(`cli/commands/${file}.ts`);
  return [...code.matchAll(/program\s*\.command\("([\w-]+)|^ {2}(declare\w+)\(program\);/gm)].flatMap(([, command, other]) =>
    command === undefined ? declaredBy(other!) : [command],
  );
}

describe("the README", () => {
  it("lists exactly the variables that the code reads", () => {
    const declared =
      /export const variables = z\.object\(\{(.*?)^\}\);/ms.exec(source("bus/environment/environment-variables.ts"))?.[1] ?? "";
    const variables = [...declared.matchAll(/^ {2}([A-Z0-9_]+):/gm)].map(([, name]) => name!);
    expect(variables.length).toBeGreaterThan(10);
    expect(firstColumn("Environment")).toEqual(variables);

    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const read = files.flatMap((file) =>
      [...source(file).matchAll(/process\.env(?:\["(\w+)"\]|\.(\w+))/g)].map((match) => match[1] ?? match[2]!),
    );
    expect(read).toContain("FRONTEND_URL");
    expect(read.filter((name) => !variables.includes(name) && name !== "PATH")).toEqual([]);
  });

  it("lists exactly the commands of the command line", () => {
    // The declarations stand in the order in which program.ts calls them.
    const [, groups] = /for \(const declare of \[(.*?)\]\)/s.exec(source("cli/program.ts")) ?? [];
    const commands = [...groups!.matchAll(/\w+/g)].flatMap(([name]) => declaredBy(name));
    expect(commands.length).toBeGreaterThan(0);
    expect(firstColumn("Commands")).toEqual(commands);
  });

  it("makes the promise in its exact words", () => {
    expect(readme).toContain(
      "at-least-once from an acknowledged publish; duplicates bounded and counted; effectively once for idempotent receivers",
    );
  });
});
