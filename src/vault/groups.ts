import type { KeyObject } from "node:crypto";
import { firstSealed, isSealedField, laterSealed, readSealed, type Sealed, type SealedField } from "../define/sealed.ts";
import { openWith, sealWith } from "./key-ring.ts";

/** A sealed value where it stands in a payload. */
export interface FoundField {
  readonly path: string;
  readonly sealed: Sealed;
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
export function boundTo({ type, id }: { readonly type: string; readonly id: string }, paths: readonly string[]): string {
  let bound = `${type}\n${id}`;
  for (const path of paths) bound += `\n${path}`;
  return bound;
}

/** One text for each of the values, in their order, to stand in a {@link SealedField}: one call of the cipher costs as much for three as for one. */
export function sealGroup(
  key: KeyObject,
  bound: string,
  { values, kid, sub }: { readonly values: readonly unknown[]; readonly kid: string; readonly sub?: string | undefined },
): string[] {
  const { iv, ct } = sealWith(key, JSON.stringify(values.length === 1 ? values[0] : values), bound);
  const texts = [firstSealed({ kid, iv, ct, sub })];
  for (let n = 1; n < values.length; n++) texts.push(laterSealed(iv, n));
  return texts;
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
  const [{ sealed }] = fields as readonly [FoundField];
  const bound = boundTo(
    event,
    fields.map(({ path }) => path),
  );
  if (sealed.inPieces === true) return openPieces(key, bound, fields);
  const clear = JSON.parse(openWith(key, { iv: sealed.iv, ct: sealed.ct ?? "" }, bound).toString("utf8")) as unknown;
  return fields.length === 1 ? [clear] : (clear as unknown[]);
}

/** Of fields as they were written before. */
function openPieces(key: KeyObject, bound: string, fields: readonly FoundField[]): unknown[] {
  const pieces = fields.map(({ sealed }) => Buffer.from(sealed.ct ?? "", "base64url"));
  const ct = Buffer.concat(pieces).toString("base64url");
  const clear = openWith(key, { iv: fields[0]!.sealed.iv, ct }, bound);
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
  if (isSealedField(value)) return [{ path: path.join("."), sealed: readSealed(value) }];
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
