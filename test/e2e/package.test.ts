/** The package as others get it: built, packed, installed into an empty folder from a registry on this machine, and used there. */
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { filterProblems } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { type InstalledPackage, installPackage } from "../support/installed-package.ts";
import { beNewcomer } from "../support/newcomer.ts";

const root = join(import.meta.dirname, "..", "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  exports: Record<string, string | { types: string }>;
};

let installed: InstalledPackage;
/** The package's folder in the project. */
let home: string;
/** The installed binary. */
let program: [string];

beforeAll(async () => {
  installed = await installPackage();
  home = join(installed.project, "node_modules", "busbar");
  program = [join(home, "bin", "busbar.mjs")];
}, 300_000);
afterAll(() => (installed as InstalledPackage | undefined)?.remove());

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
const json = async (...path: string[]): Promise<unknown> => JSON.parse(await readFile(join(...path), "utf8"));

describe("a newcomer", () => {
  it(
    "D8: comes from an empty folder to a mended dead letter and passing tests in less than five minutes",
    { timeout: 400_000 },
    async () => {
      const begun = performance.now();
      await beNewcomer(installed);
      const seconds = installed.installSeconds + (performance.now() - begun) / 1_000;
      console.log(`A newcomer was done in ${Math.round(seconds)} s, ${Math.round(installed.installSeconds)} s of them for npm i busbar`);
      expect(seconds).toBeLessThan(300);

      // What was made lies in the project's own folder, and not beside what npm installed.
      expect(readdirSync(join(installed.project, ".busbar")).toSorted()).toEqual(["cache", "keys", "mailroom", "redis"]);
      expect(filesOf(join(installed.project, "node_modules")).filter((file) => file.includes(".busbar"))).toEqual([]);
    },
  );
});

describe("npm install", () => {
  it("runs no script of ours: there is none", async () => {
    // npm names a package whose script it runs, and one whose script it does not run.
    expect(installed.installOutput).toMatch(/^added \d+ packages/m);
    expect(installed.installOutput).not.toContain("busbar@");
    expect(await json(installed.project, "package.json")).toMatchObject({ dependencies: { busbar: `^${manifest.version}` } });
    const { packages } = (await json(installed.project, "package-lock.json")) as { packages: Record<string, object> };
    expect(packages["node_modules/busbar"]).not.toHaveProperty("hasInstallScript");
  });

  it("takes every package from the registry that it was given, by its range and with its integrity", async () => {
    const { packages } = (await json(installed.project, "package-lock.json")) as {
      packages: Record<string, { resolved?: string; integrity?: string }>;
    };
    const all = Object.entries(packages).filter(([path]) => path !== "");
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(([, { resolved }]) => resolved?.startsWith(installed.registryUrl) !== true)).toEqual([]);
    expect(packages["node_modules/fastify"]?.integrity).toMatch(/^sha512-/);
  });

  it("leaves a tree without problems, with one zod for both", async () => {
    const tree = await installed.run("npm", ["ls", "--all", "--json"]);
    expect(tree.code).toBe(0);
    expect(JSON.parse(tree.stdout)).not.toHaveProperty("problems");
    const { packages } = (await json(installed.project, "package-lock.json")) as { packages: Record<string, object> };
    expect(Object.keys(packages).filter((path) => path.endsWith("/zod"))).toEqual(["node_modules/zod"]);
    const { dependencies, peerDependencies } = (await json(home, "package.json")) as typeof manifest;
    expect(Object.keys(dependencies)).not.toContain("zod");
    expect(Object.keys(peerDependencies)).toEqual(["@aws-sdk/client-s3", "pg", "zod"]);
  });
});

