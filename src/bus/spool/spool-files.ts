import { appendFile, rm } from "node:fs/promises";
import { openSpoolFolder, type SpoolFolder } from "./spool-folder.ts";
import { type ReadLine, readLines } from "./spool-record.ts";
import { openSegment, type SpoolSegment } from "./spool-segment.ts";

/** The files of one process as one queue of lines: written at one end, confirmed at the other. */
export interface SpoolFiles {
  /** Resolves when the line is on disk. Lines that come together share one sync. */
  write(line: string): Promise<void>;
  /** The oldest lines, at most so many; undefined where none wait. */
  next(most: number): Promise<OldestLines | undefined>;
  /** Lines that wait. */
  readonly lines: () => number;
  /** Their bytes, those that are being written included. */
  readonly bytes: () => number;
  readonly waiting: () => boolean;
  /** Waits until there is something to read, or the signal aborts. */
  some(signal: AbortSignal): Promise<void>;
  /** Takes over what other processes left behind: the files, and how many lines are in each. */
  adopt(): Promise<readonly { readonly path: string; readonly lines: number }[]>;
  /** Tells other processes that these files have an owner. */
  touch(): Promise<void>;
  /** Keeps a line that can never be published, with the reason, and says in which file. */
  setAside(line: string, reason: string): Promise<string>;
  /** Leaves lines to another process of the folder, or to the next one, in a file that this one does not read again, and says in which. */
  leave(lines: readonly string[]): Promise<string>;
  /** What waits stays on disk. */
  close(): Promise<void>;
}

export interface OldestLines {
  readonly lines: readonly ReadLine[];
  /** They are where they belong: they leave the disk with their file. */
  confirm(): void;
}

/** A file that is larger gets a successor, so that what was read leaves the disk. */
const segmentBytes = 8 * 1_024 * 1_024;
const pieceBytes = 512 * 1_024;

interface Part {
  readonly segment: SpoolSegment;
  /** Bytes of it that are confirmed. */
  read: number;
  /** Lines of it that are not. */
  lines: number;
}

interface Unwritten {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function spoolFiles(place: string): SpoolFiles {
  let opened: Promise<SpoolFolder> | undefined;
  let parts: Part[] = [];
  /** The part that is written to: the last one of its own. */
  let open: Part | undefined;
  let unwritten: Unwritten[] = [];
  let unwrittenBytes = 0;
  let writing: Promise<void> | undefined;
  let wake: (() => void) | undefined;

  const folder = (): Promise<SpoolFolder> => {
    opened ??= openSpoolFolder(place);
    opened.catch(() => (opened = undefined));
    return opened;
  };
  const onDisk = (): number => parts.reduce((sum, { segment, read }) => sum + segment.size() - read, 0);

  const forget = (part: Part): void => {
    parts = parts.filter((other) => other !== part);
    if (open === part) open = undefined;
    part.segment.close().catch(() => undefined);
  };

  /** False: another process took the file, and the lines belong into another one. */
  const written = async (lines: string, count: number): Promise<boolean> => {
    if (open === undefined || open.segment.size() > segmentBytes) {
      open = { segment: await openSegment((await folder()).nextPath()), read: 0, lines: 0 };
      parts.push(open);
    }
    const part = open;
    if (await part.segment.write(lines)) {
      part.lines += count;
      return true;
    }
    forget(part);
    return false;
  };

  /** Everything that waits to be written, in one write and one sync, until nothing does. */
  const flush = async (): Promise<void> => {
    while (unwritten.length > 0) {
      const batch = unwritten;
      unwritten = [];
      const lines = batch.map(({ line }) => line).join("");
      try {
        while (!(await written(lines, batch.length)));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // What stands there half written is no whole line to anyone, and the next line begins in a file of its own.
        open = undefined;
        for (const { reject } of batch) reject(error);
      } finally {
        unwrittenBytes -= Buffer.byteLength(lines);
      }
    }
  };

  /** Files whose lines are all confirmed leave the disk; not while somebody writes, who may be writing to the last one. */
  const removeRead = async (): Promise<void> => {
    if (writing !== undefined) return;
    const read = parts.filter((part) => part.read >= part.segment.size());
    for (const part of read) forget(part);
    await Promise.all(read.map(({ segment }) => rm(segment.path, { force: true })));
  };

  const piece = async ({ segment, read }: Part, most: number) => {
    for (let wanted = pieceBytes; ; wanted *= 2) {
      const bytes = await segment.read(read, wanted);
      const found = readLines(bytes, most);
      if (found.bytes > 0 || read + bytes.length >= segment.size()) return found;
    }
  };

  return {
    write(line) {
      unwrittenBytes += Buffer.byteLength(line);
      return new Promise((resolve, reject) => {
        unwritten.push({ line, resolve, reject });
        writing ??= flush().finally(() => {
          writing = undefined;
          wake?.();
        });
      });
    },

    async next(most) {
      await removeRead();
      const part = parts.find(({ segment, read }) => segment.size() > read);
      if (part === undefined) return undefined;
      const { lines, bytes } = await piece(part, most);
      const confirm = (): void => {
        // No whole line: the end of a file that its process died in, which was never acknowledged.
        part.read += bytes === 0 ? part.segment.size() - part.read : bytes;
        part.lines -= lines.length;
      };
      return { lines, confirm };
    },

    lines: () => parts.reduce((sum, part) => sum + part.lines, 0),
    bytes: () => onDisk() + unwrittenBytes,
    waiting: () => unwritten.length > 0 || writing !== undefined || onDisk() > 0,

    some: (signal) =>
      new Promise((resolve) => {
        wake = (): void => {
          signal.removeEventListener("abort", wake!);
          resolve();
        };
        signal.addEventListener("abort", wake, { once: true });
        if (signal.aborted || (onDisk() > 0 && writing === undefined)) wake();
      }),

    async adopt() {
      const adopted: { path: string; lines: number }[] = [];
      for (const path of await (await folder()).adopt()) {
        const segment = await openSegment(path);
        const lines = await linesIn(segment);
        // In front: they are older than what this process adds.
        parts.unshift({ segment, read: 0, lines });
        adopted.push({ path, lines });
      }
      wake?.();
      return adopted;
    },

    async touch() {
      // A file that another process took is that process' to publish.
      for (const part of parts) if (!(await part.segment.touch())) forget(part);
    },

    async setAside(line, reason) {
      const { refusedPath } = await folder();
      await appendFile(refusedPath, `${line} ${JSON.stringify({ reason })}\n`, { mode: 0o600 });
      return refusedPath;
    },

    async leave(lines) {
      // Never written to again: whoever takes it over would not see that.
      const segment = await openSegment((await folder()).nextPath());
      try {
        await segment.write(lines.map((line) => `${line}\n`).join(""));
      } finally {
        await segment.close();
      }
      return segment.path;
    },

    async close() {
      await writing;
      await removeRead();
      await Promise.all(parts.map(({ segment }) => segment.close().catch(() => undefined)));
      parts = [];
      (await opened)?.release();
    },
  };
}

async function linesIn(segment: SpoolSegment): Promise<number> {
  let lines = 0;
  for (let from = 0; from < segment.size();) {
    const bytes = await segment.read(from, pieceBytes);
    if (bytes.length === 0) break;
    for (const byte of bytes) if (byte === 0x0a) lines += 1;
    from += bytes.length;
  }
  return lines;
}
