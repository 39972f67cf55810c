import { createHash } from "node:crypto";
import type { BusEvent } from "../../define/event.ts";
import { maskText } from "../../define/mask.ts";
import { replaceMarked } from "../../define/marked-values.ts";
import type { MarkedPlace } from "../../define/marks.ts";

/**
 * An event of somebody else's system with other people in it. Each e-mail address, phone number and device token becomes one that is nobody's, the same one each
 * time, so that code that tells people apart does so still; so does what a server has masked, or templates could not be filled with it. What else is marked
 * as personal is masked; other texts stay as they are. Pure.
 * @param place what is marked in payloads of its topic and version
 */
export function maskedEvent(event: BusEvent, place?: MarkedPlace): BusEvent {
  const { partitionkey, idempotencykey: _, ...rest } = event;
  const data = masked(event.data);
  return {
    ...rest,
    ...(partitionkey === undefined ? {} : { partitionkey: maskedText(partitionkey) }),
    data: place === undefined ? data : replaceMarked(place, data, ({ mark, value }) => (mark.kind === "pii" ? standIn(value) : value)),
  };
}

/** What is left of a person, where addresses are others' already. */
function standIn(value: unknown): unknown {
  if (typeof value === "number") return 0;
  if (Array.isArray(value)) return value.map(standIn);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, standIn(part)]));
  if (typeof value !== "string") return value;
  if (value.endsWith("@example.com") || /^\+\d{7,15}$/.test(value)) return value;
  // Of a masked number, as many digits as numbers mostly have.
  if (/^\+\d{2}…\d{2}$/.test(value)) return otherNumber(value.replace("…", "0".repeat(8)));
  return value.endsWith("…") ? value : maskText(value);
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
