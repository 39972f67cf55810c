import type { Attachment } from "./record.ts";

/** An e-mail taken apart: RFC 5322 headers, RFC 2045–2047 bodies and encoded words, RFC 2231 parameters. */
export interface ParsedMail {
  /** In their order, unfolded and decoded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The first text/plain part that is no attachment, with `\n` line ends. */
  readonly text?: string;
  /** The first text/html part that is no attachment, with `\n` line ends. */
  readonly html?: string;
  readonly attachments: readonly Attachment[];
}

/** Parts nested deeper than this are not looked into. */
const maxDepth = 20;

/**
 * Takes an e-mail apart for showing. It never throws: what it cannot read (an unknown charset or encoding) it shows as it came.
 * @param source the message as it came over SMTP, dots already unstuffed
 */
export function parseMail(source: Buffer): ParsedMail {
  // Latin-1 gives one character a byte, so that structure can be searched as text and bodies turned back into their bytes.
  const { headers, body } = splitEntity(source.toString("latin1"));
  const found: { text?: string; html?: string; attachments: Attachment[] } = { attachments: [] };
  collectParts({ headers, body }, found, 0);
  return { headers: headers.map(([name, value]) => [name, decodeWords(value)] as const), ...found };
}

/** The first header of a name, whatever its case. */
export function headerOf(headers: ParsedMail["headers"], name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

interface Entity {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

function splitEntity(source: string): Entity {
  const gap = /^\r?\n|\r?\n\r?\n/.exec(source);
  const head = gap ? source.slice(0, gap.index) : source;
  const lines = head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
  });
  return { headers, body: gap ? source.slice(gap.index + gap[0].length) : "" };
}

function collectParts(entity: Entity, found: { text?: string; html?: string; attachments: Attachment[] }, depth: number): void {
  const type = parseParameters(headerOf(entity.headers, "content-type") ?? "text/plain");
  const boundary = type.parameters.get("boundary");
  if (type.value.startsWith("multipart/") && boundary !== undefined && depth < maxDepth) {
    for (const part of splitParts(entity.body, boundary)) collectParts(splitEntity(part), found, depth + 1);
    return;
  }
  const disposition = parseParameters(headerOf(entity.headers, "content-disposition") ?? "");
  const bytes = decodeBody(entity.body, headerOf(entity.headers, "content-transfer-encoding"));
  const shown = type.value === "text/html" ? "html" : type.value === "text/plain" ? "text" : undefined;
  if (shown !== undefined && disposition.value !== "attachment" && found[shown] === undefined) {
    found[shown] = decodeText(bytes, type.parameters.get("charset") ?? "utf-8").replaceAll("\r\n", "\n");
  } else {
    const filename = disposition.parameters.get("filename") ?? type.parameters.get("name") ?? "";
    found.attachments.push({ filename, type: type.value, bytes: bytes.length });
  }
}

/** What stands between the delimiter lines, without the line break that belongs to each delimiter. */
function splitParts(body: string, boundary: string): string[] {
  const delimiter = `--${boundary}`;
  const parts: string[] = [];
  let start = -1;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + delimiter.length)) {
    if (at > 0 && body[at - 1] !== "\n") continue;
    const rest = /^(--)?[ \t]*(\r?\n|$)/.exec(body.slice(at + delimiter.length, at + delimiter.length + 80));
    if (!rest) continue;
    if (start >= 0) parts.push(body.slice(start, body[at - 2] === "\r" ? at - 2 : at - 1));
    if (rest[1] !== undefined) return parts;
    start = at + delimiter.length + rest[0].length;
  }
  if (start >= 0) parts.push(body.slice(start)); // a message without its closing delimiter
  return parts;
}

function decodeBody(body: string, encoding = ""): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64");
    case "quoted-printable":
      return decodeQuotedPrintable(Buffer.from(body, "latin1"));
    default:
      return Buffer.from(body, "latin1");
  }
}

/** Decodes in place: the result is never longer than the source. */
function decodeQuotedPrintable(bytes: Buffer): Buffer {
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x3d) bytes[length++] = byte;
    else if (bytes[at + 1] === 0x0a) at += 1;
    else if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) at += 2;
    else {
      const value = hexDigit(bytes[at + 1]) * 16 + hexDigit(bytes[at + 2]);
      bytes[length++] = Number.isNaN(value) ? byte : value;
      if (!Number.isNaN(value)) at += 2;
    }
  }
  return bytes.subarray(0, length);
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}

function decodeText(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return bytes.toString("latin1"); // a charset that this runtime does not know
    throw error;
  }
}

/** Encoded words become text; neighbours join without the blank between them, and letters cut apart by an encoder join again. */
function decodeWords(value: string): string {
  const decoded = value.replace(/=\?[^?\s]+\?[bq]\?[^?]*\?=(?:\s+=\?[^?\s]+\?[bq]\?[^?]*\?=)*/gi, (run) => {
    const groups: { charset: string; chunks: Buffer[] }[] = [];
    for (const [, charsetAndLanguage = "", encoding = "", text = ""] of run.matchAll(/=\?([^?\s]+)\?([bq])\?([^?]*)\?=/gi)) {
      const charset = charsetAndLanguage.split("*")[0]!.toLowerCase();
      const chunk =
        encoding.toLowerCase() === "b"
          ? Buffer.from(text, "base64")
          : decodeQuotedPrintable(Buffer.from(text.replaceAll("_", " "), "latin1"));
      const last = groups.at(-1);
      if (last?.charset === charset) last.chunks.push(chunk);
      else groups.push({ charset, chunks: [chunk] });
    }
    // The result is turned back to bytes, because the header around it may hold plain UTF-8 (RFC 6532) that is decoded as a whole.
    return groups.map(({ charset, chunks }) => Buffer.from(decodeText(Buffer.concat(chunks), charset)).toString("latin1")).join("");
  });
  return decodeText(Buffer.from(decoded, "latin1"), "utf-8");
}

/** `text/html; charset="utf-8"` → its value in lower case, and its parameters, continued and percent-encoded ones put together. */
function parseParameters(header: string): { readonly value: string; readonly parameters: ReadonlyMap<string, string> } {
  const semicolon = header.indexOf(";");
  const value = (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  const extended = new Map<string, string>();
  if (semicolon < 0) return { value, parameters };
  for (const [, name = "", quoted, bare] of header.slice(semicolon).matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g)) {
    const text = quoted === undefined ? (bare ?? "").trim() : quoted.replace(/\\(.)/g, "$1");
    const star = name.indexOf("*");
    if (star < 0) parameters.set(name.toLowerCase(), decodeWords(text));
    else {
      // `name*`, `name*0*`: percent-encoded; `name*1`: as it is. They come in their order.
      const key = name.slice(0, star).toLowerCase();
      const part = name.endsWith("*") ? text : encodeURIComponent(text);
      extended.set(key, (extended.get(key) ?? "") + part);
    }
  }
  for (const [key, text] of extended) parameters.set(key, decodeExtended(text));
  return { value, parameters };
}

function decodeExtended(text: string): string {
  const [, charset = "utf-8", escaped = text] = /^([\w-]+)'[\w-]*'(.*)$/s.exec(text) ?? [];
  const bytes = Buffer.from(
    escaped.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
  return decodeText(bytes, charset);
}
