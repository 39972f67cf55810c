import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
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

    async put(name, body) {
      const place = join(folder, name);
      const part = `${place}.${randomUUID().slice(0, 8)}${partEnd}`;
      await mkdir(dirname(place), { recursive: true });
      try {
        await pipeline(body instanceof Uint8Array ? [body] : body, createWriteStream(part, { flags: "wx", flush: true }));
        await rename(part, place);
        await syncFolder(dirname(place));
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },

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

/** The name itself must outlive a power cut, too. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
