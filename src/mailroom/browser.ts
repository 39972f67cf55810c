import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import type { PushSubscription } from "../define/push-address.ts";

/** A browser that has subscribed to push messages: it holds the keys, so that what comes can be read. */
export interface Browser {
  /**
   * A new subscription; all of them have the same keys.
   * @param url the base URL of the push service
   */
  subscription(url: string): PushSubscription;
  /** What an encrypted message says; undefined when it was not encrypted for this browser. */
  read(body: Buffer): string | undefined;
}

/** Salt, record size and the length of the sender's key, as they stand before it. */
const headerBytes = 21;
const tagBytes = 16;

/** Reads what RFC 8291 encrypts: one record of RFC 8188's `aes128gcm`. */
export function browser(): Browser {
  const pair = createECDH("prime256v1");
  const own = pair.generateKeys();
  const secret = randomBytes(16);

  const decrypt = (body: Buffer): string => {
    const [salt, rest] = [body.subarray(0, 16), body.subarray(headerBytes)];
    const sender = rest.subarray(0, body[headerBytes - 1]);
    const sealed = rest.subarray(sender.length);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), own, sender]);
    const shared = Buffer.from(hkdfSync("sha256", pair.computeSecret(sender), secret, info, 32));
    const derived = (name: string, bytes: number): Buffer =>
      Buffer.from(hkdfSync("sha256", shared, salt, `Content-Encoding: ${name}\0`, bytes));
    const decipher = createDecipheriv("aes-128-gcm", derived("aes128gcm", 16), derived("nonce", 12), { authTagLength: tagBytes });
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
    // A delimiter of 2 ends the last record; zeros may pad it.
    return plain.subarray(0, plain.lastIndexOf(2)).toString();
  };

  return {
    subscription: (url) => ({
      endpoint: `${url}/webpush/${randomBytes(12).toString("base64url")}`,
      keys: { p256dh: own.toString("base64url"), auth: secret.toString("base64url") },
    }),
    read(body) {
      try {
        return decrypt(body);
      } catch {
        return undefined; // for another browser, whose keys are not here
      }
    },
  };
}
