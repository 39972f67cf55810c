import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { nextSteps } from "../../src/cli/init/next-steps.ts";
import { type WrittenProject, writeProject } from "../../src/cli/init/write-project.ts";

const root = join(import.meta.dirname, "..", "..");
const versions = { busbar: "0.1.0", zod: "4.6.7", typescript: "7.0.2", vitest: "4.1.12", "@types/node": "20.19.43" };
const manifest = (content: object): string => `${JSON.stringify(content, null, 2)}\n`;

/** A temporary folder called `shop` with these files in it. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const temporary = mkdtempSync(join(tmpdir(), "busbar-init-"));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const folder = join(temporary, "shop");
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
const packageOf = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
const init = (folder: string, name?: string): WrittenProject => writeProject({ folder, name, versions });

describe("init, in an empty folder", () => {
  it("writes a whole project, named after the folder", () => {
    const folder = folderWith({});
    const { name, written, completed, kept } = init(folder);
    expect({ name, completed, kept }).toEqual({ name: "shop", completed: [], kept: [] });
    expect(written.toSorted()).toEqual(filesOf(folder));
    expect(packageOf(folder)).toMatchObject({
      name: "shop",
      type: "module",
      scripts: { dev: "busbar dev", start: "busbar start", test: "vitest run" },
      dependencies: { busbar: "^0.1.0", zod: "^4.6.7" },
      devDependencies: { typescript: "^7.0.2" },
    });
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("node_modules/\n.busbar/\n.env\n");
    const config = readFileSync(join(folder, "busbar.config.ts"), "utf8");
    expect(config).toContain('application: "shop"');
    expect(config).not.toContain("app-name");
  });

  it("writes code that is right by its own types, formatted and free of lint", () => {
    const folder = folderWith({});
    init(folder);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const [, example] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(folder, "README.md"), "utf8"))!;
    writeFileSync(join(folder, "readme.ts"), example!);
    const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as { compilerOptions: object };
    const paths = { busbar: [join(root, "src/index.ts")], "busbar/*": [join(root, "src/*/index.ts")] };
    // The source of busbar stands in for its declarations, so its own settings hold as well.
    writeFileSync(join(folder, "clone.json"), manifest({ compilerOptions: { ...compilerOptions, paths }, include: ["."] }));
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = spawnSync(process.execPath, [compiler, "--project", "clone.json", "--pretty", "false", "--singleThreaded"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stdout.split("\n").filter((line) => /^[^\s.]/.test(line))).toEqual([]);

    const templates = join(root, "src", "cli", "init", "templates");
    expect(readdirSync(templates)).toContain("busbar.config.ts");
    for (const command of [
      ["oxfmt", "--check"],
      ["oxlint", "--deny-warnings"],
    ])
      expect(() =>
        execFileSync(join(root, "node_modules", ".bin", command[0]!), [...command.slice(1), templates], { cwd: root }),
      ).not.toThrow();
  });

  it("lists in .env.example exactly the variables that the code reads", () => {
    const folder = folderWith({});
    init(folder);
    const source = readFileSync(join(root, "src", "bus", "environment", "environment-variables.ts"), "utf8");
    const declared = /const variables = z\.object\(\{(.*?)^\}\);/ms.exec(source)?.[1] ?? "";
    const variables = [...declared.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name!);
    expect(variables.length).toBeGreaterThan(10);
    const listed = [...readFileSync(join(folder, ".env.example"), "utf8").matchAll(/^#([A-Z_]+)=\S/gm)].map(([, name]) => name!);
    expect(listed.toSorted()).toEqual(variables.toSorted());
  });
});

