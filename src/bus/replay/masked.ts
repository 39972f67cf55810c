import { createHash } from "node:crypto";
import type { BusEvent } from "../../define/event.ts";

/**
 * An event of somebody else's system with other addresses in it: each e-mail address, phone number and device token becomes one that is nobody's, the same one each
 * time, so that code that tells people apart does so still. Names and texts stay as they are. Pure.
 */
export function maskedEvent(event: BusEvent): BusEvent {
  const { partitionkey, idempotencykey: _, ...rest } = event;
  return { ...rest, ...(partitionkey === undefined ? {} : { partitionkey: maskedText(partitionkey) }), data: masked(event.data) };
}

function masked(value: unknown): unknown {
  if (typeof value === "string") return maskedText(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, masked(part)]));
}

const mailbox = /[^\s@<>,;:"']+@[^\s@<>,;:"']+\.[^\s@<>,;:"']+/g;
const phone = /\+[1-9]\d{6,14}\b/g;

function maskedText(text: string): string {
  return text.replaceAll(mailbox, (address) => `reader-${digest(address).slice(0, 10)}@example.com`).replaceAll(phone, otherNumber);
}

/** Of the same country and length. */
function otherNumber(number: string): string {
  const digits = [...digest(number)].map((character) => String(Number.parseInt(character, 16) % 10)).join("");
  return `${number.slice(0, 3)}${digits.slice(0, number.length - 3)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
