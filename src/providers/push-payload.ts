import { createHash } from "node:crypto";
import type { PushMessage } from "../define/message.ts";
import type { PushKind } from "../define/push-address.ts";

/** What a browser's service worker gets, and what the size of a message is measured by. */
export function pushPayload({ title, body, link }: Omit<PushMessage, "to">): string {
  return JSON.stringify({ title, body, ...(link === undefined ? {} : { link }) });
}

/**
 * Bytes that a message may have.
 * Source: the pages of FCM and Expo; for browsers RFC 8291, section 4: 4,096 with 103 of encryption.
 */
export const mostPushBytes: Readonly<Record<PushKind, number>> = { fcm: 4_096, expo: 4_096, webpush: 3_993 };

/** Bytes that Apple takes in a collapse id. */
const longestMark = 64;

/** What a notification is called on the device: a repeat of a delivery is called the same, and takes its place. */
export function pushMark(deliveryId: string): string {
  return Buffer.byteLength(deliveryId) <= longestMark ? deliveryId : hashed(deliveryId);
}

/** The same for push services of browsers: at most 32 characters of base64url (RFC 8030, section 5.4). */
export function pushTopic(deliveryId: string): string {
  const bare = deliveryId.replace(/^d_/, "");
  return /^[\w-]{1,32}$/.test(bare) ? bare : hashed(deliveryId).slice(0, 32);
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
