import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { mailroomTwilioAccount } from "../mailroom-accounts.ts";

/**
 * What the mailroom signs its callbacks with, and the server checks them by. Everybody knows these keys: they are taken only while real sending is
 * off, and only from this machine.
 */
export const mailroomCallbackKeys = {
  twilio: { authToken: mailroomTwilioAccount.authToken },
  meta: { appSecret: "mailroom", verifyToken: "mailroom" },
  /** MSG91 signs nothing: its reports come to an address that holds this. */
  msg91: { secret: "mailroom" },
  /** Of the event webhook: P-256. `publicKey` is base64 of the SPKI form, as SendGrid's settings show it. */
  sendgrid: sendgridKeys(),
} as const;

function sendgridKeys(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const pair = createECDH("prime256v1");
  // The same in every process, without a key in a file.
  pair.setPrivateKey(createHash("sha256").update("busbar mailroom").digest());
  const point = pair.getPublicKey();
  const part = (from: number): string => point.subarray(from, from + 32).toString("base64url");
  const privateKey = createPrivateKey({
    key: { kty: "EC", crv: "P-256", x: part(1), y: part(33), d: pair.getPrivateKey().toString("base64url") },
    format: "jwk",
  });
  return { privateKey, publicKey: createPublicKey(privateKey).export({ type: "spki", format: "der" }).toString("base64") };
}
