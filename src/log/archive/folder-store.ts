import { createWriteStream } from "node:fs";
import { access, link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { randomUUID } from "node:crypto";
import type { ArchiveStore } from "./archive-store.ts";

/** What is being written has this at its end, and is nobody's business. */
const partEnd = ".part";

/** An archive in a folder: a file is written beside its place, synced, and put there by its name. */
export function folderStore(folder: string): ArchiveStore {
  return {
    title: folder,

    put: (name, body) => written(join(folder, name), body, (part, place) => rename(part, place)),

    async create(name, body) {
      try {
        await written(join(folder, name), body, linked);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
      }
    },

    remove: (name) => rm(join(folder, name), { force: true }),

    async get(name) {
      try {
        const file = await open(join(folder, name));
        return file.createReadStream();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },

    async list(prefix) {
      const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      });
      return all
        .filter((entry) => entry.isFile() && !entry.name.endsWith(partEnd))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .filter((name) => name.startsWith(prefix))
        .toSorted();
    },
  };
}

/** @param named gives what was written its name */
async function written(
  place: string,
  body: AsyncIterable<Uint8Array> | Uint8Array,
  named: (part: string, place: string) => Promise<void>,
): Promise<void> {
  const part = `${place}.${randomUUID().slice(0, 8)}${partEnd}`;
  await mkdir(dirname(place), { recursive: true });
  try {
    await pipeline(body instanceof Uint8Array ? [body] : body, createWriteStream(part, { flags: "wx", flush: true }));
    await named(part, place);
    await syncFolder(dirname(place));
  } finally {
    await rm(part, { force: true });
  }
}

/** Unlike a new name, a second one is refused where something has it. A disk that knows no second names is asked as well as it can be. */
async function linked(part: string, place: string): Promise<void> {
  try {
    await link(part, place);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes(code)) throw error;
    if (
      await access(place).then(
        () => true,
        () => false,
      )
    )
      throw Object.assign(new Error(`${place} is there`), { code: "EEXIST" });
    await rename(part, place);
  }
}

/** The name itself must outlive a power cut, too. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