describe("init, where something is already", () => {
  it("keeps every file that is there, names it, and writes the rest; a second call finds nothing to do", () => {
    const folder = folderWith({ "services.ts": "// mine", "README.md": "mine", "package.json": manifest({ type: "module" }) });
    const { written, kept } = init(folder);
    expect(kept.toSorted()).toEqual(["README.md", "services.ts"]);
    expect(written).toContain("subscribers/welcome.ts");
    expect(readFileSync(join(folder, "services.ts"), "utf8")).toBe("// mine");
    expect(init(folder)).toMatchObject({
      written: [],
      completed: [],
      kept: expect.arrayContaining([...written, ...kept, "package.json"]) as string[],
    });
  });

  it("completes a package.json and a .gitignore, and changes nothing that they say", () => {
    const before = {
      name: "@team/my-events",
      version: "2.0.0",
      scripts: { dev: "mine", test: 'echo "Error: no test specified" && exit 1' },
      dependencies: { zod: "^4.1.0", busbar: "file:../busbar-0.1.0.tgz", axios: "1.0.0" },
      peerDependencies: { typescript: "*" },
      author: { name: "x" },
    };
    const folder = folderWith({ "package.json": JSON.stringify(before, null, "\t"), ".gitignore": "/node_modules\nmine" });
    const { name, completed } = init(folder);
    expect(name).toBe("my-events");
    expect(completed).toEqual([
      { file: "package.json", changes: ['"type": "module"', "the scripts check, test, start", "@types/node", "vitest"] },
      { file: ".gitignore", changes: [".busbar/", ".env"] },
    ]);
    expect(packageOf(folder)).toMatchObject({
      ...before,
      scripts: { dev: "mine", test: "vitest run" },
      devDependencies: { vitest: "^4.1.12" },
    });
    expect(packageOf(folder)["devDependencies"]).not.toHaveProperty("typescript");
    expect(readFileSync(join(folder, "package.json"), "utf8")).toContain('\n\t"name"');
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("/node_modules\nmine\n.busbar/\n.env\n");
  });

  it("keeps a configuration by another of its names, which would be hidden else", () => {
    const folder = folderWith({ "busbar.config.mjs": "export default {};" });
    expect(init(folder).kept).toEqual(["busbar.config.mjs"]);
    expect(filesOf(folder)).not.toContain("busbar.config.ts");
  });

  it("writes nothing where a folder or a file is in the way, and names all of them", () => {
    const folder = folderWith({ topics: "a file", "tsconfig.json/x": "", "package.json/x": "" });
    const before = filesOf(folder);
    expect(() => init(folder)).toThrow(
      /nothing was written:\n {2}- topics is a file.*\n {2}- package\.json is a folder.*\n {2}- tsconfig\.json is a folder/,
    );
    expect(filesOf(folder)).toEqual(before);
  });

  it.each([
    ["{oops", /package\.json" cannot be used, so nothing was written:\n {2}- it is not JSON/],
    ['{ "scripts": { "dev": 1 }, "dependencies": [] }', /- scripts\.dev: .*\n {2}- dependencies: /s],
    ['{ "name": "busbar", "type": "module" }', /is busbar itself/],
  ])("refuses the package.json %s", (text, message) => {
    const folder = folderWith({ "package.json": text });
    expect(() => init(folder)).toThrow(message);
    expect(filesOf(folder)).toEqual(["package.json"]);
  });

  it("refuses a project of CommonJS that has code, and leaves it as it is", () => {
    for (const type of [{}, { type: "commonjs" }]) {
      const folder = folderWith({ "package.json": manifest(type), "lib/index.js": "module.exports = 1;" });
      expect(() => init(folder)).toThrow(
        /holds code \("lib\/index\.js"\) that Node reads as CommonJS.*Nothing was written:\n.*in a folder of its own.*\n.*npm pkg set type=module/s,
      );
      expect(filesOf(folder)).toEqual(["lib/index.js", "package.json"]);
    }
    expect(() => init(folderWith({ "index.ts": "" }))).toThrow(/npm init -y && npm pkg set type=module/);
  });

  it("makes one of ES modules out of a fresh package.json, whatever npm wrote into it", () => {
    const folder = folderWith({
      "package.json": manifest({ name: "shop", main: "index.js", type: "commonjs", dependencies: { busbar: "^0.1.0" } }),
      "types.d.ts": "",
      "tool.cjs": "",
      "node_modules/x/index.js": "",
      "other/package.json": "{}",
      "other/index.js": "",
    });
    expect(init(folder).completed[0]).toMatchObject({
      file: "package.json",
      changes: expect.arrayContaining(['"type": "module"']) as string[],
    });
    expect(packageOf(folder)).toMatchObject({ type: "module", main: "index.js" });
    expect(Object.keys(packageOf(folder))).toEqual(["name", "main", "type", "scripts", "dependencies", "devDependencies"]);
  });
});

describe("the name of a new project", () => {
  it("is the caller's, else the package's, else the folder's", () => {
    expect(init(folderWith({}), "my_shop-2").name).toBe("my_shop-2");
    expect(init(folderWith({ "package.json": manifest({ name: "@team/Cart.Service" }) })).name).toBe("cart-service");
    expect(init(folderWith({ "package.json": manifest({ name: "…" }) })).name).toBe("shop");
  });

  it.each(["My Shop", "a.b", "", "-x", "ein\nzwei"])("is refused with a better one where it is %j", (name) => {
    const folder = folderWith({});
    expect(() => init(folder, name)).toThrow(/^--name ".*" cannot be used: lower-case letters/);
    expect(filesOf(folder)).toEqual([]);
  });
});

describe("the next steps", () => {
  const packages = ["busbar", "@types/node"];
  const whats = (folder: string, project: WrittenProject): string[] => nextSteps(folder, project, packages).map(({ what }) => what);

  it("begin with npm install, unless everything is there, here or above", () => {
    const folder = folderWith({ "../node_modules/busbar/package.json": "{}", "node_modules/@types/node/package.json": "{}" });
    const project = init(folder);
    expect(whats(folder, project)[0]).toBe("npx busbar dev");
    rmSync(join(folder, "node_modules"), { recursive: true });
    expect(whats(folder, project).slice(0, 2)).toEqual(["npm install", "npx busbar dev"]);
  });

  it("name what a kept file lacks for the files that were written", () => {
    const folder = folderWith({
      "package.json": manifest({ type: "module" }),
      "topics/index.ts": 'export { userRegistered } from "./user-registered.ts";',
      "tsconfig.json": "{}",
      "vitest.config.ts": "",
      "busbar.config.js": "",
    });
    const edits = nextSteps(folder, init(folder), []).filter(({ what }) => !/^np[mx] /.test(what));
    expect(edits.map(({ what }) => what)).toEqual(["busbar.config.js", "topics/index.ts", "tsconfig.json", "vitest.config.ts"]);
    expect(edits[1]!.why).toBe('add export { reportRequested } from "./report-requested.ts";');
  });
});
