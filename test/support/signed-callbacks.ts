import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createRequire } from "node:module";
import type { CallbackRequest } from "../../src/providers/callback.ts";

const load = createRequire(import.meta.url);
/** Twilio's own signer: what it makes is what Twilio sends. */
const { getExpectedTwilioSignature, getExpectedBodyHash } = load("twilio/lib/webhooks/webhooks.js") as {
  getExpectedTwilioSignature(authToken: string, url: string, parameters: object): string;
  getExpectedBodyHash(body: string): string;
};

export interface Signed extends Pick<CallbackRequest, "method" | "url" | "headers"> {
  readonly body: Buffer;
}

/** A key pair of SendGrid's signed event webhook; the public one as its settings show it. */
export function sendgridPair(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") };
}

export function bySendgrid(url: string, body: string, { privateKey, at }: { readonly privateKey: KeyObject; readonly at: number }): Signed {
  const timestamp = String(Math.floor(at / 1_000));
  return {
    method: "POST",
    url,
    headers: {
      "content-type": "application/json",
      "x-twilio-email-event-webhook-timestamp": timestamp,
      "x-twilio-email-event-webhook-signature": sign("sha256", Buffer.from(timestamp + body), privateKey).toString("base64"),
    },
    body: Buffer.from(body),
  };
}

export function byTwilio(url: string, parameters: Readonly<Record<string, string>>, authToken: string): Signed {
  return {
    method: "POST",
    url,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": getExpectedTwilioSignature(authToken, url, parameters),
    },
    body: Buffer.from(new URLSearchParams(parameters).toString()),
  };
}

export function byTwilioAsJson(address: string, body: string, authToken: string): Signed {
  const url = `${address}${address.includes("?") ? "&" : "?"}bodySHA256=${getExpectedBodyHash(body)}`;
  const headers = { "content-type": "application/json", "x-twilio-signature": getExpectedTwilioSignature(authToken, url, {}) };
  return { method: "POST", url, headers, body: Buffer.from(body) };
}

export function byMeta(url: string, body: string, appSecret: string): Signed {
  const signature = createHmac("sha256", appSecret).update(body).digest("hex");
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    body: Buffer.from(body),
  };
}
