import type { BusEvent } from "../define/event.ts";
import type { AnyTopic } from "../define/topic.ts";
import { lookAt } from "../vault/look.ts";
import type { AnyContent } from "./any-content.ts";

/**
 * The personal values of the event that a job carries whole, as a handler's does: its code may have put them into what it said. Pure.
 * Empty where the job has no more than a reference to the event.
 */
export function personalIn(topic: AnyTopic | undefined, content: AnyContent): readonly string[] {
  if (topic?.marks === undefined || !("event" in content)) return [];
  const { event } = content;
  return event !== undefined && "data" in event ? lookAt(topic, event as BusEvent).personal : [];
}
