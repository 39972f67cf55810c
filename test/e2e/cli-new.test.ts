import { readFileSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { channelNames } from "../../src/define/channel-name.ts";
import { type CliRun, copyOfProject, runCli, temporaryFolder } from "../support/cli.ts";

const root = join(import.meta.dirname, "..", "..");
const ownText = (path: string): string => readFileSync(join(root, path), "utf8");

/** Runs a tool of node_modules in a project. */
function runTool(project: string, path: string, args: readonly string[]): Promise<CliRun> {
  return runCli(args, { project, program: [join(project, "node_modules", path)] });
}

interface Report {
  readonly written: readonly string[];
  readonly changed: readonly string[];
  readonly next: readonly string[];
}

describe("busbar new", () => {
  it("writes what passes format, lint, types, check and its own tests at once, for every channel", { timeout: 90_000 }, async () => {
    const settings = [".oxfmtrc.json", ".oxlintrc.json"];
    const project = await copyOfProject(Object.fromEntries(settings.map((file) => [file, ownText(file)])));
    const topic = await runCli(["new", "topic", "parcel.handed_over"], { project });
    expect(topic).toEqual({
      code: 0,
      stderr: "",
      stdout: `Written:
  topics/parcel-handed-over.ts
  test/unit/parcel-handed-over.test.ts
Changed:
  topics/index.ts
Next:
  put into topics/parcel-handed-over.ts what those who listen need to know
  busbar new subscriber <name> --topic parcel.handed_over
  publishEvent.parcelHandedOver({ … }) publishes it
`,
    });
    const barrel = await readFile(join(project, "topics/index.ts"), "utf8");
    const lines = barrel.trimEnd().split("\n");
    expect(lines).toContain('export { parcelHandedOver } from "./parcel-handed-over.ts";');
    expect(lines).toEqual(lines.toSorted());

    // Half of them on a topic that names no recipient, half on one that does.
    const runs = await Promise.all(
      channelNames.map((channel, index) =>
        runCli(
          [
            "new",
            "subscriber",
            `new-${channel}`,
            "--topic",
            index % 2 === 0 ? "parcel.handed_over" : "order.placed",
            "--channel",
            channel,
            "--json",
          ],
          { project, alone: false },
        ),
      ),
    );
    const reports = runs.map(({ stdout }) => JSON.parse(stdout) as Report);
    expect(reports.map(({ written }) => written)).toEqual(
      channelNames.map((channel) => [
        `subscribers/new-${channel}.ts`,
        ...(channel === "webhook" || channel === "handler" ? [] : [`subscribers/_templates/new-${channel}.ts`]),
        `test/unit/new-${channel}.test.ts`,
      ]),
    );
    const files = [
      ...reports.flatMap(({ written }) => written),
      "topics/parcel-handed-over.ts",
      "topics/index.ts",
      "test/unit/parcel-handed-over.test.ts",
    ];
    const [format, lint, types, check] = await Promise.all([
      runTool(project, "oxfmt/bin/oxfmt", ["--check", ...files]),
      runTool(project, "oxlint/bin/oxlint", ["--deny-warnings", ...files]),
      runTool(project, "typescript/bin/tsc", ["--singleThreaded"]),
      runCli(["check", "--json"], { project, alone: false }),
    ]);
    expect(format.stdout).toMatch(/All matched files use the correct format/);
    expect(lint).toMatchObject({ code: 0, stdout: expect.stringMatching(/Found 0 warnings and 0 errors/) as string });
    expect(types).toEqual({ code: 0, stdout: "", stderr: "" });
    const checked = JSON.parse(check.stdout) as { problems: unknown[]; warnings: { file?: string }[]; counts: { topics: number } };
    expect(checked).toMatchObject({ problems: [], counts: { topics: lines.length } });
    expect(checked.warnings.filter(({ file }) => file?.startsWith("topics/"))).toEqual([]);
    const tests = await runTool(project, "vitest/vitest.mjs", [
      "run",
      "--root",
      project,
      "--dir",
      "test",
      "--no-isolate",
      "--maxWorkers",
      "1",
    ]);
    expect(tests.stdout).toMatch(new RegExp(`Tests .*${channelNames.length + 2} passed`));
    expect(tests.code).toBe(0);
  });

  it("overwrites nothing, and says what is wrong with a call, with what was meant", async () => {
    const project = await copyOfProject({ "test/unit/cart-left.test.ts": "// mine" });
    const run = (...args: string[]): Promise<CliRun> => runCli(["new", ...args], { project, alone: false });
    const refused = await Promise.all([run("topic", "cart.left"), run("subscriber", "late-mail", "--topic", "order.plased")]);
    expect(refused).toEqual(
      [
        "test/unit/cart-left.test.ts is there already, and nothing is ever overwritten: take another name, or move it away",
        'no topic is called "order.plased": did you mean "order.placed"?',
      ].map((message) => ({ code: 2, stdout: "", stderr: `busbar: ${message}\n` })),
    );
    expect(await readFile(join(project, "topics/index.ts"), "utf8")).toBe(ownText("topics/index.ts"));
    expect(await readFile(join(project, "test/unit/cart-left.test.ts"), "utf8")).toBe("// mine");
  });

  it("imports the package where it is installed, and writes as the project does", async () => {
    const project = await temporaryFolder();
    const files = {
      "package.json": '{ "type": "module" }',
      // In place of a built package: its two doors, to this source.
      "node_modules/busbar/package.json": '{ "type": "module", "exports": { ".": "./index.js", "./testing": "./testing.js" } }',
      "node_modules/busbar/index.js": `export * from "${pathToFileURL(join(root, "src/index.ts")).href}";`,
      "node_modules/busbar/testing.js": `export * from "${pathToFileURL(join(root, "src/testing/index.ts")).href}";`,
      "tsconfig.json": "{}",
      "topics/index.ts": '// All topics.\nexport { orderPaid } from "./order-paid.js";\n',
      "topics/order-paid.ts": `import { defineTopic } from "busbar";\nimport * as z from "zod";
        export const orderPaid = defineTopic("order.paid", z.object({ id: z.string(), payer: z.object({ mail: z.email() }).optional() }));`,
      "subscribers/.keep": "",
      "busbar.config.ts": `import { defineConfig } from "busbar";\nimport * as topics from "./topics/index.js";
        export default defineConfig({ application: "shop", topics, subscribers: new URL("./subscribers/", import.meta.url) });`,
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), content);
    }
    await symlink(join(root, "node_modules", "zod"), join(project, "node_modules", "zod"));
    const run = (...args: string[]): Promise<CliRun> => runCli(args, { cwd: project, alone: args[0] === "check" });
    expect(await run("new", "topic", "cart.left")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\n {2}test\/cart-left\.test\.ts\n(.*\n)* {2}npm install -D vitest, which runs the test\n$/) as string,
    });
    expect(await readFile(join(project, "topics/index.ts"), "utf8")).toBe(
      '// All topics.\nexport { cartLeft } from "./cart-left.js";\nexport { orderPaid } from "./order-paid.js";\n',
    );
    expect((await run("new", "subscriber", "paid-mail", "--topic", "order.paid")).code).toBe(0);
    expect(await readFile(join(project, "subscribers/paid-mail.ts"), "utf8")).toContain(`import { defineSubscriber } from "busbar";
import { orderPaid } from "../topics/order-paid.js";
import { paidMailEmail } from "./_templates/paid-mail-email.js";
`);
    expect(await readFile(join(project, "subscribers/paid-mail.ts"), "utf8")).toContain("to: ({ data }) => data.payer?.mail,");
    expect(await run("check")).toMatchObject({
      code: 0,
      stdout:
        'No problem found: 2 topics, 1 subscriber, 1 route, 1 template.\n1 warning:\n  - topics/cart-left.ts: nobody listens to "cart.left": run busbar new subscriber <name> --topic cart.left\n',
    });
  });
});
