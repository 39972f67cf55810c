import { crc32 } from "node:zlib";
import type { NewEntry } from "../../log/topic-log.ts";

/** An event on its way to the log, as it waits in a file while Redis is away. */
export interface SpoolRecord {
  readonly entry: NewEntry;
  /** Its id was given by whoever published it, so that another payload under it is a mistake to be told. */
  readonly givenId: boolean;
  /** Fields of it still wait for the keys of their subjects, which are in Redis. */
  readonly pending?: boolean;
}

export interface ReadLine {
  /** Undefined: the line is damaged. */
  readonly record: SpoolRecord | undefined;
  readonly line: string;
}

export interface ReadLines {
  readonly lines: readonly ReadLine[];
  /** Bytes up to the end of the last whole line. */
  readonly bytes: number;
}

const newline = 0x0a;
const sumLength = 8;

/** One line: `<CRC-32 of the JSON's bytes, 8 hex digits> <JSON>`. JSON holds no line break, so what follows a damaged line can be read. */
export function encodeRecord(record: SpoolRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** The whole lines of a piece of a file, at most so many. What follows the last line break was not written to its end. */
export function readLines(piece: Uint8Array, most: number): ReadLines {
  const lines: ReadLine[] = [];
  const text = new TextDecoder();
  let from = 0;
  for (let end = piece.indexOf(newline); end !== -1 && lines.length < most; end = piece.indexOf(newline, from)) {
    const line = text.decode(piece.subarray(from, end));
    lines.push({ line, record: decodeLine(line) });
    from = end + 1;
  }
  return { lines, bytes: from };
}

/** An entry is found by fields that may be sealed in it: on disk, too, stands only what tells that they were these. Pure. */
export function withoutSearchValues(record: SpoolRecord, searchHash: (value: string) => string): SpoolRecord {
  const { search } = record.entry;
  if (search === undefined || search.hashed === true) return record;
  return { ...record, entry: { ...record.entry, search: { ...search, values: search.values.map(searchHash), hashed: true } } };
}

function decodeLine(line: string): SpoolRecord | undefined {
  const json = line.slice(sumLength + 1);
  if (line[sumLength] !== " " || line.slice(0, sumLength) !== checksum(json)) return undefined;
  return JSON.parse(json) as SpoolRecord;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(sumLength, "0");
}
