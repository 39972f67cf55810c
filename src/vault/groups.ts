import type { KeyObject } from "node:crypto";
import { isSealedField, type Sealed, type SealedField } from "../define/sealed.ts";
import { encrypted, openWith } from "./key-ring.ts";

/** A sealed value where it stands in a payload. */
export interface FoundField {
  readonly path: string;
  readonly sealed: Sealed & { readonly sub?: string };
}

/** Values that were sealed together. */
export interface SealedGroup {
  readonly kid: string;
  /** Of a group that waits for the key of its subject: who that is. */
  readonly sub: string | undefined;
  /** In the order of their numbers. */
  readonly fields: readonly FoundField[];
}

/** What a ciphertext is bound to: it opens nowhere else. */
export const boundTo = ({ type, id }: { readonly type: string; readonly id: string }, paths: readonly string[]): string =>
  [type, id, ...paths].join("\n");

/** One field for each of the values, in their order: one call of the cipher costs as much for three as for one. */
export function sealGroup(
  key: KeyObject,
  bound: string,
  { values, named }: { readonly values: readonly unknown[]; readonly named: Pick<FoundField["sealed"], "kid" | "sub"> },
): SealedField[] {
  const texts = values.map((value) => JSON.stringify(value));
  const { iv, ciphertext } = encrypted(key, texts.length === 1 ? texts[0]! : texts.join(""), bound);
  if (texts.length === 1) return [{ $enc: { v: 1, ...named, alg: "A256GCM", iv, ct: ciphertext.toString("base64url") } }];
  let from = 0;
  return texts.map((text, n) => {
    // The last piece ends with the tag.
    const to = n === texts.length - 1 ? ciphertext.length : from + Buffer.byteLength(text);
    const ct = ciphertext.toString("base64url", from, to);
    from = to;
    return { $enc: n === 0 ? { v: 1, ...named, alg: "A256GCM", iv, n, ct } : { iv, n, ct } };
  });
}

/**
 * The values of fields that were sealed together.
 * @throws Error when one is missing, was moved or changed, or the key is another one
 */
export function openGroup(
  key: KeyObject,
  event: { readonly type: string; readonly id: string },
  { fields }: Pick<SealedGroup, "fields">,
): unknown[] {
  const pieces = fields.map(({ sealed }) => Buffer.from(sealed.ct, "base64url"));
  const paths = fields.map(({ path }) => path);
  const ct = Buffer.concat(pieces).toString("base64url");
  const clear = openWith(key, { iv: fields[0]!.sealed.iv, ct }, boundTo(event, paths));
  let from = 0;
  return pieces.map((piece, index) => {
    const to = index === pieces.length - 1 ? clear.length : from + piece.length;
    const value = JSON.parse(clear.subarray(from, to).toString("utf8")) as unknown;
    from = to;
    return value;
  });
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

/**
 * Fields by the initialisation vector that they share. Pure.
 * @throws Error where the first of a group, which names its key, is missing
 */
export function groupsOf(fields: readonly FoundField[]): readonly SealedGroup[] {
  const groups = new Map<string, FoundField[]>();
  for (const field of fields) groups.set(field.sealed.iv, [...(groups.get(field.sealed.iv) ?? []), field]);
  return [...groups.values()].map((group) => {
    const inOrder = group.toSorted((a, b) => (a.sealed.n ?? 0) - (b.sealed.n ?? 0));
    const { kid, sub } = inOrder[0]!.sealed;
    if (kid === undefined) throw new Error(`a sealed part of ${group.map(({ path }) => path).join(", ")} is missing`);
    return { kid, sub, fields: inOrder };
  });
}
