import type * as z from "zod";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Pattern, SharedPattern } from "../filter/pattern.ts";
import { type ParsedPattern, parsePattern } from "../filter/parse.ts";
import { filterProblems } from "./filter-problems.ts";
import { type ChannelBuilders, channelBuilders } from "./channels.ts";
import type { BusEvent } from "./event.ts";
import { type Branch, firstOfProblems, isFirstOf, routesOf } from "./first-of.ts";
import { namePattern, repeated, unknownOptions } from "./names.ts";
import { policyProblems, type PolicyOptions } from "./policy.ts";
import { type ReplayOption, replayWordProblems } from "./replay-word.ts";
import { routeProblems } from "./route-problems.ts";
import type { AnyRoute } from "./route.ts";
import { type AnyTopic, isTopic } from "./topic.ts";
import { secretPaths } from "./topic-marks.ts";

/** The event of a topic, or of one of several, as `to`, `when` and `data` receive it. */
export type EventOf<T> = T extends readonly (infer Each)[]
  ? EventOf<Each>
  : T extends { readonly name: infer Name extends string; readonly schema: infer S extends z.ZodType }
    ? BusEvent<Name, z.output<S>>
    : never;

/** What a filter of a topic may say; of several topics, of what they share. */
export type FilterOf<T> = T extends readonly { readonly schema: infer S extends z.ZodType }[]
  ? SharedPattern<z.output<S>>
  : T extends { readonly schema: infer S extends z.ZodType }
    ? Pattern<z.output<S>>
    : never;

export interface SubscriberOptions<T> extends PolicyOptions, ReplayOption {
  /** Its identity: position, deliveries and figures hang on it. */
  readonly name: string;
  /** Its oldest name, when it was renamed: it keeps its position and its deliveries' ids. */
  readonly formerly?: string;
  /** One sentence for people. */
  readonly description?: string;
  /** Only events whose payload matches this EventBridge pattern reach the routes. Default: all. */
  readonly filter?: FilterOf<T>;
  /** The routes, built with the channel builders it is given, and perhaps joined by `firstOf`. Called once, at definition. */
  readonly deliver: (channels: ChannelBuilders<EventOf<T>>) => readonly Branch[];
}

/** What happens on a topic: one plain, printable object. Made by {@link defineSubscriber}. */
export interface Subscriber extends PolicyOptions, ReplayOption {
  readonly kind: "subscriber";
  readonly name: string;
  /** Its oldest name: group, jobs and ids are called after it. */
  readonly identity: string;
  readonly description: string | undefined;
  readonly topics: readonly AnyTopic[];
  readonly filter: ParsedPattern | undefined;
  /** What `deliver` returned: routes, and those that are joined by `firstOf`. */
  readonly branches: readonly Branch[];
  /** All its routes, those in a `firstOf` too. */
  readonly routes: readonly AnyRoute[];
  /** The file that it was loaded from, for messages. */
  readonly file?: string;
}

/** How a subscriber is called in messages: with its file, where that is known. */
export function subscriberTitle({ name, file }: Pick<Subscriber, "name" | "file">): string {
  return file === undefined ? `subscriber "${name}"` : `${file}: subscriber "${name}"`;
}

const optionNames = [
  "name",
  "formerly",
  "description",
  "filter",
  "deliver",
  "priority",
  "retry",
  "delay",
  "expiresIn",
  "onUnknown",
  "replay",
];

