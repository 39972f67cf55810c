import { linkTo, PermanentError } from "../../src/index.ts";

/** What is known of an uploaded file without opening it. */
export interface FileFacts {
  readonly name: string;
  /** Its media type, such as `text/csv`. */
  readonly type: string;
  readonly bytes: number;
}

/** A file that people can fetch. */
export interface SavedFile {
  readonly url: string;
  readonly bytes: number;
}

/** The store of uploaded and made files. */
export interface Files {
  /** The largest upload that is read in, in bytes. */
  readonly largestImport: number;
  /** @throws PermanentError when there is no such upload */
  facts(fileId: string): Promise<FileFacts>;
  /** The lines of an upload, without their ends. */
  lines(fileId: string): AsyncIterable<string>;
  /** Keeps a file under an id; the same id again replaces it, so that a handler may be called twice. */
  save(fileId: string, lines: readonly string[]): Promise<SavedFile>;
  /** Removes what was kept before a time, RFC 3339, and says how many files that were. */
  removeBefore(time: string): Promise<number>;
}

export interface MemoryFilesOptions {
  /** Default 10 MB. */
  readonly largestImport?: number;
  /** Milliseconds since 1970. Default: those of the clock. */
  readonly now?: () => number;
  /** What was uploaded, by file id. Default: the file of the example of `file.import_requested`. */
  readonly uploads?: Readonly<Record<string, { readonly name: string; readonly type: string; readonly text: string }>>;
}

const exampleUploads = {
  file_stock_oct18: {
    name: "stock-18-october.csv",
    type: "text/csv",
    text: "sku,stock\nTEA-ASM-500,120\nTEA-NIL-250,64\nKUR-IND-M,18\nSOAP-NEEM-3,0\n",
  },
};

export function memoryFiles({
  largestImport = 10 * 1024 * 1024,
  uploads = exampleUploads,
  now = Date.now,
}: MemoryFilesOptions = {}): Files {
  const saved = new Map<string, { readonly text: string; readonly at: number }>();
  const upload = (fileId: string): { name: string; type: string; text: string } => {
    if (Object.hasOwn(uploads, fileId)) return uploads[fileId as keyof typeof uploads]!;
    throw new PermanentError(`there is no uploaded file "${fileId}"`);
  };
  return {
    largestImport,
    async facts(fileId) {
      const { name, type, text } = upload(fileId);
      return { name, type, bytes: Buffer.byteLength(text) };
    },
    async *lines(fileId) {
      const lines = upload(fileId).text.split(/\r?\n/);
      // The end of the last line begins no line of its own.
      yield* lines.at(-1) === "" ? lines.slice(0, -1) : lines;
    },
    async save(fileId, lines) {
      const text = lines.map((line) => `${line}\n`).join("");
      saved.set(fileId, { text, at: now() });
      return { url: linkTo(`/operations/files/${encodeURIComponent(fileId)}`, "https://shop.example.in"), bytes: Buffer.byteLength(text) };
    },
    async removeBefore(time) {
      const old = [...saved].filter(([, { at }]) => at < Date.parse(time));
      for (const [fileId] of old) saved.delete(fileId);
      return old.length;
    },
  };
}
