import { deadLetterFacets, eventOf } from "./dead-letter-facets.ts";
import type { FoundLetter } from "./dead-letter-search.ts";
import type { DeadLetterView } from "./dead-letter-view.ts";
import { type AnyContent, isDelivery } from "../any-content.ts";

/** A dead letter as it is, before anything of it is masked. Pure. */
export function deadLetterView(secret: string, { queue, letter }: FoundLetter): DeadLetterView {
  const { content, reason, attempts, firstAt, lastAt, stack, build } = letter;
  const { reasonClass, fingerprint } = deadLetterFacets(secret, letter);
  return {
    id: content.id,
    queue,
    subscriber: "subscriber" in content ? content.subscriber : undefined,
    route: "route" in content ? content.route : undefined,
    to: "to" in content ? content.to : undefined,
    event: eventOf(content),
    reason,
    reasonClass,
    fingerprint,
    attempts: "failures" in content ? content.failures + 1 : attempts,
    firstAt: new Date(firstAt).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
    build,
    stack,
  };
}

/** What was to be sent, handled or planned. Pure. */
export function dataOf(content: AnyContent): unknown {
  if ("json" in content) return parsedOrText(content.json);
  if ("ask" in content) return { ask: content.ask };
  if ("callback" in content) return parsedOrText(content.callback.body);
  if (!isDelivery(content)) return content.event;
  return content.channel === "handler" ? content.event : content.data;
}

function parsedOrText(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}
