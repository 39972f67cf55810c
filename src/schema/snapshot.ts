import * as z from "zod";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { AnyTopic } from "../define/topic.ts";
import type { SchemaObject } from "./json-schema.ts";
import { type PublishedVersion, publishedVersions } from "./published.ts";

/** What was published of a topic, as a committed file `schemas/<topic>.json` says. */
export interface TopicSnapshot {
  readonly topic: string;
  readonly versions: readonly PublishedVersion[];
}

const schemaObject = z.record(z.string(), z.unknown());
const file = z.strictObject({
  topic: z.string(),
  versions: z.array(z.strictObject({ version: z.number(), event: schemaObject, publish: schemaObject.optional() })).min(1),
});

/** A topic as its snapshot says it. */
export function snapshotOf(topic: AnyTopic): TopicSnapshot {
  return { topic: topic.name, versions: publishedVersions(topic).map((version) => withIds(topic.name, version)) };
}

/** Each schema is a document of its own: a reference in it means a place in it. */
function withIds(topic: string, { version, event, publish }: PublishedVersion): PublishedVersion {
  const named = (side: "event" | "publish", schema: SchemaObject): SchemaObject => {
    const { $schema, ...words } = schema;
    return { $schema, $id: `urn:busbar:${topic}:${version}:${side}`, ...words };
  };
  return { version, event: named("event", event), ...(publish === undefined ? {} : { publish: named("publish", publish) }) };
}

export const snapshotFile = (topic: string): string => `${topic}.json`;

export function snapshotText(snapshot: TopicSnapshot): string {
  return `${JSON.stringify(snapshot, null, 2)}\n`;
}

/**
 * The snapshot in a file.
 * @throws BusbarError `INVALID_CONFIGURATION` saying what is wrong with it
 */
export function parseSnapshot(text: string, name: string): TopicSnapshot {
  try {
    const parsed = file.parse(JSON.parse(text)) as TopicSnapshot;
    if (snapshotFile(parsed.topic) !== name)
      throw new Error(`it is the snapshot of ${parsed.topic}, which belongs into ${snapshotFile(parsed.topic)}`);
    const missing = parsed.versions.findIndex(({ version }, index) => version !== index + 1);
    if (missing >= 0) throw new Error(`its version ${missing + 1} is missing`);
    return parsed;
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new BusbarError(
      "INVALID_CONFIGURATION",
      `The snapshot schemas/${name} cannot be read: ${what}. Take it back from version control.`,
    );
  }
}
