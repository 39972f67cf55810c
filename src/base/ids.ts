import { createHash, createHmac, randomBytes } from "node:crypto";

/**
 * A UUID of version 7 (RFC 9562): its first 48 bits are the time, so ids sort by age.
 * @param now milliseconds since 1970
 */
export function timeOrderedId(now: number): string {
  if (lot.length < idBytes) lot = randomBytes(idBytes * 256);
  const bytes = lot.subarray(0, idBytes);
  lot = lot.subarray(idBytes);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Random bytes are asked for in lots: one call for each id would cost a fifth of a publish. */
let lot = Buffer.alloc(0);
const idBytes = 16;

/** The time that a time-ordered id was made at, milliseconds since 1970; undefined for any other id. */
export function timeOfId(id: string): number | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/.exec(id);
  return match ? Number.parseInt(match[1]! + match[2]!, 16) : undefined;
}

/** The characters of a short hash. */
export const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** The first 160 bits of the SHA-256 of `text`, as 32 characters of lower-case base32 (RFC 4648). */
export function shortHash(text: string): string {
  return base32(createHash("sha256").update(text).digest().subarray(0, 20));
}

/** The first 80 bits of the HMAC-SHA-256 of `text`, as 16 characters of lower-case base32: who lacks the secret cannot tell what it is of. */
export function keyedHash(secret: string, text: string): string {
  return base32(createHmac("sha256", secret).update(text).digest().subarray(0, 10));
}

/** @param bytes five, or a multiple of it */
function base32(bytes: Buffer): string {
  let result = "";
  for (let block = 0; block < bytes.length; block += 5) {
    let high = bytes.readUInt32BE(block);
    let low = bytes[block + 4]!;
    let part = "";
    for (let i = 0; i < 8; i++) {
      part = base32Alphabet[low & 31]! + part;
      low = (low >>> 5) | ((high & 31) << 3);
      high >>>= 5;
    }
    result += part;
  }
  return result;
}
