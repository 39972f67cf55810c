import { UsageError } from "../usage-error.ts";

/** Longer names would do for the bus, and not for a line of code. */
const longest = 64;
const tooLong = `it is longer than ${longest} characters`;

/** `order-shipped_mail` → `orderShippedMail` */
export function camelCase(name: string): string {
  return name.replace(/[^a-zA-Z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `order.status_changed` → `order-status-changed`, the name of its file. */
export function kebabCase(name: string): string {
  return name.replace(/[._]+/g, "-");
}

/** `order.status_changed` → `Order status changed` */
export function sentence(name: string): string {
  const words = name.replace(/[._-]+/g, " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** @throws UsageError saying what is wrong with a new topic's name, and what it could be */
export function checkTopicName(name: string): void {
  if (isTopicName(name)) return;
  const problem =
    name.length > longest ? tooLong : "it is lower case, noun.verb in the past tense, and each of its words begins with a letter";
  const [noun = "", ...verb] = name.includes(".") ? name.split(".").map((part) => wordsOf(part).join("_")) : wordsOf(name);
  const suggested = name.includes(".") ? [noun, ...verb].filter(Boolean).join(".") : `${noun}.${verb.join("_")}`;
  throw new UsageError(`${JSON.stringify(name)} is no name for a topic: ${problem}${advice(suggested, isTopicName)}`);
}

/** @throws UsageError saying what is wrong with a new subscriber's name, and what it could be */
export function checkSubscriberName(name: string): void {
  if (isSubscriberName(name)) return;
  const problem = name.length > longest ? tooLong : "its file is called after it, so it is lower-case words with - between them";
  throw new UsageError(
    `${JSON.stringify(name)} is no name for a subscriber: ${problem}${advice(wordsOf(name).join("-"), isSubscriberName)}`,
  );
}

function isTopicName(name: string): boolean {
  return /^[a-z][a-z0-9]*([._-][a-z][a-z0-9]*)*$/.test(name) && name.includes(".") && name.length <= longest;
}

function isSubscriberName(name: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= longest;
}

/** `OrderStatus changed` → `order`, `status`, `changed` */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

function advice(suggested: string, isRight: (name: string) => boolean): string {
  return isRight(suggested) ? `, such as ${JSON.stringify(suggested)}` : "";
}
