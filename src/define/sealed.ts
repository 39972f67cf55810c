/**
 * A value that is encrypted where it stands in a payload, as the log keeps it (docs/redis-layout.md). Values that were sealed together have
 * one `iv` and are numbered; their pieces of ciphertext make one, of which the last ends with the tag, and the first says the rest for all.
 */
export interface Sealed {
  readonly v?: 1;
  /** The key: one of the ring, or `subject.<hash>.<number>` of a person. */
  readonly kid?: string;
  readonly alg?: "A256GCM";
  readonly iv: string;
  readonly ct: string;
  /** Its number among those that were sealed together; absent where it is alone. */
  readonly n?: number;
}

export interface SealedField {
  readonly $enc: Sealed;
}

/** A secret on its way from the log to the worker that opens it. */
export interface SealedSecret {
  readonly kid: string;
  readonly ct: string;
  /** Where the event has it, with dots. */
  readonly path: string;
}

/** The secrets of an event or a delivery, by their stand-ins. */
export type SealedSecrets = Readonly<Record<string, SealedSecret>>;

export function isSealedField(value: unknown): value is SealedField {
  if (typeof value !== "object" || value === null || !("$enc" in value)) return false;
  const sealed = value.$enc as Partial<Sealed> | null;
  return typeof sealed?.iv === "string" && typeof sealed.ct === "string";
}

const standInPrefix = "busbar-sealed:";

/**
 * What stands for a secret while it is planned. It is as random as the initialisation vector that it holds, so that nobody can put one into a
 * payload; and it holds one character that addresses encode, so that `encodeURIComponent` of it can be told from itself.
 */
export const standInOf = (iv: string): string => `${standInPrefix}${iv}`;
export const ivOf = (standIn: string): string => standIn.slice(standInPrefix.length);

/** True where a text holds a stand-in, or what code has made of one. */
export function holdsStandIn(text: string): boolean {
  return /busbar-sealed/i.test(text);
}

/** Those of the secrets that stand somewhere in a value; undefined: none. Pure. */
export function secretsIn(secrets: SealedSecrets | undefined, value: unknown): SealedSecrets | undefined {
  if (secrets === undefined) return undefined;
  const text = JSON.stringify(value) ?? "";
  const used = Object.entries(secrets).filter(([standIn]) => text.includes(standIn) || text.includes(encodeURIComponent(standIn)));
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

/** The paths of texts in which code has changed a stand-in, so that nobody can open it any more. Pure. */
export function spoiltStandIns(secrets: SealedSecrets, value: unknown): readonly string[] {
  return textsIn(value).flatMap(({ path, text }) => (holdsStandIn(without(text, secrets)) ? [path] : []));
}

function without(text: string, secrets: SealedSecrets): string {
  return Object.keys(secrets).reduce((left, standIn) => left.replaceAll(standIn, "").replaceAll(encodeURIComponent(standIn), ""), text);
}

function textsIn(value: unknown, path = ""): { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path: path === "" ? "data" : path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => textsIn(below, path === "" ? key : `${path}.${key}`));
}

/** The value with something else in the place of each stand-in, wherever in its texts it stands. Pure, as far as `clear` is. */
export function replaceStandIns(value: unknown, secrets: SealedSecrets, clear: (standIn: string) => string): unknown {
  if (typeof value === "string") {
    return Object.keys(secrets).reduce((text, standIn) => {
      const encoded = encodeURIComponent(standIn);
      const open = text.includes(standIn) ? text.replaceAll(standIn, () => clear(standIn)) : text;
      return open.includes(encoded) ? open.replaceAll(encoded, () => encodeURIComponent(clear(standIn))) : open;
    }, value);
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => replaceStandIns(element, secrets, clear));
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, replaceStandIns(below, secrets, clear)]));
}
