import { mediaType } from "./body.ts";

/** The fields of a form that was posted: how mail programs send one click (RFC 8058), and browsers our pages' forms. */
export interface ReaderForm {
  get(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** Undefined for what is no form of one of the two types that forms have. */
export async function readForm(body: unknown, contentType: string | undefined): Promise<ReaderForm | undefined> {
  const { type } = mediaType(contentType);
  if (type !== "application/x-www-form-urlencoded" && type !== "multipart/form-data") return undefined;
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    // Node's own parser of both.
    const form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType! } }).formData();
    const texts = (name: string): string[] => form.getAll(name).filter((value) => typeof value === "string");
    return { get: (name) => texts(name)[0], all: texts };
  } catch {
    return undefined;
  }
}
