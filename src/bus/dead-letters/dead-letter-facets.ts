import { keyedHash } from "../../base/ids.ts";
import { decodeEvent } from "../../define/event.ts";
import type { Facets, ReasonClass } from "../../queues/dead-letter-index.ts";
import type { DeadLetter } from "../../queues/delivery-queue.ts";
import { fingerprintText } from "../../queues/fingerprint.ts";
import { type AnyContent, isCallback, isDelivery } from "../any-content.ts";

/** What a dead letter is told apart by. Neither words of its error nor addresses: hashes of them. Pure. */
export function deadLetterFacets(secret: string, letter: DeadLetter<AnyContent>): Facets {
  const { content, reason, stack } = letter;
  return {
    subscriber: "subscriber" in content ? content.subscriber : "",
    topic: eventOf(content)?.type ?? ("topic" in content ? content.topic : ""),
    reasonClass: reasonClassOf(letter),
    fingerprint: keyedHash(secret, `fingerprint\n${fingerprintText(reason, stack)}`),
    recipient: isDelivery(content) && content.channel !== "handler" ? recipientHash(secret, content.to) : undefined,
  };
}

/** Addresses are not told apart by upper and lower case. */
export function recipientHash(secret: string, address: string): string {
  return keyedHash(secret, `recipient\n${address.toLowerCase()}`);
}

/** Why a dead letter is one, as a class. Pure. */
export function reasonClassOf({ content, reason, attempts, stack }: DeadLetter<AnyContent>): ReasonClass {
  if (/^poison\b/.test(reason) || ("poison" in content && content.poison)) return "poison";
  if (isDelivery(content) && content.refusal !== undefined) return "refused";
  if (stack.at(-1)?.startsWith("UnrenderableDelivery") === true || reason.startsWith("cannot be rendered: ")) return "unrenderable";
  return attempts >= content.policy.attempts || "failures" in content ? "exhausted" : "rejected";
}

/** The event that a dead letter is of; undefined where its entry was none, or it is a callback. Pure. */
export function eventOf(content: AnyContent): { readonly id: string; readonly type: string; readonly time: string } | undefined {
  if (isCallback(content)) return undefined;
  try {
    const { id, type, time } = "json" in content ? decodeEvent(content.json) : content.event;
    return { id, type, time };
  } catch {
    // The entry was no event: that is why it is here.
    return undefined;
  }
}
