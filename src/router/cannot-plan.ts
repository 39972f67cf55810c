import { BusbarError, messageOf } from "../base/errors.ts";
import type { AnyRoute } from "../define/route.ts";
import { type Subscriber, subscriberTitle } from "../define/subscriber.ts";

/**
 * Runs a part of planning that may throw, and says where.
 * @param part the option that the code stands in
 */
export function attempt<Result>(subscriber: Subscriber, route: AnyRoute | undefined, work: () => Result, part?: string): Result {
  try {
    return work();
  } catch (error) {
    throw cannotPlan(subscriber, route, part === undefined ? messageOf(error) : `${part} threw: ${messageOf(error)}`, error);
  }
}

/** Says which file, subscriber, route and field an event could not be planned for. */
export function cannotPlan(subscriber: Subscriber, route: AnyRoute | undefined, problem: string, cause?: unknown): BusbarError {
  // A promise that nobody waits for must not end the process when it rejects.
  if (cause instanceof Promise) cause.catch(() => undefined);
  const place = route === undefined ? subscriberTitle(subscriber) : `${subscriberTitle(subscriber)}, route "${route.name}"`;
  return new BusbarError("CANNOT_PLAN", `${place}: ${problem}`, cause instanceof Promise ? {} : { cause });
}