/**
 * Defines a subscriber: the default export of a file in `subscribers/`.
 * @param topics the topic that it listens to, or a list of them
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function defineSubscriber<const T extends AnyTopic | readonly AnyTopic[]>(topics: T, options: SubscriberOptions<T>): Subscriber {
  const { name, formerly, description, filter, priority, retry, delay, expiresIn, onUnknown, replay } = options ?? {};
  const listened: readonly AnyTopic[] = Array.isArray(topics) ? topics : [topics];
  const problems = [...topicProblems(listened), ...unknownOptions(options, optionNames)];
  if (typeof name !== "string" || !namePattern.test(name))
    problems.push(`its name ${JSON.stringify(name)} must be lower case, such as "order-confirmation"`);
  if (formerly !== undefined && !(typeof formerly === "string" && namePattern.test(formerly)))
    problems.push(`formerly ${JSON.stringify(formerly)} must be one of its older names`);
  if (description !== undefined && typeof description !== "string") problems.push("description must be text");
  problems.push(...policyProblems(options ?? {}), ...replayWordProblems(options ?? {}));
  const parsed = filter === undefined ? undefined : parsePattern(filter);
  if (parsed !== undefined && "problems" in parsed) problems.push(...parsed.problems.map((problem) => `filter: ${problem}`));
  const readable = parsed && ("problems" in parsed ? parsed.readable : parsed.matcher);
  if (readable !== undefined && listened.every(isTopic))
    problems.push(...filterProblems(readable, listened).map((problem) => `filter: ${problem}`));
  const branches = callDeliver(options, problems);
  const routes = routesOf(branches);
  branches.forEach((branch, index) => problems.push(...branchProblems(branch, index)));
  if (listened.every(isTopic)) problems.push(...routes.flatMap((route) => unsaidSecrets(route, listened)));
  problems.push(...nameClashes(routes.filter((route) => route?.kind === "route")));
  if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", `Subscriber ${JSON.stringify(name)} cannot be used:`, { problems });
  return {
    kind: "subscriber",
    name,
    identity: formerly ?? name,
    description,
    topics: listened,
    filter: parsed !== undefined && "matcher" in parsed ? parsed.matcher : undefined,
    branches,
    routes,
    priority,
    retry,
    delay,
    expiresIn,
    onUnknown,
    replay,
  };
}

export function isSubscriber(value: unknown): value is Subscriber {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "subscriber";
}

/** A body that nobody wrote down must not give a secret away. */
function unsaidSecrets(route: AnyRoute | undefined, topics: readonly AnyTopic[]): string[] {
  if (route?.channel !== "webhook" || route.data !== undefined) return [];
  return topics.flatMap(({ name, marks, version }) => {
    const place = marks?.places[version - 1];
    const secrets = place === undefined ? [] : secretPaths(place);
    if (secrets.length === 0) return [];
    return [
      `route ${route.name}: without data the whole event is posted, and ${secrets.join(", ")} of ${name} is secret(): say what the receiver gets, as in data: ({ data }) => ({ … }), or data: (event) => event where it is to get the secrets too`,
    ];
  });
}

function branchProblems(branch: Branch, index: number): string[] {
  if (!isFirstOf(branch)) return routeProblems(branch).map((problem) => `route ${branch?.name ?? index + 1}: ${problem}`);
  return [
    ...firstOfProblems(branch).map((problem) => `firstOf(${branch.steps.map(({ name }) => name).join(", ")}): ${problem}`),
    ...branch.steps.flatMap((step) => routeProblems(step, { inFirstOf: true }).map((problem) => `route ${step.name}: ${problem}`)),
  ];
}

function nameClashes(routes: readonly AnyRoute[]): string[] {
  const names = repeated(routes.map(({ name }) => name));
  const identities = repeated(routes.map(({ identity }) => identity)).filter((identity) => !names.includes(identity));
  return [
    ...names.map((name) => `two routes are called "${name}": give each a name of its own`),
    ...identities.map((identity) => `two routes have the oldest name "${identity}": a route's formerly must be its own`),
  ];
}

function topicProblems(topics: readonly unknown[]): string[] {
  if (topics.length === 0) return ["its first argument is an empty list: give it the topics that it listens to"];
  const problems = topics.some((topic) => !isTopic(topic)) ? ["its first argument is no topic: import one that defineTopic made"] : [];
  for (const { name } of repeated(topics.filter(isTopic))) problems.push(`it listens to "${name}" twice`);
  return problems;
}

function callDeliver(options: { deliver?: unknown } | undefined, problems: string[]): readonly Branch[] {
  if (typeof options?.deliver !== "function") {
    problems.push("it has no deliver function");
    return [];
  }
  try {
    const routes: unknown = options.deliver(channelBuilders);
    if (Array.isArray(routes) && routes.length > 0) return routes as Branch[];
    const advice = routes instanceof Promise ? "not async" : "a list with at least one route, such as [email({ … })]";
    problems.push(
      routes instanceof Promise ? `deliver must be ${advice}: it is called once, at definition` : `deliver must return ${advice}`,
    );
  } catch (error) {
    problems.push(`deliver threw: ${messageOf(error)}`);
  }
  return [];
}
