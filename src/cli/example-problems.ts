import { messageOf } from "../base/errors.ts";
import { isSubscriber, type Subscriber, subscriberTitle } from "../define/subscriber.ts";
import { plan } from "../router/plan.ts";
import { eventOf } from "../testing/event-of.ts";

/**
 * What every subscriber would make of the examples of its topics, as far as it is wrong: code that throws, data that does not fit its
 * template, a recipient that is no address. Nothing is sent, no audience is asked and no handler runs.
 */
export function exampleProblems(subscribers: readonly unknown[]): string[] {
  return subscribers.filter(isSubscriber).flatMap(problemsOf);
}

function problemsOf(subscriber: Subscriber): string[] {
  return subscriber.topics
    .filter(({ example }) => example !== undefined)
    .flatMap((topic) => {
      try {
        const { deliveries } = plan(subscriber, eventOf(topic), { application: "check" });
        return deliveries.flatMap(({ route, refusal }) =>
          refusal === undefined ? [] : [`${subscriberTitle(subscriber)}, route "${route}": of the example of ${topic.name}, ${refusal}`],
        );
      } catch (error) {
        return [`${messageOf(error)} (the example of ${topic.name})`];
      }
    });
}
