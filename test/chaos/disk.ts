import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";
import { NotHere } from "./not-here.ts";

const run = promisify(execFile);
const options = (megabytes: number): string => `size=${megabytes}m,mode=0700`;

/** A small disk of one's own, in memory. */
export interface Disk {
  resize(megabytes: number): Promise<void>;
  unmount(): Promise<void>;
}

/** @throws NotHere where this machine does not let us mount anything */
export async function mountDisk(folder: string, megabytes: number): Promise<Disk> {
  await mkdir(folder, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", options(megabytes), "tmpfs", folder]).catch((error: Error) => {
    throw new NotHere(`a small disk cannot be mounted here (${error.message.trim().split("\n").at(-1)})`);
  });
  return {
    resize: async (size) => void (await run("mount", ["-o", `remount,${options(size)}`, folder])),
    unmount: async () => void (await run("umount", [folder])),
  };
}
