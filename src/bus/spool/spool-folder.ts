import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, rename, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { BusbarError, messageOf } from "../../base/errors.ts";

/** Whose files lie in a folder that several processes share: each has its own, and takes over those of a process that is gone. */
export interface SpoolFolder {
  /** A path for the next file of this process. */
  nextPath(): string;
  /** The file of what could not be published. */
  readonly refusedPath: string;
  /** Takes over files that a process left behind, and returns their new paths, the oldest first. */
  adopt(): Promise<readonly string[]>;
  /** Leaves what lies there to whoever comes next. */
  release(): void;
}

/** A file that nobody has touched for so long was left behind, whatever process it is of. */
export const leftBehindMs = 30_000;

const suffix = ".spool";
/** `<host>_<pid>_<chance>.<number>.spool`; the host has no `_` by then. */
const namePattern = /^(([^_]+)_(\d+)_[0-9a-f]+)\.\d+\.spool$/;

/** Owners of this process: their files have its number, and are not left behind. */
const owners = new Set<string>();

/** @throws BusbarError `INVALID_CONFIGURATION` when the folder cannot be used */
export async function openSpoolFolder(folder: string): Promise<SpoolFolder> {
  try {
    await makeFolder(resolve(folder));
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new BusbarError(
      "INVALID_CONFIGURATION",
      `The spool's folder ${folder} cannot be used (${messageOf(error)}). Make it writable for this process, or name another with SPOOL_FOLDER or spool.folder.`,
      { cause: error },
    );
  }
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, "-");
  const owner = `${host}_${process.pid}_${randomBytes(5).toString("hex")}`;
  owners.add(owner);
  let number = 0;
  const nextPath = (): string => join(folder, `${owner}.${String((number += 1)).padStart(6, "0")}${suffix}`);

  const isLeftBehind = async (name: string): Promise<boolean> => {
    const match = namePattern.exec(name);
    if (match === null || owners.has(match[1]!)) return false;
    const [, , itsHost, itsPid] = match;
    // Our number, on our host, and none of ours: whoever had the number before us is gone.
    if (itsHost === host && (Number(itsPid) === process.pid || !isAlive(Number(itsPid)))) return true;
    const touched = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs;
    return touched !== undefined && touched < Date.now() - leftBehindMs;
  };

  return {
    nextPath,
    refusedPath: join(folder, `${owner}.refused`),
    async adopt() {
      const taken: string[] = [];
      for (const name of (await readdir(folder)).toSorted()) {
        if (!(await isLeftBehind(name))) continue;
        const path = nextPath();
        // Of two that want it, one finds it gone.
        const ours = await rename(join(folder, name), path).then(
          () => true,
          () => false,
        );
        if (ours) taken.push(path);
      }
      return taken;
    },
    release: () => void owners.delete(owner),
  };
}

/** What lies in a spool's folder, of all processes that share it. */
export interface SpoolUse {
  /** Files with events that wait for Redis. */
  readonly files: number;
  readonly bytes: number;
  /** Files with events that could not be published, for a person to look at. */
  readonly refused: number;
}

/** Nothing, where there is no such folder. */
export async function spoolUse(folder: string): Promise<SpoolUse> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(suffix));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0));
  return {
    files: files.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    refused: names.filter((name) => name.endsWith(".refused")).length,
  };
}

/** With its parents. Node's own way to do this never ends where a parent is there and takes no folders, as `/proc` is. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    const parent = dirname(folder);
    if (code !== "ENOENT" || (await stat(parent).catch(() => undefined)) !== undefined) throw error;
    await makeFolder(parent);
    await makeFolder(folder);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
