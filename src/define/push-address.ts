import { type CheckedAddress, kindOf, shown } from "./checked-address.ts";

/** Whose devices they are: an app's with Firebase, an app's made with Expo, or a browser. */
export type PushKind = "fcm" | "expo" | "webpush";

/** A browser's subscription, as `PushSubscription.toJSON()` gives it. */
export interface PushSubscription {
  /** The address of the browser's push service. */
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

const longest = 4_096;

/**
 * Checks a push address and gives its one spelling: a token of FCM or Expo as it is, a subscription of a browser (its JSON as text)
 * with nothing but what sending needs.
 */
export function checkPushAddress(text: unknown): CheckedAddress {
  if (typeof text !== "string")
    return { problem: `a device's address is text, not ${kindOf(text)}: JSON.stringify a browser's subscription` };
  if (text.length > longest) return { problem: `a device's address may have ${longest} characters, this one has ${text.length}` };
  if (text.trimStart().startsWith("{")) return checkedSubscription(text);
  if (/^[\x21-\x7e]+$/.test(text)) return { address: text };
  return { problem: `${shown(text)} is neither a device's token nor the JSON of a browser's subscription` };
}

/** Which of them a checked address is. */
export function pushKind(address: string): PushKind {
  if (address.startsWith("{")) return "webpush";
  return /^Expo(nent)?PushToken\[.+\]$/.test(address) ? "expo" : "fcm";
}

/** The subscription that a checked address of kind `webpush` spells. */
export function subscriptionOf(address: string): PushSubscription {
  return JSON.parse(address) as PushSubscription;
}

function checkedSubscription(text: string): CheckedAddress {
  let given: { endpoint?: unknown; keys?: { p256dh?: unknown; auth?: unknown } | null };
  try {
    given = JSON.parse(text) as typeof given;
  } catch {
    return { problem: `${shown(text)} is no JSON of a browser's subscription` };
  }
  const { endpoint, keys } = given;
  const url = typeof endpoint === "string" ? URL.parse(endpoint) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    return { problem: "a browser's subscription: its endpoint is no address such as https://push.example.com/…" };
  const [p256dh, auth] = [base64url(keys?.p256dh), base64url(keys?.auth)];
  // RFC 8291: an uncompressed point of P-256, and a secret of 16 bytes.
  if (p256dh === undefined || Buffer.from(p256dh, "base64url").length !== 65)
    return { problem: "a browser's subscription: keys.p256dh is no public key of 65 bytes in base64url" };
  if (auth === undefined || Buffer.from(auth, "base64url").length !== 16)
    return { problem: "a browser's subscription: keys.auth is no secret of 16 bytes in base64url" };
  return { address: JSON.stringify({ endpoint: url.href, keys: { p256dh, auth } }) };
}

/** Some browsers' code gives base64 in place of base64url. */
function base64url(text: unknown): string | undefined {
  return typeof text === "string" && /^[\w+/-]+={0,2}$/.test(text)
    ? text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
    : undefined;
}
