import { checkAddress } from "../../define/address.ts";
import type { ChannelName } from "../../define/channel-name.ts";
import type { AnyTopic } from "../../define/topic.ts";
import { importLines, quoted } from "./code.ts";
import { camelCase } from "./names.ts";
import { addressOf, subjectOf } from "./payload.ts";

/** What the files of a new subscriber are made of. */
export interface SubscriberParts {
  readonly name: string;
  readonly channel: ChannelName;
  readonly topic: AnyTopic;
  /** The topic's export. */
  readonly exported: string;
  /** The field of the template's data, which says what it is about. */
  readonly field: string;
  /** The value of that field for the topic's example. */
  readonly value: string;
  /** The code that gets it from the example's `data`; undefined where that has none. */
  readonly valueInExample: string | undefined;
  /** The code that gets it from `data`; undefined where the payload has no such thing, and it is the event's id. */
  readonly code: string | undefined;
  /** The code of the recipient, and who that is for the topic's example; `inExample`: the code that gets him from its `data`, where he stands there. */
  readonly to: {
    readonly code: string;
    readonly address: string;
    readonly inExample: string | undefined;
    readonly isPlaceholder: boolean;
  };
}

export interface SubscriberSource {
  readonly name: string;
  readonly channel: ChannelName;
  readonly topic: AnyTopic;
  readonly exported: string;
}

const placeholders: Readonly<Record<Exclude<ChannelName, "handler">, string>> = {
  email: "someone@example.com",
  sms: "+15555550100",
  whatsapp: "+15555550100",
  push: "the-token-of-a-device",
  webhook: "https://example.com/hooks",
};

export function subscriberParts({ name, channel, topic, exported }: SubscriberSource): SubscriberParts {
  const subject = subjectOf(topic);
  const found = channel === "handler" ? undefined : addressOf(topic, channel);
  const fixed = channel === "handler" ? name : placeholders[channel];
  const checked = checkAddress(channel, found?.example ?? fixed);
  return {
    name,
    channel,
    topic,
    exported,
    field: subject?.name ?? "eventId",
    value: subject === undefined ? "evt_1" : (subject.example ?? `${subject.name}-1001`),
    valueInExample: subject?.example === undefined ? undefined : subject.code,
    code: subject?.code,
    to: {
      code: found === undefined ? `() => ${quoted(fixed)}` : `({ data }) => ${found.code}`,
      address: "address" in checked ? checked.address : fixed,
      inExample: found?.example !== undefined && "address" in checked && checked.address === found.example ? found.code : undefined,
      isPlaceholder: found === undefined && channel !== "handler",
    },
  };
}

/** The export of a subscriber's template, and the name of its file. */
export function templateNames({ name, channel }: Pick<SubscriberParts, "name" | "channel">): {
  readonly exported: string;
  readonly file: string;
} {
  const file = name.endsWith(`-${channel}`) ? name : `${name}-${channel}`;
  return { exported: camelCase(file), file };
}

export interface SubscriberImports {
  readonly product: string;
  readonly topicFile: string;
  /** Undefined for channels without templates. */
  readonly templateFile: string | undefined;
}

export function subscriberText(parts: SubscriberParts, { product, topicFile, templateFile }: SubscriberImports): string {
  const { name, channel, topic, exported } = parts;
  const template = templateNames(parts).exported;
  return `${importLines([
    ["{ defineSubscriber }", product],
    [`{ ${exported} }`, topicFile],
    ...(templateFile === undefined ? [] : [[`{ ${template} }`, templateFile] as const]),
  ])}
export default defineSubscriber(${exported}, {
  name: "${name}",
  description: "${descriptions[channel]} on ${topic.name}.",
  deliver: ({ ${channel} }) => [
    ${channel}({
${routeLines(parts, template)
  .map((line) => `      ${line}\n`)
  .join("")}    }),
  ],
});
`;
}

const descriptions: Readonly<Record<ChannelName, string>> = {
  email: "Sends an e-mail",
  sms: "Sends an SMS",
  whatsapp: "Sends a WhatsApp message",
  push: "Sends a push notification",
  webhook: "Posts the event to a webhook",
  handler: "Does something",
};

function routeLines({ channel, topic, field, code, to }: SubscriberParts, template: string): string[] {
  if (channel === "handler") {
    const facts = ["event: event.id", ...(code === undefined ? [] : [`${field}: event.${code}`])];
    return [
      "// It may be called more than once for one event: make it repeatable.",
      "handle: async (event, { log }) => {",
      `  log.info({ ${facts.join(", ")} }, "${topic.name}");`,
      "},",
    ];
  }
  const data = code === undefined ? `({ id }) => ({ ${field}: id })` : `({ data }) => ({ ${field}: ${code} })`;
  return [
    ...(to.isPlaceholder ? ["// The payload names no recipient: put in who gets it."] : []),
    `to: ${to.code},`,
    ...(channel === "webhook" ? [] : [`template: ${template},`, `data: ${data},`]),
  ];
}

export interface SubscriberTestImports {
  readonly testing: string;
  readonly subscriberFile: string;
  readonly topicFile: string;
}

export function subscriberTestText(parts: SubscriberParts, { testing, subscriberFile, topicFile }: SubscriberTestImports): string {
  const { name, channel, topic, exported, field, value, to } = parts;
  const imports = (kit: readonly (readonly [string, string])[]): string =>
    importLines([["{ expect, it }", "vitest"], ...kit, ["subscriber", subscriberFile], [`{ ${exported} }`, topicFile]]);
  if (topic.example === undefined)
    return `${imports([])}
// Give ${topic.name} an example, and plan(subscriber, eventOf(${exported})) of the test kit says what this makes of it.
it("${name} listens to ${topic.name}", () => {
  expect(subscriber.topics).toContain(${exported});
});
`;
  const withTemplate = channel !== "handler" && channel !== "webhook";
  // What the example has is read from it: whoever edits that has not broken anything.
  const address = to.inExample ?? quoted(to.address);
  const content = withTemplate ? `    data: { ${field}: ${parts.valueInExample ?? quoted(value)} },\n` : "";
  const readsExample = to.inExample !== undefined || (withTemplate && parts.valueInExample !== undefined);
  const event = readsExample ? "event" : `eventOf(${exported})`;
  return `${imports([["{ eventOf, plan }", testing]])}
it("${name} plans one delivery for the example of ${topic.name}", () => {
${readsExample ? `  const event = eventOf(${exported});\n  const { data } = event;\n` : ""}  const [delivery, ...others] = plan(subscriber, ${event}).deliveries;
  expect(others).toEqual([]);
  expect(delivery).toMatchObject({
    channel: "${channel}",
    to: ${address},
${content}  });
});
`;
}
