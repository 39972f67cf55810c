import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "../support/cli.ts";

describe("busbar init", () => {
  it("says what it wrote and what is to be done next; called again, that all of it is there", async () => {
    const cwd = join(await temporaryFolder(), "shop");
    await mkdir(cwd);
    const first = await runCli(["init", "--name", "cart"], { cwd });
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(
      /^Written:\n {2}package\.json\n.*\nNext:\n {2}npm install +.*\n {2}npx busbar dev +.*\n {2}npx busbar publish user\.registered --example /s,
    );
    const again = JSON.parse((await runCli(["init", "--json"], { cwd })).stdout) as Record<string, readonly unknown[]>;
    expect(again).toMatchObject({ name: "cart", written: [], completed: [], next: [{ what: "npm install" }, {}, {}, {}] });
    expect(again["kept"]).toContain("busbar.config.ts");
  });

  it("refuses a wrong name with code 2, and a project of CommonJS with code 1, and writes nothing then", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "index.js"), "module.exports = 1;");
    expect(await runCli(["init", "--name", "My Shop"], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^busbar: .*index\.js/) as string,
    });
    const empty = join(cwd, "empty");
    await mkdir(empty);
    expect(await runCli(["init", "--name", "My Shop"], { cwd: empty })).toMatchObject({
      code: 2,
      stderr: 'busbar: --name "My Shop" cannot be used: lower-case letters, digits, "-" and "_", such as "my-shop"\n',
    });
    expect([...(await readdir(cwd)), ...(await readdir(empty))].toSorted()).toEqual([".busbar", "empty", "index.js"]);
  });
});

describe("the folder's .env", () => {
  it("is read by the commands; a variable that is set wins, and --help and init have no use for it", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, ".env"), "PORT=nonsense\n");
    const unset = { PORT: undefined };
    const [read, set, help, init] = await Promise.all([
      runCli(["check"], { cwd, env: unset }),
      runCli(["check"], { cwd, env: { PORT: "4711" } }),
      runCli(["check", "--help"], { cwd, env: unset }),
      runCli(["init", "--json"], { cwd, env: unset }),
    ]);
    expect(read).toMatchObject({ code: 1, stderr: expect.stringContaining("PORT: must be a port from 1 to 65535") as string });
    expect(set.stderr).not.toContain("PORT");
    expect([help.code, init.code]).toEqual([0, 0]);
  });

  it("stops a command where a line of it says nothing", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, ".env"), "# keys\nSENDGRID_API_KEY: SG.secret\n");
    expect(await runCli(["check"], { cwd })).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^busbar: ".*\.env" cannot be used:\n {2}- line 2 is no setting: write NAME=value, .*\n$/) as string,
    });
  });
});
