import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BusbarError } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { type BusOptions, parseOptions, type Settings } from "../bus/options.ts";
import { loadSubscribers } from "../bus/load/load.ts";
import { catalogOf, type Catalog } from "../define/catalog.ts";
import { isSubscriber } from "../define/subscriber.ts";
import { type AnyTopic, isTopic } from "../define/topic.ts";
import { readApplication } from "./application.ts";
import { applicationFile, applicationFolder } from "./application-file.ts";
import { soundParts } from "./sound-parts.ts";

/** An application's topics and who listens, without a connection to anything. */
export interface ReadTopics {
  readonly topics: readonly AnyTopic[];
  readonly settings: Settings;
  /** Where its files are, relative to the folder that busbar is called in: `.` mostly. */
  readonly folder: string;
  /** Topics and subscribers together. */
  readonly catalog: () => Promise<Catalog>;
}

/**
 * The topics in the order of their names.
 * @throws BusbarError `INVALID_DEFINITION` with every problem of topics and configuration
 */
export async function readTopics(): Promise<ReadTopics> {
  const { options, bus, problems } = await readApplication({ logger: silentLogger });
  await bus?.stop();
  if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", "The application cannot be read:", { problems });
  const topics = Object.values(options.topics).filter(isTopic);
  const folder = relative(process.cwd(), fileURLToPath(applicationFolder(applicationFile()))) || ".";
  return {
    topics: topics.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    settings: parseOptions(options),
    folder,
    catalog: async () => catalogOf(options.topics, await subscribersOf(options)),
  };
}

/**
 * Topics and who listens, for those who only look: what has errors is left out and named.
 * @throws BusbarError `INVALID_DEFINITION` where the configuration, or a topic that it imports, cannot be used
 */
export async function lookAtTopics(): Promise<{ readonly catalog: Catalog; readonly left: readonly string[] }> {
  const { options, toLook, problems } = await readApplication({ logger: silentLogger });
  await toLook?.stop();
  if (toLook === undefined) throw new BusbarError("INVALID_DEFINITION", "The application cannot be read:", { problems });
  const sound = await soundParts(options);
  return { catalog: catalogOf(options.topics, sound.options.subscribers), left: [...problems, ...sound.problems] };
}

async function subscribersOf({ subscribers = [] }: BusOptions) {
  if (!(subscribers instanceof URL)) return subscribers;
  const { subscribers: loaded, problems } = await loadSubscribers(subscribers);
  if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", "The subscribers cannot be read:", { problems });
  return loaded.filter(isSubscriber);
}
