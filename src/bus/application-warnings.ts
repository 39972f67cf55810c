import { milliseconds } from "../base/duration.ts";
import { hasHole } from "../channels/email-content.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { EmailTemplate } from "../define/email-template.ts";
import { nearest, type PolicyOptions } from "../define/policy.ts";
import { filterWarnings } from "../define/filter-warnings.ts";
import { categoryOf, isMessageRoute } from "../define/route.ts";
import { type Subscriber, subscriberTitle } from "../define/subscriber.ts";
import { type AnyTopic, exportName } from "../define/topic.ts";
import type { TopicInFile } from "./load/load-topics.ts";
import type { TemplateInFile } from "./load/template-files.ts";

/** The parts of an application, as far as they could be loaded. */
export interface ApplicationParts {
  readonly topics: readonly AnyTopic[];
  /** Where topics are defined, for those of which that is known. */
  readonly files: readonly TopicInFile[];
  readonly subscribers: readonly Subscriber[];
  /** True: files of subscribers could not be loaded, so that nobody knows what they listen to. Default false. */
  readonly someUnread?: boolean;
  readonly templates: readonly TemplateInFile[];
  /** The channels' own option words. */
  readonly channels: Readonly<Partial<Record<ChannelName, PolicyOptions>>>;
}

/** What is no fault, and what an author would still want to know: one sentence each, beginning with the file. Pure. */
export function applicationWarnings(parts: ApplicationParts): string[] {
  return [...unheard(parts), ...forgotten(parts), ...oddFilters(parts), ...withoutExample(parts), ...withoutWayOut(parts)];
}

function unheard({ topics, files, subscribers, someUnread = false }: ApplicationParts): string[] {
  if (someUnread) return [];
  const heard = new Set(subscribers.flatMap((subscriber) => subscriber.topics.map(({ name }) => name)));
  return topics
    .filter(({ name }) => !heard.has(name))
    .map(
      (topic) => `${topicFile(topic, files)}: nobody listens to "${topic.name}": run busbar new subscriber <name> --topic ${topic.name}`,
    );
}

/** A delivery needs no log any more, but who looks into it, or replays its event, does. */
function forgotten({ subscribers, channels }: ApplicationParts): string[] {
  return subscribers.flatMap((subscriber) =>
    subscriber.routes.flatMap((route) => {
      const delay = milliseconds(nearest("delay", [channels[route.channel], subscriber, { delay: route.delay } as PolicyOptions]) ?? 0);
      const short = subscriber.topics.filter(({ retain }) => retain < delay);
      return short.map(
        ({ name, retain }) =>
          `${subscriber.file ?? `subscriber "${subscriber.name}"`}: its route ${route.name} waits ${days(delay)}, but "${name}" keeps its events for ${days(retain)}: raise retain there`,
      );
    }),
  );
}

function oddFilters({ subscribers }: ApplicationParts): string[] {
  return subscribers.flatMap((subscriber) => {
    const { filter, topics } = subscriber;
    const odd = filter === undefined ? [] : filterWarnings(filter, topics);
    return odd.map((warning) => `${subscriberTitle(subscriber)}: filter: ${warning}`);
  });
}

function withoutExample({ templates }: ApplicationParts): string[] {
  return templates
    .filter(({ template }) => template.example === undefined)
    .map(
      ({ template: { name, channel }, file }) =>
        `${file === undefined ? "" : `${file}: `}${channel} template "${name}" has no example: busbar preview cannot show it`,
    );
}

/** Not every mail program has a button for the header. */
function withoutWayOut({ subscribers, templates }: ApplicationParts): string[] {
  const routes = subscribers.flatMap((subscriber) => subscriber.routes).filter(isMessageRoute);
  return routes.flatMap((route) => {
    const category = categoryOf(route);
    if (route.channel !== "email" || category === undefined) return [];
    const template = route.template as EmailTemplate;
    if (hasHole(template, "unsubscribeUrl") || hasHole(template, "preferencesUrl")) return [];
    const file = templates.find((each) => each.template === template)?.file;
    return [
      `${file === undefined ? "" : `${file}: `}email template "${template.name}" is sent as ${category} and shows no way out: put a link to {{unsubscribeUrl}} into it`,
    ];
  });
}

function topicFile(topic: AnyTopic, files: readonly TopicInFile[]): string {
  return files.find((each) => each.topic === topic)?.file ?? `topics: ${exportName(topic.name)}`;
}

function days(duration: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const;
  const [unit, size] = units.find(([, each]) => duration >= each && duration % each === 0) ?? ["ms", 1];
  return `${duration / size}${unit}`;
}