describe("the package", () => {
  it("holds what runs, with every file that code loads from beside itself, and nothing of this repository's own application", () => {
    const files = filesOf(home);
    const beside = filesOf(join(root, "src")).filter((file) => !file.endsWith(".ts") || file.includes("/templates/"));
    for (const one of ["log/append.lua", "dashboard/page/page.js", "cli/fresh-import-hooks.mjs", "cli/init/templates/busbar.config.ts"])
      expect(beside).toContain(one);
    for (const file of beside) expect(readFileSync(join(home, "dist", file), "utf8")).toBe(readFileSync(join(root, "src", file), "utf8"));

    const tops = new Set(files.map((file) => file.split("/")[0]!));
    expect([...tops].toSorted()).toEqual(["LICENSE", "README.md", "bin", "dist", "package.json"]);
    expect(files.filter((file) => /^dist\/app\.|\.test\.|(?<!\.d)\.ts$/.test(file) && !file.includes("/templates/"))).toEqual([]);
    expect(files).toContain("dist/index.d.ts");
  });

  it("imports only what it declares, and what Node has", () => {
    const declared = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies), ...builtinModules];
    // The one guarded import: a clone's stand-in for Redis.
    const allowed = new Set([...declared, "js-redis-server"]);
    const imported = filesOf(join(home, "dist"))
      .filter((file) => file.endsWith(".js") && !file.startsWith("dashboard/page/"))
      .flatMap((file) => packagesIn(join(home, "dist", file)).map((name) => `${name} in ${file}`));
    expect(imported).toContain("bullmq in queues/bullmq-queue.js");
    expect(imported.filter((use) => !allowed.has(use.split(" ")[0]!))).toEqual([]);
  });

  it("has types that name those of its peers, Node's, and no other package's", () => {
    const seen = new Set<string>();
    const foreign = new Set<string>();
    const walk = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const name of packagesIn(file)) foreign.add(name);
      for (const to of specifiersIn(file).filter((specifier) => specifier.startsWith("."))) {
        walk(join(dirname(file), to.replace(/\.[jt]s$/, ".d.ts")));
      }
    };
    const doors = Object.values(manifest.exports).flatMap((door) => (typeof door === "string" ? [] : [door.types]));
    for (const types of doors) walk(join(home, types));
    expect(doors).toContain("./dist/index.d.ts");
    expect(foreign).toContain("zod");
    const allowed = new Set([...Object.keys(manifest.peerDependencies), ...builtinModules]);
    expect([...foreign].filter((name) => !allowed.has(name))).toEqual([]);
  });

  it("is found right by publint, warnings and suggestions included", async () => {
    expect((await publint({ pack: { tarball: installed.tarball.buffer }, strict: true })).messages).toEqual([]);
  });

  it("is found right by arethetypeswrong, for ES modules", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(installed.tarball));
    if (analysis.types === false) throw new Error("it has no types");
    expect(Object.keys(analysis.entrypoints)).toEqual(Object.keys(manifest.exports));
    // The profile esm-only: neither the resolution of before there were exports, nor require() in TypeScript.
    const kinds = ["node16-esm", "bundler"] as const;
    expect(kinds.flatMap((resolutionKind) => filterProblems(analysis, { resolutionKind }))).toEqual([]);
  });
});

const topics = `
  import { defineTopic } from "busbar";
  import * as z from "zod";
  export const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), email: z.email() }), {
    key: (order) => order.orderId,
    example: { orderId: "A-1001", email: "asha@example.in" },
  });`;

