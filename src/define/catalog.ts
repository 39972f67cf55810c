import { BusbarError } from "../base/errors.ts";
import type { AnyRoute } from "./route.ts";
import { isSubscriber, repeated, type Subscriber } from "./subscriber.ts";
import { type AnyTopic, exportName, isTopic } from "./topic.ts";

/** All topics of an application by the name of their export, as `topics/index.ts` gives them. */
export type Topics = Readonly<Record<string, AnyTopic>>;

/** Everything an application defines, checked as a whole. */
export interface Catalog {
  readonly topics: readonly AnyTopic[];
  readonly subscribers: readonly Subscriber[];
  topic(name: string): AnyTopic | undefined;
  subscriber(name: string): Subscriber | undefined;
  route(subscriber: string, route: string): AnyRoute | undefined;
}

/** Everything wrong with a barrel of topics, one sentence each. */
export function topicsProblems(topics: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  for (const [key, topic] of Object.entries(topics)) {
    if (!isTopic(topic)) problems.push(`topics: the export "${key}" is no topic: topics/index.ts exports only what defineTopic made`);
    else if (exportName(topic.name) !== key)
      problems.push(`topics: "${topic.name}" is exported as "${key}": rename the export to "${exportName(topic.name)}"`);
  }
  const names = Object.values(topics).flatMap((topic) => (isTopic(topic) ? [topic.name] : []));
  for (const name of repeated(names)) problems.push(`topics: "${name}" is defined twice`);
  return problems;
}

/** Everything wrong with a list of subscribers in the light of the topics, one sentence each. */
export function subscribersProblems(topics: Topics, subscribers: readonly unknown[]): string[] {
  const problems = subscribers.flatMap((subscriber, index) =>
    isSubscriber(subscriber) ? [] : [`subscribers[${index}] is no subscriber: pass what defineSubscriber made`],
  );
  const known = subscribers.filter(isSubscriber);
  for (const name of repeated(known.map((subscriber) => subscriber.name)))
    problems.push(`two subscribers are called "${name}": give each a name of its own`);
  for (const { name, topics: listened } of known) {
    for (const topic of listened) {
      if (!Object.values(topics).includes(topic))
        problems.push(`subscriber "${name}" listens to "${topic.name}", which topics/index.ts does not export`);
    }
  }
  return problems;
}

/**
 * Puts topics and subscribers together.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function catalogOf(topics: Topics, subscribers: readonly Subscriber[]): Catalog {
  const problems = [...topicsProblems(topics), ...subscribersProblems(topics, subscribers)];
  if (problems.length > 0)
    throw new BusbarError("INVALID_DEFINITION", "The application's topics and subscribers do not fit together:", { problems });
  const topicByName = new Map(Object.values(topics).map((topic) => [topic.name, topic]));
  const subscriberByName = new Map(subscribers.map((subscriber) => [subscriber.name, subscriber]));
  return {
    topics: [...topicByName.values()],
    subscribers,
    topic: (name) => topicByName.get(name),
    subscriber: (name) => subscriberByName.get(name),
    route: (subscriber, route) => subscriberByName.get(subscriber)?.routes.find((candidate) => candidate.name === route),
  };
}

/** The known name that is most like a mistyped one, if any is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0] && ranked[0].distance <= Math.max(2, name.length / 3) ? ranked[0].candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
