/** The sources of a Redis against programs that stand in for apt-get, docker and servers; the packages are made and unpacked by the real dpkg. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { debianProgram } from "../../src/base/redis-server/debian-source.ts";
import { fromDocker } from "../../src/base/redis-server/docker-source.ts";
import { findProgram } from "../../src/base/redis-server/path-source.ts";
import { findCommand, runCommand } from "../../src/base/redis-server/run-command.ts";

let temporary: string;
let commands: string;
let cacheFolder: string;
let lines: string[];

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "busbar sources "));
});
beforeEach(async () => {
  const folder = await mkdtemp(join(temporary, "case "));
  commands = join(folder, "bin");
  cacheFolder = join(folder, "cache");
  lines = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

async function script(file: string, ...body: string[]): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, ["#!/bin/sh", ...body, ""].join("\n"));
  await chmod(file, 0o755);
  return file;
}

describe("on the PATH", () => {
  it("a redis-server that is too old or does not run is named, and valkey-server taken", async () => {
    await script(join(commands, "redis-server"), 'echo "Redis server v=6.2.14 sha=0"');
    expect(await findProgram(commands)).toBe(`${join(commands, "redis-server")} is version 6.2.14, older than 7.0.`);
    await script(join(commands, "redis-server"), "echo broken >&2; exit 1");
    expect(await findProgram(commands)).toBe(`${join(commands, "redis-server")} does not run (broken).`);
    const file = await script(join(commands, "valkey-server"), 'echo "Valkey server v=8.1.1 sha=0"');
    expect(await findProgram(commands)).toEqual({ file, version: "8.1.1" });
  });

  it("the absence of both is said", async () => {
    expect(await findProgram("")).toContain("Neither");
  });
});

describe("docker", () => {
  it("is passed over when no engine answers, with what docker says", async () => {
    await script(join(commands, "docker"), 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    vi.stubEnv("PATH", `${commands}:/usr/bin:/bin`);
    const request = { dataFolder: temporary, cacheFolder, appendfsync: "everysec", say: () => undefined } as const;
    expect(await fromDocker(request)).toBe("No docker engine answers (Cannot connect to the Docker daemon).");
  });
});

const program = () => debianProgram({ cacheFolder, say: (line) => lines.push(line) });

/** An apt-get that hands out packages made here and counts its downloads. As in Debian 12, the program lies in the tools. */
async function distribute(options: { readonly update?: string; readonly lists?: string; readonly server?: string } = {}): Promise<void> {
  const archive = join(commands, "archive");
  const version = 'echo "Redis server v=7.0.15 sha=0"';
  await makePackage(archive, "redis-server");
  await makePackage(archive, "redis-tools", { file: "usr/bin/redis-server", body: options.server ?? version });
  const lists = options.lists ?? "Inst redis-tools (5:7.0.15-1 X)\nInst redis-server (5:7.0.15-1 X)";
  await script(
    join(commands, "apt-get"),
    'for word in "$@"; do case "$word" in',
    `update) ${options.update ?? ":"}; exit 0;;`,
    `install) printf '%s\\n' '${lists}'; exit 0;;`,
    `download) echo x >> "${join(commands, "downloads")}"; cp "${archive}"/*.deb .; exit 0;;`,
    "esac; done; exit 9",
  );
  vi.stubEnv("PATH", `${commands}:${process.env["PATH"]}`);
}

const downloads = async (): Promise<number> => (await readFile(join(commands, "downloads"), "utf8")).length / 2;

const isDebian = process.platform === "linux" && (await findCommand("dpkg-deb")) !== undefined;

describe.runIf(isDebian)("the distribution's package", () => {
  it("is unpacked once, and then taken from the cache", async () => {
    await distribute();
    const first = await program();
    expect(first).toMatchObject({ version: "7.0.15", file: expect.stringMatching(/cache\/redis-[^/]*\/usr\/bin\/redis-server$/) });
    expect(lines.length).toBeGreaterThan(2);
    expect(await program()).toEqual(first);
    expect(await downloads()).toBe(1);
    expect(await readdir(cacheFolder)).toHaveLength(1);
  });

  it("is unpacked again when what is in the cache is broken", async () => {
    await distribute();
    const first = await program();
    const file = typeof first === "string" ? "" : first.file;
    await writeFile(file, "not a program");
    expect(await program()).toEqual(first);
    await rm(file);
    expect(await program()).toEqual(first);
    expect(await downloads()).toBe(3);
    expect(await readdir(cacheFolder)).toHaveLength(1);
  });

  it("may be unpacked by several at the same time", async () => {
    await distribute();
    const results = await Promise.all([program(), program(), program()]);
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[0]).toMatchObject({ version: "7.0.15" });
    expect(await readdir(cacheFolder)).toHaveLength(1);
  });

  it("is passed over without a network, with what apt says, and leaves nothing behind", async () => {
    await distribute({ update: "echo 'W: Failed to fetch http://archive  Temporary failure resolving' >&2", lists: "" });
    expect(await program()).toMatch(/no redis-server in the package lists.*\(W: Failed to fetch/);
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it("is passed over when its program does not run here", async () => {
    await distribute({ server: "exit 127" });
    expect(await program()).toContain("does not run here");
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it("is passed over when the cache folder cannot be made", async () => {
    await distribute();
    await writeFile(cacheFolder, "a file");
    expect(await program()).toMatch(/could not be unpacked into .*cache: E/);
  });

  it("removes what an interrupted unpack of long ago left, and nothing younger", async () => {
    await distribute();
    const old = join(cacheFolder, "unpacking-old");
    const young = join(cacheFolder, "unpacking-young");
    await mkdir(old, { recursive: true });
    await mkdir(young);
    await utimes(old, 1_000, 1_000);
    await program();
    await expect(stat(old)).rejects.toMatchObject({ code: "ENOENT" });
    expect((await stat(young)).isDirectory()).toBe(true);
  });
});

async function makePackage(archive: string, name: string, content?: { readonly file: string; readonly body: string }): Promise<void> {
  const tree = join(archive, name);
  await mkdir(join(tree, "DEBIAN"), { recursive: true });
  const control = ["Package: " + name, "Version: 5:7.0.15-1", "Architecture: all", "Maintainer: nobody", "Description: test", ""];
  await writeFile(join(tree, "DEBIAN", "control"), control.join("\n"));
  if (content) await script(join(tree, content.file), content.body);
  const made = await runCommand(["dpkg-deb", "-Znone", "--build", tree, join(archive, `${name}.deb`)], { timeout: 10_000 });
  expect(made.complaint).toBe("");
}
