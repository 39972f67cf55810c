import type { Catalog } from "../define/catalog.ts";
import type { AnyTopic } from "../define/topic.ts";
import { type Listener, listenersOf } from "./listeners.ts";
import type { PublishedVersion } from "./published.ts";
import { snapshotOf } from "./snapshot.ts";

/** Everything that others may know of a topic. */
export interface RegisteredTopic {
  readonly name: string;
  readonly description?: string;
  /** The newest. */
  readonly version: number;
  /** From 1; each with its JSON Schema of draft 2020-12. */
  readonly versions: readonly PublishedVersion[];
  /** A payload of the newest version. */
  readonly example?: unknown;
  /** Search keys. */
  readonly index: readonly string[];
  /** How long the log keeps an event, milliseconds. */
  readonly retain: number;
  readonly listeners: readonly Listener[];
}

export function registeredTopic(topic: AnyTopic, catalog: Pick<Catalog, "subscribers">): RegisteredTopic {
  const { name, description, version, example, index, retain } = topic;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    version,
    versions: snapshotOf(topic).versions,
    ...(example === undefined ? {} : { example: example as unknown }),
    index,
    retain,
    listeners: listenersOf(catalog, name),
  };
}
