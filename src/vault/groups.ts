import type { KeyObject } from "node:crypto";
import { isSealedField, type Sealed, type SealedField } from "../define/sealed.ts";
import { openWith, sealWith } from "./key-ring.ts";

/** A sealed value where it stands in a payload. */
export interface FoundField {
  readonly path: string;
  readonly sealed: Sealed & { readonly sub?: string };
}

/** Values that are sealed together, because one call of the cipher costs as much for three as for one. */
export interface Group {
  readonly paths: readonly string[];
  readonly values: readonly unknown[];
}

/** What a ciphertext is bound to: it opens nowhere else. */
export const boundTo = ({ type, id }: { readonly type: string; readonly id: string }, paths: readonly string[]): string =>
  [type, id, ...paths].join("\n");

/** One field for each of the values, in their order. */
export function sealGroup(
  key: KeyObject,
  bound: string,
  { values, named }: { readonly values: readonly unknown[]; readonly named: Pick<FoundField["sealed"], "kid" | "sub"> },
): SealedField[] {
  const texts = values.map((value) => Buffer.from(JSON.stringify(value)));
  const { iv, ct } = sealWith(key, Buffer.concat(texts), bound);
  const bytes = Buffer.from(ct, "base64url");
  let from = 0;
  return texts.map((text, n) => {
    const to = n === texts.length - 1 ? bytes.length : from + text.length;
    const piece = bytes.subarray(from, to).toString("base64url");
    from = to;
    return { $enc: { v: 1, ...named, alg: "A256GCM", iv, ct: piece, ...(texts.length === 1 ? {} : { n }) } };
  });
}

/**
 * The values of fields that were sealed together.
 * @throws Error when one is missing, was moved or changed, or the key is another one
 */
export function openGroup(key: KeyObject, event: { readonly type: string; readonly id: string }, fields: readonly FoundField[]): unknown[] {
  const inOrder = fields.toSorted((a, b) => (a.sealed.n ?? 0) - (b.sealed.n ?? 0));
  const pieces = inOrder.map(({ sealed }) => Buffer.from(sealed.ct, "base64url"));
  const bound = boundTo(
    event,
    inOrder.map(({ path }) => path),
  );
  const clear = openWith(key, { iv: inOrder[0]!.sealed.iv, ct: Buffer.concat(pieces).toString("base64url") }, bound);
  let from = 0;
  const values = pieces.map((piece, index) => {
    const to = index === pieces.length - 1 ? clear.length : from + piece.length;
    const value = JSON.parse(clear.subarray(from, to).toString("utf8")) as unknown;
    from = to;
    return value;
  });
  return fields.map((field) => values[inOrder.indexOf(field)]);
}

/** Every sealed value of a payload. Pure. */
export function sealedFields(value: unknown, path: readonly string[] = []): FoundField[] {
  if (typeof value !== "object" || value === null) return [];
  if (isSealedField(value)) return [{ path: path.join("."), sealed: value.$enc }];
  return Object.entries(value).flatMap(([key, below]) => sealedFields(below, [...path, key]));
}

/** The payload with something else in the place of each sealed value. Pure, as far as `replace` is. */
export function replaceSealed(
  value: unknown,
  replace: (path: string, field: SealedField) => unknown,
  path: readonly string[] = [],
): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isSealedField(value)) return replace(path.join("."), value);
  if (Array.isArray(value)) return value.map((element, index) => replaceSealed(element, replace, [...path, String(index)]));
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, replaceSealed(below, replace, [...path, key])]));
}

/** Fields by the initialisation vector that they share. Pure. */
export function groupsOf(fields: readonly FoundField[]): readonly (readonly FoundField[])[] {
  const groups = new Map<string, FoundField[]>();
  for (const field of fields) groups.set(field.sealed.iv, [...(groups.get(field.sealed.iv) ?? []), field]);
  return [...groups.values()];
}
