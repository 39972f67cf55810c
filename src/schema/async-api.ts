import { busbarVersion } from "../base/version.ts";
import type { Catalog } from "../define/catalog.ts";
import type { AnyTopic } from "../define/topic.ts";
import { draft07Parts } from "./draft-07.ts";
import type { SchemaObject } from "./json-schema.ts";
import { type Listener, listenersOf } from "./listeners.ts";

export interface AsyncApiOptions {
  readonly application: string;
  readonly catalog: Pick<Catalog, "topics" | "subscribers">;
  /** Where publishers reach the HTTP server; left out where it is not known. */
  readonly publicUrl?: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const at = "#/components/schemas/";
const ref = (place: string): Json => ({ $ref: place });

/**
 * The application's topics as an AsyncAPI 3.1 document: a channel for each topic, a message for each version of its events, what is
 * received from those who publish, and what is sent to each subscriber. Pure.
 */
export function asyncApiDocument({ application, catalog, publicUrl }: AsyncApiOptions): Json {
  const topics = catalog.topics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const messages = topics.flatMap(messagesOf);
  return {
    asyncapi: "3.1.0",
    info: {
      title: application,
      version: busbarVersion(),
      description:
        "Events of this application, each in its topic. Publish over HTTP with a payload or a CloudEvent; a subscriber gets each event in the newest version.",
    },
    defaultContentType: "application/cloudevents+json",
    ...(publicUrl === undefined ? {} : { servers: { http: serverOf(publicUrl) } }),
    channels: Object.fromEntries(topics.map((topic) => [topic.name, channelOf(topic)])),
    operations: Object.fromEntries(topics.flatMap((topic) => operationsOf(topic, listenersOf(catalog, topic.name)))),
    components: {
      messages: Object.fromEntries(messages),
      schemas: Object.assign({}, ...topics.map(schemasOf)) as Json,
    },
  };
}

function serverOf(publicUrl: string): Json {
  const { host, pathname, protocol } = new URL(publicUrl);
  return { host, protocol: protocol.replace(":", ""), ...(pathname === "/" ? {} : { pathname }) };
}

/** A topic's message of a version: `order.placed.v2`. */
const messageName = ({ name }: AnyTopic, version: number): string => `${name}.v${version}`;

function channelOf(topic: AnyTopic): Json {
  const { name, description } = topic;
  const own = versionsOf(topic).map((version) => [`v${version}`, ref(`#/components/messages/${messageName(topic, version)}`)]);
  return { address: name, title: name, ...(description === undefined ? {} : { description }), messages: Object.fromEntries(own) as Json };
}

function operationsOf(topic: AnyTopic, listeners: readonly Listener[]): [string, Json][] {
  const { name, version } = topic;
  const parts = { channel: ref(`#/channels/${name}`), messages: [ref(`#/channels/${name}/messages/v${version}`)] };
  const received: [string, Json] = [
    `publish.${name}`,
    {
      action: "receive",
      title: `Publish ${name}`,
      description: `\`POST /v1/topics/${name}/events\` with a payload, the \`data\` of the message${isFilled(topic) ? ": what has a default may be left out" : ""}.`,
      ...parts,
    },
  ];
  const sent = listeners.map(({ subscriber, description, channels, filter }): [string, Json] => [
    `${subscriber}.${name}`,
    {
      action: "send",
      title: `${subscriber} listens to ${name}`,
      ...(description === undefined ? {} : { summary: description }),
      description: `Reacts by ${channels.join(", ")}${filter === undefined ? "" : `, where ${filter}`}.`,
      ...parts,
      "x-busbar-subscriber": { name: subscriber, channels, ...(filter === undefined ? {} : { filter }) },
    },
  ]);
  return [received, ...sent];
}

function messagesOf(topic: AnyTopic): [string, Json][] {
  return versionsOf(topic).map((version) => {
    const newest = version === topic.version;
    const example = newest && topic.example !== undefined ? [{ name: "example", payload: exampleOf(topic) }] : undefined;
    const message = {
      name: topic.name,
      title: `${topic.name}, version ${version}`,
      ...(newest ? {} : { summary: `An older version: readers get version ${topic.version} in its place.`, deprecated: true }),
      correlationId: { location: "$message.payload#/correlationid" },
      payload: envelopeOf(topic, version),
      ...(example === undefined ? {} : { examples: example }),
    };
    return [messageName(topic, version), message];
  });
}

/** A CloudEvent 1.0 in JSON, as the log holds it. */
function envelopeOf(topic: AnyTopic, version: number): Json {
  const text = { type: "string" };
  return {
    type: "object",
    required: ["specversion", "id", "source", "type", "time", "datacontenttype", "dataversion", "data"],
    properties: {
      specversion: { const: "1.0" },
      id: text,
      source: { ...text, format: "uri-reference" },
      type: { const: topic.name },
      time: { ...text, format: "date-time" },
      datacontenttype: { const: "application/json" },
      dataversion: { const: version },
      partitionkey: text,
      correlationid: text,
      causationid: text,
      idempotencykey: text,
      data: ref(`${at}${messageName(topic, version)}`),
    },
  };
}

function exampleOf({ name, version, schema, example }: AnyTopic): Json {
  const [id, time] = ["019a20b2-1f40-7f93-b8bf-49e0381e9f9a", "2026-01-01T09:00:00.000Z"];
  const data = (schema as { parse: (value: unknown) => unknown }).parse(example);
  return { specversion: "1.0", id, source: "/example", type: name, time, datacontenttype: "application/json", dataversion: version, data };
}

function schemasOf(topic: AnyTopic): Record<string, SchemaObject> {
  const schemas = [...topic.history, topic.schema];
  const parts = versionsOf(topic).map((version) =>
    draft07Parts(schemas[version - 1], { io: "output", name: messageName(topic, version), at }),
  );
  return Object.assign({}, ...parts) as Record<string, SchemaObject>;
}

const versionsOf = ({ version }: AnyTopic): number[] => Array.from({ length: version }, (_, index) => index + 1);

/** Whether a publisher may leave out what readers get. */
function isFilled({ schema }: AnyTopic): boolean {
  const [sent, read] = (["input", "output"] as const).map((io) => JSON.stringify(draft07Parts(schema, { io, name: "any", at })));
  return sent !== read;
}
