import * as z from "zod";
import { messageOf } from "../base/errors.ts";
import type { BusEvent } from "./event.ts";
import { pathText } from "./payload.ts";
import { issuesBesideSecrets } from "./sealed-issues.ts";
import type { AnyTopic } from "./topic.ts";

/** What an event is newer than. */
export interface NewerVersion {
  readonly topic: string;
  /** The version that the event was written in. */
  readonly version: number;
  /** The newest that this build knows. */
  readonly known: number;
}

/** Set where an event was written by a newer build than this one: it is left as it is, for a process that knows its version. */
export function newerVersion(topics: readonly AnyTopic[], { type, dataversion }: BusEvent): NewerVersion | undefined {
  const topic = topics.find(({ name }) => name === type);
  return topic !== undefined && dataversion > topic.version ? { topic: type, version: dataversion, known: topic.version } : undefined;
}

/** One sentence for people. */
export function newerVersionText({ topic, version, known }: NewerVersion): string {
  return `the event is of version ${version} of ${topic}, and this build knows versions up to ${known}`;
}

/** The event in the newest version of its topic as far as today's code can read it, else as it was written: for those who look. */
export function newestEvent(topics: readonly AnyTopic[], event: BusEvent): BusEvent {
  const topic = topics.find(({ name }) => name === event.type);
  try {
    return topic === undefined ? event : upcastEvent(topic, event);
  } catch {
    // What cannot be brought up is told where it is routed.
    return event;
  }
}

/** An upcast threw what is its cause. */
export class UpcastError extends Error {}

/**
 * The event with its payload in the topic's newest version. One that is written in it comes back as it is, unparsed.
 * @throws Error when the event is of a newer version than this build knows, an upcast throws, or what it made does not fit the schema
 */
export function upcastEvent(topic: AnyTopic, event: BusEvent): BusEvent {
  const written = event.dataversion ?? 1;
  if (written === topic.version) return event;
  if (!Number.isInteger(written) || written < 1)
    throw new Error(`the event says that it is of version ${JSON.stringify(written)} of ${topic.name}, which is none`);
  if (written > topic.version) throw new Error(newerVersionText({ topic: topic.name, version: written, known: topic.version }));
  let data = event.data;
  for (const [index, upcast] of topic.upcasts.slice(written - 1).entries()) {
    try {
      data = upcast(data as never);
    } catch (error) {
      throw new UpcastError(`the upcast of ${topic.name} from version ${written + index} threw: ${messageOf(error)}`, { cause: error });
    }
  }
  const parsed = z.safeParse(topic.schema as z.ZodType, data);
  if (parsed.success) return { ...event, data: parsed.data, dataversion: topic.version };
  const issues = issuesBesideSecrets(parsed.error.issues, data);
  if (issues.length === 0) return { ...event, data, dataversion: topic.version };
  const problems = issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
  throw new Error(
    `what the upcast of ${topic.name} made of version ${written} does not fit version ${topic.version}: ${problems.join("; ")}`,
  );
}
