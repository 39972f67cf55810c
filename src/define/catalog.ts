import { BusbarError } from "../base/errors.ts";
import type { AnyRoute } from "./route.ts";
import type { Schedule } from "./schedule.ts";
import { repeated } from "./names.ts";
import { isSubscriber, type Subscriber, subscriberTitle } from "./subscriber.ts";
import { type AnyTopic, exportName, isTopic } from "./topic.ts";

/** All topics of an application by the name of their export, as `topics/index.ts` gives them. */
export type Topics = Readonly<Record<string, AnyTopic>>;

/** Everything an application defines, checked as a whole. */
export interface Catalog {
  readonly topics: readonly AnyTopic[];
  readonly subscribers: readonly Subscriber[];
  readonly schedules: readonly Schedule[];
  topic(name: string): AnyTopic | undefined;
  /** By its oldest name, which jobs and groups carry, else by its name. */
  subscriber(name: string): Subscriber | undefined;
  /** Both by their oldest names, as a delivery carries them. */
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
    problems.push(
      `two subscribers are called "${name}"${filesOf(known.filter((each) => each.name === name))}: give each a name of its own`,
    );
  for (const identity of repeated(known.map((subscriber) => subscriber.identity))) {
    const sharing = known.filter((each) => each.identity === identity);
    if (new Set(sharing.map(({ name }) => name)).size > 1)
      problems.push(
        `${sharing.map(({ name }) => `"${name}"`).join(" and ")} have the oldest name "${identity}"${filesOf(sharing)}: only one of them can go on with its position`,
      );
  }
  for (const subscriber of known) {
    for (const topic of subscriber.topics) {
      if (!Object.values(topics).includes(topic))
        problems.push(`${subscriberTitle(subscriber)} listens to "${topic.name}", which topics/index.ts does not export`);
    }
  }
  return problems;
}

function filesOf(subscribers: readonly Subscriber[]): string {
  const files = subscribers.flatMap(({ file }) => (file === undefined ? [] : [file]));
  return files.length === 0 ? "" : ` (${files.join(", ")})`;
}

/**
 * Puts topics, subscribers and schedules together.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function catalogOf(topics: Topics, subscribers: readonly Subscriber[], schedules: readonly Schedule[] = []): Catalog {
  const problems = [...topicsProblems(topics), ...subscribersProblems(topics, subscribers)];
  if (problems.length > 0)
    throw new BusbarError("INVALID_DEFINITION", "The application's topics and subscribers do not fit together:", { problems });
  const topicByName = new Map(Object.values(topics).map((topic) => [topic.name, topic]));
  const byName = new Map(subscribers.map((subscriber) => [subscriber.name, subscriber]));
  const byIdentity = new Map(subscribers.map((subscriber) => [subscriber.identity, subscriber]));
  const subscriberOf = (name: string): Subscriber | undefined => byIdentity.get(name) ?? byName.get(name);
  return {
    topics: [...topicByName.values()],
    subscribers,
    schedules,
    topic: (name) => topicByName.get(name),
    subscriber: subscriberOf,
    route: (subscriber, route) => subscriberOf(subscriber)?.routes.find(({ identity }) => identity === route),
  };
}
