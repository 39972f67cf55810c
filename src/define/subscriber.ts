import type * as z from "zod";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { AnyRoute } from "./route.ts";
import { type ChannelBuilders, channelBuilders } from "./channels.ts";
import type { BusEvent } from "./event.ts";
import { policyProblems, type PolicyOptions } from "./policy.ts";
import { type AnyTopic, isTopic, namePattern, type Topic } from "./topic.ts";

/** The event of a topic, as `to`, `when` and `data` receive it. */
export type EventOf<T> = T extends Topic<infer Name, infer S> ? BusEvent<Name, z.output<S>> : never;

export interface SubscriberOptions<T extends AnyTopic> extends PolicyOptions {
  /** Its identity: position, deliveries and figures hang on it. */
  readonly name: string;
  /** One sentence for people. */
  readonly description?: string;
  /** The routes, built with the channel builders it is given. Called once, at definition. */
  readonly deliver: (channels: ChannelBuilders<EventOf<T>>) => readonly AnyRoute[];
}

/** What happens on a topic: one plain, printable object. Made by {@link defineSubscriber}. */
export interface Subscriber extends PolicyOptions {
  readonly kind: "subscriber";
  readonly name: string;
  readonly description: string | undefined;
  readonly topics: readonly AnyTopic[];
  readonly routes: readonly AnyRoute[];
}

/**
 * Defines a subscriber: the default export of a file in `subscribers/`.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function defineSubscriber<const T extends AnyTopic>(topic: T, options: SubscriberOptions<T>): Subscriber {
  const problems: string[] = [];
  if (!isTopic(topic)) problems.push("its first argument is no topic: import one that defineTopic made");
  if (typeof options?.name !== "string" || !namePattern.test(options.name))
    problems.push(`its name ${JSON.stringify(options?.name)} must be lower case, such as "order-confirmation"`);
  problems.push(...policyProblems(options ?? {}));
  const routes = callDeliver(options, problems);
  routes.forEach((route, index) =>
    problems.push(...routeProblems(route).map((problem) => `route ${route?.name ?? index + 1}: ${problem}`)),
  );
  for (const name of repeated(routes.map((route) => route?.name)))
    problems.push(`two routes are called "${name}": give each a name of its own`);
  if (problems.length > 0)
    throw new BusbarError("INVALID_DEFINITION", `Subscriber ${JSON.stringify(options?.name)} cannot be used:`, { problems });
  const { name, description, priority, retry } = options;
  return { kind: "subscriber", name, description, topics: [topic], routes, priority, retry };
}

export function isSubscriber(value: unknown): value is Subscriber {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "subscriber";
}

function callDeliver(options: { deliver?: unknown } | undefined, problems: string[]): readonly AnyRoute[] {
  if (typeof options?.deliver !== "function") {
    problems.push("it has no deliver function");
    return [];
  }
  try {
    const routes: unknown = options.deliver(channelBuilders);
    if (Array.isArray(routes) && routes.length > 0) return routes as AnyRoute[];
    problems.push("deliver must return a list with at least one route, such as [email({ … })]");
  } catch (error) {
    problems.push(`deliver threw: ${messageOf(error)}`);
  }
  return [];
}

function routeProblems(route: AnyRoute | undefined): string[] {
  if (route?.kind !== "route") return ["it was not made by a channel builder"];
  const problems = policyProblems(route);
  if (!namePattern.test(route.name)) problems.push(`its name ${JSON.stringify(route.name)} must be lower case`);
  if (typeof route.to !== "function") problems.push("to must be a function that returns the recipient");
  if (typeof route.data !== "function") problems.push("data must be a function that returns the template's data");
  if (route.when !== undefined && typeof route.when !== "function") problems.push("when must be a function that returns true or false");
  if (route.template?.kind !== "template") problems.push("template is no template: import one that emailTemplate made");
  else if (route.template.channel !== (route.channel as string))
    problems.push(`template "${route.template.name}" is for ${route.template.channel}, not ${route.channel}`);
  return problems;
}

/** The values that a list holds more than once. */
export function repeated<T>(values: readonly T[]): T[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
