import type { SubscriberPosition } from "../bus/positions.ts";
import { nearestName } from "../define/names.ts";
import type { TypedLetterFilter } from "./letter-filter.ts";
import type { OperatedBus } from "./operated-bus.ts";
import { oneLine } from "./visible.ts";

/** What of a filter that means no dead letter nobody here is called. One that was removed may have had letters: that is no error. */
export async function namesNobodyHas({ subscribers }: Pick<OperatedBus, "subscribers">, typed: TypedLetterFilter): Promise<string[]> {
  if (typed.subscriber === undefined && typed.topic === undefined) return [];
  // An API key may well be allowed to operate and not to look: what was asked is answered all the same.
  return strangerLines(typed, await subscribers.list().catch(() => undefined));
}

/** Pure. */
export function strangerLines(
  { subscriber, topic }: Pick<TypedLetterFilter, "subscriber" | "topic">,
  known: readonly Pick<SubscriberPosition, "name" | "topics">[] | undefined,
): string[] {
  if (known === undefined) return [];
  const names = known.map(({ name }) => name);
  const topics = known.flatMap((one) => one.topics);
  return [
    ...strangerLine("No subscriber is called", subscriber, names),
    ...strangerLine("No subscriber listens to a topic", topic, topics),
  ];
}

function strangerLine(what: string, name: string | undefined, known: readonly string[]): string[] {
  if (name === undefined || known.includes(name)) return [];
  const near = nearestName(name, known);
  return [oneLine(`${what} ${JSON.stringify(name)} here${near === undefined ? "." : `: did you mean ${JSON.stringify(near)}?`}`)];
}
