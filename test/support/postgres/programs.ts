import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { plannedPackages } from "../../../src/base/redis-server/debian-packages.ts";
import { type Apt, unpackedEnvironment, unpackedFromDebian } from "../../../src/base/redis-server/debian-unpack.ts";
import { findCommand, runCommand } from "../../../src/base/redis-server/run-command.ts";

/** The programs of one PostgreSQL. */
export interface PostgresPrograms {
  readonly initdb: string;
  /** The server. */
  readonly file: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "..", "..", "..");
const oldest = 14;

/** A PostgreSQL of this machine: on the PATH, where Debian installs it, or its package unpacked into the project's cache; else why there is none. */
export async function postgresPrograms(say: (line: string) => void = () => undefined): Promise<PostgresPrograms | string> {
  const onPath = await findCommand("postgres");
  const folders = [...(onPath === undefined ? [] : [dirname(onPath)]), ...(await debianFolders("/"))];
  for (const folder of folders) {
    const found = await programsIn(folder, {});
    if (found !== undefined) return found;
  }
  return unpackedFromDebian({
    name: "PostgreSQL",
    cacheFolder: join(root, ".busbar", "cache"),
    say,
    choose: choosePackages,
    async programIn(folder) {
      const env = await unpackedEnvironment(folder);
      for (const programs of await debianFolders(folder)) {
        const found = await programsIn(programs, env);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  });
}

/** Where Debian's packages have their programs, the newest version first. */
async function debianFolders(under: string): Promise<string[]> {
  const all = join(under, "usr", "lib", "postgresql");
  const versions = await readdir(all).catch(() => []);
  return versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(all, version, "bin"));
}

async function programsIn(folder: string, env: Readonly<Record<string, string>>): Promise<PostgresPrograms | undefined> {
  const [file, initdb] = [join(folder, "postgres"), join(folder, "initdb")];
  const both = await Promise.all([file, initdb].map((program) => runCommand([program, "--version"], { env, timeout: 10_000 })));
  const version = /\(PostgreSQL\) (\d+\S*)/.exec(both[0]!.output)?.[1];
  return both[1]!.ok && version !== undefined && Number.parseInt(version, 10) >= oldest ? { file, initdb, version, env } : undefined;
}

/** A release has one version of it. */
async function choosePackages(apt: Apt): Promise<readonly string[] | string> {
  for (const version of [18, 17, 16, 15, 14]) {
    const server = `postgresql-${version}`;
    const { output } = await apt("--simulate", "--no-install-recommends", "install", server);
    const names = plannedPackages(output).map(({ name }) => name);
    // Of the rest only libraries are needed: scripts serve an installation.
    if (names.includes(server)) return [server, ...names.filter((name) => name.startsWith("lib"))];
  }
  return "no postgresql in the package lists";
}
