import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";

/** Ciphertext with what else is needed to open it, all base64url. `ct` ends with the tag. */
export interface Ciphertext {
  readonly iv: string;
  readonly ct: string;
}

/** The keys of an application: the first one writes, all read. AES-256-GCM. */
export interface KeyRing {
  readonly first: { readonly id: string; readonly key: KeyObject };
  /** In their order. */
  readonly ids: readonly string[];
  keyOf(id: string): KeyObject | undefined;
  /** What tells two texts apart and shows nothing of them, by each key, the first one first. */
  fingerprints(text: string): readonly string[];
}

const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const keyPattern = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+=*)$/;

/** Everything wrong with keys as they are configured, `<id>:<32 bytes in base64>` each; what they are is not repeated. */
export function keyProblems(keys: readonly unknown[]): string[] {
  const ids = keys.map((key) => (typeof key === "string" ? keyPattern.exec(key)?.[1] : undefined));
  const wrong = keys.flatMap((key, index) => {
    const [, , text = ""] = (typeof key === "string" ? keyPattern.exec(key) : null) ?? [];
    return Buffer.from(text, "base64").length === keyBytes
      ? []
      : [`key ${index + 1} must be <id>:<32 bytes in base64>, such as "2026a:$(openssl rand -base64 32)"`];
  });
  const twice = ids.filter((id, index) => id !== undefined && ids.indexOf(id) !== index);
  return [...wrong, ...twice.map((id) => `two keys are called "${id}"`)];
}

/** @returns undefined where there is no key */
export function keyRing(keys: readonly string[]): KeyRing | undefined {
  const all = keys.map((text) => {
    const [, id, base64] = keyPattern.exec(text)!;
    const bytes = Buffer.from(base64!, "base64");
    const marking = Buffer.from(hkdfSync("sha256", bytes, "", "busbar fingerprint", keyBytes));
    return { id: id!, key: createSecretKey(bytes), marking };
  });
  const [first] = all;
  if (first === undefined) return undefined;
  const byId = new Map(all.map(({ id, key }) => [id, key]));
  return {
    first,
    ids: [...byId.keys()],
    keyOf: (id) => byId.get(id),
    fingerprints: (text) => all.map(({ marking }) => createHmac("sha256", marking).update(text).digest("base64url").slice(0, 22)),
  };
}

/** What a key is called that is configured rightly; it may be shown. */
export const keyId = (key: string): string => key.slice(0, key.indexOf(":"));

/** A key as it may be configured, for those who make one. */
export const newKey = (id: string): string => `${id}:${randomBytes(keyBytes).toString("base64")}`;

export function sealWith(key: KeyObject, text: string | Uint8Array, bound: string): Ciphertext {
  const iv = freshIv();
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(bound));
  const body = cipher.update(text as string, "utf8");
  cipher.final();
  const length = body.length + tagBytes;
  const ciphertext = length <= room.length ? room.subarray(0, length) : Buffer.allocUnsafe(length);
  body.copy(ciphertext);
  cipher.getAuthTag().copy(ciphertext, body.length);
  return { iv: iv.toString("base64url"), ct: ciphertext.toString("base64url") };
}

/** Most are put together here, so that nothing is allocated for them. */
const room = Buffer.alloc(16_384);

/** @throws Error when it was sealed with another key or for another place, or was changed */
export function openWith(key: KeyObject, { iv, ct }: Ciphertext, bound: string): Buffer {
  const bytes = Buffer.from(ct, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]);
}

/** Random bytes are asked for in lots: one call for each value would cost as much as the cipher. */
let lot = Buffer.alloc(0);
function freshIv(): Buffer {
  if (lot.length < ivBytes) lot = randomBytes(ivBytes * 512);
  const iv = lot.subarray(0, ivBytes);
  lot = lot.subarray(ivBytes);
  return iv;
}
