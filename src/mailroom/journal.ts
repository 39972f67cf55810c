import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type MailRecord, usualChannels } from "./record.ts";

/**
 * The mailroom's record of every request, from which lost and duplicated messages are judged.
 *
 * | file                       | what                                                                |
 * |----------------------------|---------------------------------------------------------------------|
 * | `mailroom.ndjson`          | one `MailRecord` a line, appended, oldest first                       |
 * | `mailroom.previous.ndjson` | the file before it; replaced when the current one reaches `rotateBytes` |
 *
 * A line is written by one synchronous write before its request is answered, so it outlives a killed process: what was answered
 * is in the file. (It is not flushed to the disk: a power cut may take the last lines.) A process killed within the write leaves a torn
 * last line of a request that was never answered; readers skip it and the next start cuts it off.
 * One process writes to a folder at a time.
 */
export interface Journal {
  /** Writes one line. When this throws, the file is as it was before. */
  append(record: MailRecord): void;
  /** Twice is fine. */
  close(): void;
}

export interface JournalOptions {
  /** Made when it is missing. */
  readonly folder: string;
  /** The current file may grow to this size before it becomes the previous one. `Infinity` never rotates. */
  readonly rotateBytes: number;
}

export const journalFiles = { current: "mailroom.ndjson", previous: "mailroom.previous.ndjson" } as const;

const newline = 0x0a;

/** @throws the file system's error, when the folder or file cannot be made or written */
export function openJournal({ folder, rotateBytes }: JournalOptions): Journal {
  const current = join(folder, journalFiles.current);
  const previous = join(folder, journalFiles.previous);
  mkdirSync(folder, { recursive: true });
  let file: number | undefined = openForAppend(current);
  let size = cutTornLine(file);

  const rotate = (): void => {
    const old = file!;
    renameSync(current, previous);
    file = openForAppend(current);
    size = 0;
    closeSync(old);
  };

  return {
    append(record) {
      if (file === undefined) throw new Error("the mailroom's journal is closed");
      const line = bytesOf(`${JSON.stringify(record)}\n`);
      if (size > 0 && size + line.length > rotateBytes) rotate();
      try {
        writeWhole(file, line);
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
      size += line.length;
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Every record of a folder's journal, newest first, the previous file included. Holds one line in memory at a time. */
export function* readJournalBackwards(folder: string): Generator<MailRecord> {
  for (const name of [journalFiles.current, journalFiles.previous]) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const file = openSync(path, "r");
    try {
      for (const line of linesBackwards(file)) yield recordOf(line);
    } finally {
      closeSync(file);
    }
  }
}

/** A line of an older version names no channel: each of its providers had one. */
function recordOf(line: Buffer): MailRecord {
  const record = JSON.parse(line.toString()) as MailRecord;
  return { ...record, channel: record.channel ?? usualChannels[record.provider] };
}

/** Every record of a folder's journal, oldest first. It holds all of them in memory: for tests and judges. */
export function readJournal(folder: string): MailRecord[] {
  return [...readJournalBackwards(folder)].toReversed();
}

// The journal holds whole messages, one-time passwords included: for its owner's eyes only.
function openForAppend(path: string): number {
  return openSync(path, "a+", 0o600);
}

/** Filled anew for each line, which is written before the next one is made: this halves the cost of a line. */
const scratch = Buffer.allocUnsafeSlow(256 * 1024);

function bytesOf(line: string): Buffer {
  const mayNotFit = line.length * 3 > scratch.length; // UTF-8 has at most 3 bytes a UTF-16 unit
  return mayNotFit ? Buffer.from(line) : scratch.subarray(0, scratch.write(line));
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

function cutTornLine(file: number): number {
  const { size } = fstatSync(file);
  const [torn] = chunkedLinesBackwards(file, size);
  if (torn === undefined || torn.length === 0) return size;
  ftruncateSync(file, size - torn.length);
  return size - torn.length;
}

/** The whole lines of a file, last first; whatever stands behind the last line break is torn, and skipped. */
function* linesBackwards(file: number): Generator<Buffer> {
  let torn = true;
  for (const line of chunkedLinesBackwards(file, fstatSync(file).size)) {
    if (!torn) yield line;
    torn = false;
  }
}

/** What stands between line breaks, last first. The first is what follows the last line break: empty unless it is torn. */
function* chunkedLinesBackwards(file: number, size: number): Generator<Buffer> {
  const chunkBytes = 1024 * 1024;
  let parts: Buffer[] = []; // of the line under way, first part first
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunkBytes);
    const chunk = Buffer.allocUnsafe(end - start);
    const read = readSync(file, chunk, 0, chunk.length, start);
    if (read !== chunk.length) throw new Error(`the journal changed while it was read: ${read} of ${chunk.length} bytes at ${start}`);
    let lineEnd = chunk.length;
    for (let at = chunk.lastIndexOf(newline); at >= 0; at = at === 0 ? -1 : chunk.lastIndexOf(newline, at - 1)) {
      yield Buffer.concat([chunk.subarray(at + 1, lineEnd), ...parts]);
      parts = [];
      lineEnd = at;
    }
    parts.unshift(chunk.subarray(0, lineEnd));
    end = start;
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}
