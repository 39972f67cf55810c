import { join } from "node:path";
import type { TopicInFile } from "../../bus/load/load-topics.ts";
import type { TemplateInFile } from "../../bus/load/template-files.ts";
import { type ChannelName, channelNames, type TemplateChannel } from "../../define/channel-name.ts";
import { nearestName } from "../../define/names.ts";
import type { Subscriber } from "../../define/subscriber.ts";
import type { AnyTopic } from "../../define/topic.ts";
import { UsageError } from "../usage-error.ts";
import { checkSubscriberName } from "./names.ts";
import { freeTestFile, type Project } from "./project.ts";
import { subscriberParts, type SubscriberParts, subscriberTestText, subscriberText, templateNames } from "./subscriber-file.ts";
import { templateText } from "./template-file.ts";
import type { Scaffold } from "./write.ts";

export interface NewSubscriber {
  readonly name: string;
  readonly topic: string;
  readonly channel: string;
}

/** What the new one must fit to. */
export interface Surroundings {
  readonly project: Project;
  readonly topics: readonly TopicInFile[];
  /** All topics, also those that no file of `topics/` defines. */
  readonly known: readonly AnyTopic[];
  readonly subscribers: readonly Subscriber[];
  readonly templates: readonly TemplateInFile[];
}

/**
 * The files of a new subscriber.
 * @throws UsageError when its name cannot be used or is taken, or there is no such topic or channel
 */
export function newSubscriberFiles({ name, ...wanted }: NewSubscriber, around: Surroundings): Scaffold {
  const { project } = around;
  checkSubscriberName(name);
  const channel = channelNamed(wanted.channel);
  const { topic, exported, file } = topicNamed(wanted.topic, around);
  refuseTaken(name, channel, around);

  const parts = subscriberParts({ name, channel, topic, exported });
  const { ending } = project;
  const subscriberFile = join(project.subscribers, `${name}${ending}`);
  const topicFile = join(project.root, file);
  const templateFile = usesTemplate(parts) ? join(project.subscribers, "_templates", `${templateNames(parts).file}${ending}`) : undefined;
  const test = freeTestFile(project, { name, kind: "subscriber", beside: project.topics });
  return {
    files: [
      {
        path: subscriberFile,
        text: subscriberText(parts, {
          product: project.product(subscriberFile),
          topicFile: project.specifier(subscriberFile, topicFile),
          templateFile: templateFile === undefined ? undefined : project.specifier(subscriberFile, templateFile),
        }),
      },
      ...(templateFile !== undefined && usesTemplate(parts)
        ? [{ path: templateFile, text: templateText(parts, project.product(templateFile)) }]
        : []),
      {
        path: test,
        text: subscriberTestText(parts, {
          testing: project.product(test, "testing"),
          subscriberFile: project.specifier(test, subscriberFile),
          topicFile: project.specifier(test, topicFile),
        }),
      },
    ],
    changes: [],
    next: nextSteps(parts, { subscriber: project.name(subscriberFile), template: templateFile && project.name(templateFile) }),
  };
}

function nextSteps(
  { name, channel, to }: SubscriberParts,
  files: { readonly subscriber: string; readonly template: string | undefined },
): string[] {
  return [
    ...(to.isPlaceholder ? [`put into ${files.subscriber} who gets it: the payload names no recipient`] : []),
    ...(channel === "handler" ? [`put into ${files.subscriber} what it does`] : []),
    ...(files.template === undefined ? [] : [`put into ${files.template} what it says, and look at it: busbar preview ${name}`]),
  ];
}

function usesTemplate(parts: SubscriberParts): parts is SubscriberParts & { readonly channel: TemplateChannel } {
  return parts.channel !== "handler" && parts.channel !== "webhook";
}

function channelNamed(name: string): ChannelName {
  const channel = channelNames.find((each) => each === name);
  if (channel !== undefined) return channel;
  throw new UsageError(`--channel ${JSON.stringify(name)} is none of ${channelNames.join(", ")}${meant(name, channelNames)}`);
}

function topicNamed(name: string, { topics, known }: Surroundings): TopicInFile {
  const found = topics.find(({ topic }) => topic.name === name);
  if (found !== undefined) return found;
  if (known.some((topic) => topic.name === name))
    throw new UsageError(
      `the topic "${name}" is not defined in the folder topics/, so it is not known where to import it from: move it there`,
    );
  const names = topics.map(({ topic }) => topic.name);
  throw new UsageError(`no topic is called ${JSON.stringify(name)}${meant(name, names) || ": busbar new topic <name> writes one"}`);
}

function refuseTaken(name: string, channel: ChannelName, { subscribers, templates }: Surroundings): void {
  const subscriber = subscribers.find((each) => each.name === name || each.identity === name);
  if (subscriber !== undefined)
    throw new UsageError(
      `${subscriber.file ?? "another subscriber"} has the name "${name}"${subscriber.name === name ? "" : " from before it was renamed"}: take another one`,
    );
  const template = templates.find(({ template: each }) => each.channel === channel && each.name === name);
  if (template !== undefined)
    throw new UsageError(
      `${template.file ?? "a subscriber"} defines the ${channel} template "${name}", and this subscriber's would be called so too: take another name`,
    );
}

function meant(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return near === undefined ? "" : `: did you mean ${JSON.stringify(near)}?`;
}
