/**
 * The distribution's own package, unpacked into the project's cache without root and without installing anything:
 * apt reads its package lists into a temporary folder, says what the machine lacks, downloads and checks it; dpkg unpacks;
 * the program is run once; and only then the folder gets its name. So an interrupted unpack is never used, and of
 * two processes that do this at once the slower one takes the folder of the faster.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { arch, platform } from "node:process";
import { basename, join } from "node:path";
import { messageOf } from "../errors.ts";
import { aptConfiguration, packagesToDownload } from "./debian-packages.ts";
import { launch } from "./launch.ts";
import { findCommand, runCommand, type CommandResult } from "./run-command.ts";
import type { RedisProgram, SourceRequest, SourceResult } from "./source.ts";
import { isRecentEnough, parseVersion } from "./version.ts";

const stepMs = 180_000;
const abandonedMs = 3_600_000;
const servers = ["redis-server", "valkey-server"] as const;

type Say = (line: string) => void;

/** A Redis or Valkey from the package archive of Debian or Ubuntu. */
export async function fromDebian(request: SourceRequest): Promise<SourceResult> {
  const found = await debianProgram(request);
  return typeof found === "string" ? found : launch("debian", found, request);
}

/** The unpacked program, from the cache when it is there; else one sentence that says why there is none. */
export async function debianProgram({ cacheFolder, say }: { cacheFolder: string; say: Say }): Promise<RedisProgram | string> {
  if (platform !== "linux" || !(await findCommand("apt-get")) || !(await findCommand("dpkg"))) {
    return "This machine is not a Debian or Ubuntu, so there is no package to unpack.";
  }
  const folder = join(cacheFolder, `redis-${await distribution()}-${arch}`);
  const cached = await unpackedProgram(folder);
  if (cached) return cached;
  try {
    await mkdir(cacheFolder, { recursive: true });
    await removeAbandoned(cacheFolder);
    const workFolder = await mkdtemp(join(cacheFolder, "unpacking-"));
    try {
      return await fetchProgram({ folder, workFolder, say });
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  } catch (error) {
    return `The distribution's package could not be unpacked into ${cacheFolder}: ${messageOf(error)}.`;
  }
}

async function fetchProgram(places: { folder: string; workFolder: string; say: Say }): Promise<RedisProgram | string> {
  const { folder, workFolder, say } = places;
  const start = performance.now();
  const apt = await aptIn(workFolder);

  say("Redis is not installed here: taking the distribution's own package, without installing it (once for this project).");
  const update = await withProgress(say, "Reading the package lists", () => apt("update"));
  const choice = await choosePackages(apt);
  if (typeof choice === "string") return `The distribution has no usable package: ${choice}${complaintOf(update)}.`;

  const download = await withProgress(say, `Downloading ${choice.join(", ")}`, () => apt("download", ...choice));
  const files = (await readdir(workFolder)).filter((name) => name.endsWith(".deb"));
  if (!download.ok || files.length < choice.length) return `The packages could not be downloaded${complaintOf(download)}.`;

  const unpacked = join(workFolder, "unpacked");
  for (const file of files) {
    const result = await runCommand(["dpkg", "-x", join(workFolder, file), unpacked], { timeout: stepMs });
    if (!result.ok) return `The package ${file} could not be unpacked${complaintOf(result)}.`;
  }
  if (!(await unpackedProgram(unpacked))) return "The distribution's package was unpacked, but its program does not run here.";

  // A folder that is there already is either broken, or another process was faster: then the last look below finds it usable.
  if (!(await unpackedProgram(folder))) await rename(folder, join(workFolder, "broken")).catch(ignoreAbsent);
  await rename(unpacked, folder).catch(ignoreOccupied);
  const program = await unpackedProgram(folder);
  if (!program) return `The package was unpacked, but the program in ${folder} does not run.`;
  say(`${basename(program.file)} ${program.version} is ready after ${((performance.now() - start) / 1_000).toFixed(1)} s.`);
  return program;
}

type Apt = (...args: string[]) => Promise<CommandResult>;

async function aptIn(workFolder: string): Promise<Apt> {
  await mkdir(join(workFolder, "lists", "partial"), { recursive: true });
  await mkdir(join(workFolder, "cache", "archives", "partial"), { recursive: true });
  const configuration = join(workFolder, "apt.conf");
  await writeFile(configuration, aptConfiguration(workFolder));
  return (...args) => runCommand(["apt-get", "-c", configuration, "--yes", ...args], { cwd: workFolder, timeout: stepMs });
}

async function choosePackages(apt: Apt): Promise<readonly string[] | string> {
  const reasons: string[] = [];
  for (const server of servers) {
    const simulation = await apt("--simulate", "--no-install-recommends", "install", server);
    const choice = packagesToDownload(server, simulation.output);
    if (typeof choice !== "string") return choice;
    reasons.push(choice);
  }
  return reasons.join(", ");
}

/** The program in an unpacked folder, if it runs: one that was damaged or made for another machine does not. */
async function unpackedProgram(folder: string): Promise<RedisProgram | undefined> {
  const libraries = ["usr/lib", "lib"].map((part) => join(folder, part));
  const perMachine = await Promise.all(
    libraries.map(async (part) => (await readdir(part).catch(() => [])).map((name) => join(part, name))),
  );
  const env = { LD_LIBRARY_PATH: [...perMachine.flat().filter((name) => name.includes("-linux-gnu")), ...libraries].join(":") };
  for (const server of servers) {
    const file = join(folder, "usr", "bin", server);
    const version = parseVersion((await runCommand([file, "--version"], { env, timeout: 5_000 })).output);
    if (version !== undefined && isRecentEnough(version)) return { file, version, env };
  }
  return undefined;
}

/** Such as `debian-12`: a cache in a folder that several machines share must not mix their packages. */
async function distribution(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const value = (name: string): string => new RegExp(`^${name}="?([\\w.]*)`, "m").exec(release)?.[1] ?? "unknown";
  return `${value("ID")}-${value("VERSION_ID")}`;
}

/** Whoever was killed while unpacking left its folder. */
async function removeAbandoned(cacheFolder: string): Promise<void> {
  for (const name of (await readdir(cacheFolder)).filter((entry) => entry.startsWith("unpacking-"))) {
    const folder = join(cacheFolder, name);
    const changed = (await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - changed > abandonedMs) await rm(folder, { recursive: true, force: true });
  }
}

async function withProgress<Result>(say: Say, step: string, work: () => Promise<Result>): Promise<Result> {
  say(`${step} …`);
  const start = performance.now();
  const timer = setInterval(() => say(`${step} … ${Math.round((performance.now() - start) / 1_000)} s`), 2_000);
  return work().finally(() => clearInterval(timer));
}

/** What apt says went wrong; the first lines name the cause. */
function complaintOf({ complaint }: CommandResult): string {
  const lines = complaint.split("\n").filter((line) => /^[EW]:|^dpkg/.test(line));
  return lines.length === 0 ? "" : ` (${lines.slice(0, 2).join(" ")})`;
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

function ignoreOccupied(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
}
