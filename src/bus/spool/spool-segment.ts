import { constants } from "node:fs";
import { type FileHandle, open, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";

/** One file of a spool: written at its end, read from its beginning, removed when all of it was read. */
export interface SpoolSegment {
  readonly path: string;
  /** Bytes that are on disk. */
  readonly size: () => number;
  /**
   * Writes lines and waits until they are on disk; false when the file is not ours any more, because another process took it for left behind
   * while this one was paused: the lines may not be read there, so write them elsewhere.
   */
  write(lines: string): Promise<boolean>;
  /** Up to so many bytes from a place on. */
  read(from: number, bytes: number): Promise<Buffer>;
  /** Says that its owner lives; false when the file is not ours any more. */
  touch(): Promise<boolean>;
  close(): Promise<void>;
}

/** Payloads are in it: for its owner's eyes only. */
const ownerOnly = 0o600;

export async function openSegment(path: string): Promise<SpoolSegment> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, ownerOnly);
  await syncFolder(dirname(path));
  const { ino, size: found } = await file.stat();
  let size = found;

  const isOurs = async (): Promise<boolean> => (await stat(path).catch(() => undefined))?.ino === ino;

  return {
    path,
    size: () => size,
    async write(lines) {
      const bytes = Buffer.from(lines);
      await writeWhole(file, bytes);
      await file.datasync();
      size += bytes.length;
      return isOurs();
    },
    async read(from, bytes) {
      const buffer = Buffer.alloc(Math.min(bytes, size - from));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      return buffer.subarray(0, bytesRead);
    },
    async touch() {
      if (!(await isOurs())) return false;
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return true;
    },
    close: () => file.close(),
  };
}

async function writeWhole(file: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
}

/** A new file is there after a power cut only when its folder was written too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
