import { isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";

/** A body that was read, or why it cannot be. */
export type JsonBody = { readonly json: unknown } | { readonly problem: "too large" | "no UTF-8" | "no JSON" };

export interface JsonBodyOptions {
  /** The `Content-Encoding`: `gzip`, or anything else for none. */
  readonly encoding?: string | undefined;
  /** The most bytes once it is unpacked. */
  readonly mostBytes: number;
}

export function readJson(bytes: Buffer, { encoding, mostBytes }: JsonBodyOptions): JsonBody {
  try {
    const plain = encoding === "gzip" ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes;
    if (plain.length > mostBytes) return { problem: "too large" };
    return isUtf8(plain) ? { json: JSON.parse(plain.toString()) } : { problem: "no UTF-8" };
  } catch (error) {
    return { problem: (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE" ? "too large" : "no JSON" };
  }
}

export function isJsonType(contentType: string | undefined): boolean {
  return /^application\/(\S+\+)?json\b/i.test(contentType ?? "");
}
