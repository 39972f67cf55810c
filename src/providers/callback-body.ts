import { UnreadableCallback } from "./callback.ts";

/** Of more parameters than this, nothing is read: no vendor sends a tenth of them. */
const mostParameters = 1_000;

/** Bytes as text, in UTF-8. */
export function bodyText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}

/** @throws UnreadableCallback */
export function jsonOfCallback(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new UnreadableCallback("the body is not JSON");
  }
}

/** The parameters of a form, decoded; undefined where there are too many of them. */
export function formOf(body: string): URLSearchParams | undefined {
  let count = 1;
  for (let at = body.indexOf("&"); at >= 0; at = body.indexOf("&", at + 1)) if (++count > mostParameters) return undefined;
  return new URLSearchParams(body);
}

/** The type of a body, without its parameters, in lower case. */
export function bodyType(contentType: string | undefined): string {
  return (contentType ?? "").split(";")[0]!.trim().toLowerCase();
}

/** Every value as a list; a lone one as a list of it. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : value === undefined || value === null ? [] : [value];
}

/** A vendor's own id of something, where it can be one: printable, without spaces, at most 300 characters. */
export function idOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\x21-\x7e]{1,300}$/.test(value) ? value : undefined;
}

/** Milliseconds since 1970 of a vendor's seconds, as a number or as text; undefined where it is no time of this century. */
export function timeOf(seconds: unknown): number | undefined {
  const number = typeof seconds === "string" && /^\d{1,12}$/.test(seconds) ? Number(seconds) : seconds;
  if (typeof number !== "number" || !(number >= 946_684_800 && number < 4_102_444_800)) return undefined;
  return Math.round(number * 1_000);
}
