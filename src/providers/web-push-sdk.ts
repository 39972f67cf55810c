import type { PushSubscription } from "../define/push-address.ts";
import type { VapidKeys } from "./vapid-keys.ts";

/** The part of the package web-push that is used: it encrypts (RFC 8291) and signs (RFC 8292). Nothing is sent by it. */
export interface WebPushSdk {
  generateRequestDetails(
    subscription: PushSubscription,
    payload: string,
    options: { readonly vapidDetails: VapidKeys; readonly TTL: number; readonly urgency: "normal"; readonly topic: string },
  ): EncryptedPush;
}

export interface EncryptedPush {
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer;
}

let loaded: Promise<WebPushSdk> | undefined;

/** Loads the package on the first send. Later sends share what was loaded. */
export function webPushSdk(): Promise<WebPushSdk> {
  loaded ??= load();
  // What failed once may work the next time.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

async function load(): Promise<WebPushSdk> {
  return (await import("web-push")).default as unknown as WebPushSdk;
}