describe("in a project of TypeScript", () => {
  it.each(["nodenext", "bundler"])("has its types with moduleResolution %s, and finds a wrong payload", async (moduleResolution) => {
    const folder = `types-${moduleResolution}`;
    await installed.write({
      [`${folder}/topics.ts`]: topics,
      [`${folder}/right.ts`]: `
        import { type BusOptions, createBus } from "busbar";
        import * as topics from "./topics.js";
        const options: BusOptions<typeof topics> = { application: "shop", topics, redis: "redis://127.0.0.1:1" };
        export const bus = createBus(options);
        export const id: Promise<string> = bus.publishEvent.orderPlaced({ orderId: "A-1", email: "a@b.co" }).then((published) => published.id);`,
      [`${folder}/wrong.ts`]: `
        import { bus } from "./right.js";
        void bus.publishEvent.orderPlaced({ orderId: 1, email: "a@b.co" });
        void bus.publishEvent.orderPlased({ orderId: "A-1", email: "a@b.co" });`,
      [`${folder}/tsconfig.json`]: JSON.stringify({
        compilerOptions: {
          target: "es2023",
          module: moduleResolution === "nodenext" ? "nodenext" : "esnext",
          moduleResolution,
          strict: true,
          noEmit: true,
          types: [],
        },
      }),
    });
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await installed.run(process.execPath, [compiler, "--project", folder, "--pretty", "false", "--singleThreaded"]);
    const problems = stdout.split("\n").filter((line) => /^\S/.test(line));
    expect(problems).toEqual([
      expect.stringMatching(/wrong\.ts\(3,.*Type 'number' is not assignable to type 'string'/),
      expect.stringMatching(/wrong\.ts\(4,.*'orderPlased' does not exist/),
    ]);
  });
});

describe("in a project of JavaScript", () => {
  it("can be imported by Node as it is, and connects to nothing", async () => {
    await installed.write({
      "plain.mjs": `
        import { BusbarError, createBus, defineTopic } from "busbar";
        import * as z from "zod";
        const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string() }));
        const bus = createBus({ application: "shop", topics: { orderPlaced }, redis: "redis://127.0.0.1:1" });
        const refused = await bus.publishEvent.orderPlaced({ orderId: 1 }).catch((error) => error);
        console.log(refused instanceof BusbarError, refused.code, (await bus.catalog()).topics.length);
        await bus.stop();`,
    });
    expect(await installed.run(process.execPath, ["plain.mjs"])).toEqual({ code: 0, stdout: "true INVALID_EVENT 1\n", stderr: "" });
  });

  it("lets nobody past its exports", async () => {
    await installed.write({ "deep.mjs": 'await import("busbar/dist/bus/bus.js");' });
    const { code, stderr } = await installed.run(process.execPath, ["deep.mjs"]);
    expect(code).toBe(1);
    expect(stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });
});

describe("npx busbar", () => {
  it("prints its version and its help", async () => {
    const [version, help] = await Promise.all([installed.run("npx", ["busbar", "--version"]), installed.run("npx", ["busbar", "--help"])]);
    expect(version).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: busbar .*^ {2}publish /ms) as string });
  });

  it("says what is missing where there is no application, and where the project is not one of ES modules", async () => {
    const { project } = installed;
    expect(await runCli(["check"], { project, program, cwd: home })).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^busbar: There is no application in ".*": busbar\.config\.ts is missing\..* npx busbar init .*\n$/,
      ) as string,
    });
    await installed.write({ "commonjs/package.json": '{ "type": "commonjs" }', "commonjs/busbar.config.ts": "export {};" });
    expect(await runCli(["check"], { project, program, cwd: join(project, "commonjs") })).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^busbar: ".*package\.json" does not say "type": "module", .*\n$/) as string,
    });
  });

  it("says in one sentence what to do where dev finds no application, and where there is no Redis to be had", async () => {
    const { project } = installed;
    expect(await runCli(["dev"], { project, program, cwd: home })).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("npx busbar init") as string,
    });
    await installed.write({ "no-redis/package.json": '{ "type": "module" }', "no-redis/busbar.config.js": "export default {};" });
    const { code, stderr } = await runCli(["dev"], { project, program, cwd: join(project, "no-redis"), env: { PATH: "/nowhere" } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^busbar: There is no Redis to be had here\. Install redis-server \(7\.0 or later\), or set REDIS_URL\./);
    expect(stderr).toContain("The in-process stand-in of JavaScript comes with a clone of busbar only.");
  });
});

function specifiersIn(file: string): string[] {
  // What a comment shows is not imported.
  const code = readFileSync(file, "utf8").replace(/^\s*\*.*$/gm, "");
  return [...code.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
    ([, fixed, bare, lazy]) => (fixed ?? bare ?? lazy)!,
  );
}

/** The names of the packages that a file imports. */
function packagesIn(file: string): string[] {
  return specifiersIn(file)
    .filter((specifier) => !specifier.startsWith("."))
    .map((specifier) =>
      specifier
        .replace(/^node:/, "")
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/"),
    );
}
