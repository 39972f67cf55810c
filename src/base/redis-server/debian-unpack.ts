/**
 * A distribution's own packages, unpacked into the project's cache without root and without installing anything:
 * apt reads its package lists into a temporary folder, says what the machine lacks, downloads and checks it; dpkg unpacks;
 * the program is run once; and only then the folder gets its name. So an interrupted unpack is never used, and of
 * two processes that do this at once the slower one takes the folder of the faster.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { arch, platform } from "node:process";
import { basename, join } from "node:path";
import { messageOf } from "../errors.ts";
import { aptConfiguration } from "./debian-packages.ts";
import { findCommand, runCommand, type CommandResult } from "./run-command.ts";

const stepMs = 180_000;
const abandonedMs = 3_600_000;

type Say = (line: string) => void;

/** Runs apt-get with package lists of its own. */
export type Apt = (...args: string[]) => Promise<CommandResult>;

export interface UnpackRequest<Program> {
  /** What it is for people, such as `Redis`, and lower case at the beginning of its folder in the cache. */
  readonly name: string;
  readonly cacheFolder: string;
  readonly say: Say;
  /** The packages to download, or why there are none that could be used. */
  readonly choose: (apt: Apt) => Promise<readonly string[] | string>;
  /** The program in an unpacked folder, if it runs: one that was damaged or made for another machine does not. */
  readonly programIn: (folder: string) => Promise<Program | undefined>;
}

/** The unpacked program, from the cache when it is there; else one sentence that says why there is none. */
export async function unpackedFromDebian<Program extends { readonly file: string; readonly version: string }>(
  request: UnpackRequest<Program>,
): Promise<Program | string> {
  const { name, cacheFolder, programIn } = request;
  if (platform !== "linux" || !(await findCommand("apt-get")) || !(await findCommand("dpkg"))) {
    return "This machine is not a Debian or Ubuntu, so there is no package to unpack.";
  }
  const folder = join(cacheFolder, `${name.toLowerCase()}-${await distribution()}-${arch}`);
  const cached = await programIn(folder);
  if (cached) return cached;
  try {
    await mkdir(cacheFolder, { recursive: true });
    await removeAbandoned(cacheFolder);
    const workFolder = await mkdtemp(join(cacheFolder, "unpacking-"));
    try {
      return await fetchProgram(request, { folder, workFolder });
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  } catch (error) {
    return `The distribution's package could not be unpacked into ${cacheFolder}: ${messageOf(error)}.`;
  }
}

async function fetchProgram<Program extends { readonly file: string; readonly version: string }>(
  { name, say, choose, programIn }: UnpackRequest<Program>,
  { folder, workFolder }: { readonly folder: string; readonly workFolder: string },
): Promise<Program | string> {
  const start = performance.now();
  const apt = await aptIn(workFolder);

  say(`${name} is not installed here: taking the distribution's own package, without installing it (once for this project).`);
  const update = await withProgress(say, "Reading the package lists", () => apt("update"));
  const choice = await choose(apt);
  if (typeof choice === "string") return `The distribution has no usable package: ${choice}${complaintOf(update)}.`;

  const download = await withProgress(say, `Downloading ${choice.join(", ")}`, () => apt("download", ...choice));
  const files = (await readdir(workFolder)).filter((entry) => entry.endsWith(".deb"));
  if (!download.ok || files.length < choice.length) return `The packages could not be downloaded${complaintOf(download)}.`;

  const unpacked = join(workFolder, "unpacked");
  for (const file of files) {
    const result = await runCommand(["dpkg", "-x", join(workFolder, file), unpacked], { timeout: stepMs });
    if (!result.ok) return `The package ${file} could not be unpacked${complaintOf(result)}.`;
  }
  if (!(await programIn(unpacked))) return "The distribution's package was unpacked, but its program does not run here.";

  // A folder that is there already is either broken, or another process was faster: then the last look below finds it usable.
  if (!(await programIn(folder))) await rename(folder, join(workFolder, "broken")).catch(ignoreAbsent);
  await rename(unpacked, folder).catch(ignoreOccupied);
  const program = await programIn(folder);
  if (!program) return `The package was unpacked, but the program in ${folder} does not run.`;
  say(`${basename(program.file)} ${program.version} is ready after ${((performance.now() - start) / 1_000).toFixed(1)} s.`);
  return program;
}

async function aptIn(workFolder: string): Promise<Apt> {
  await mkdir(join(workFolder, "lists", "partial"), { recursive: true });
  await mkdir(join(workFolder, "cache", "archives", "partial"), { recursive: true });
  const configuration = join(workFolder, "apt.conf");
  await writeFile(configuration, aptConfiguration(workFolder));
  return (...args) => runCommand(["apt-get", "-c", configuration, "--yes", ...args], { cwd: workFolder, timeout: stepMs });
}

/** The environment in which a program of an unpacked folder finds its libraries. */
export async function unpackedEnvironment(folder: string): Promise<{ readonly LD_LIBRARY_PATH: string }> {
  const libraries = ["usr/lib", "lib"].map((part) => join(folder, part));
  const perMachine = await Promise.all(
    libraries.map(async (part) => (await readdir(part).catch(() => [])).map((name) => join(part, name))),
  );
  return { LD_LIBRARY_PATH: [...perMachine.flat().filter((name) => name.includes("-linux-gnu")), ...libraries].join(":") };
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
