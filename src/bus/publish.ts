import type { Clock } from "../base/clock.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { timeOfId, timeOrderedId } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import { type BusEvent, encodeEvent, eventWordProblems, eventWords, payloadFingerprint } from "../define/event.ts";
import { causeValue } from "../define/cause-value.ts";
import { nearestName, unknownOptions } from "../define/names.ts";
import type { Observe } from "../define/observation.ts";
import type { Published, PublishOptions } from "../define/publish.ts";
import { searchValues } from "../define/search-keys.ts";
import { type AnyTopic, parsePayload } from "../define/topic.ts";
import type { NewEntry } from "../log/topic-log.ts";
import type { Appender } from "./append.ts";

export type Publish = PublishByName & {
  /** Many of one topic; see `PublishFunction`. */
  batch(topicName: string, payloads: readonly unknown[], options?: BatchOptions): Promise<readonly Published[]>;
};
/** What holds for all events of a batch, or is made for each payload. */
type BatchOptions = Omit<PublishOptions, "id" | "idempotencyKey"> | ((payload: unknown) => PublishOptions);
type PublishByName = (topicName: string, payload: unknown, options?: PublishOptions) => Promise<Published>;

export interface PublisherOptions {
  readonly application: string;
  readonly topics: readonly AnyTopic[];
  readonly appender: Appender;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

const idPattern = /^[\w.:-]{1,128}$/;

/** validate → append. Returns when the event is in the log, or on its way to it in the spool. */
export function createPublisher({ application, topics, appender, clock, observe, logger }: PublisherOptions): Publish {
  const topicByName = new Map(topics.map((topic) => [topic.name, topic]));

  const publish: PublishByName = async (topicName, payload, options = {}) => {
    const topic = knownTopic(topicName);
    return publishEvent(topic, createEvent(topic, payload, options), options);
  };

  return Object.assign(publish, {
    async batch(topicName: string, payloads: readonly unknown[], given: BatchOptions = {}) {
      const topic = knownTopic(topicName);
      const optionsOf = typeof given === "function" ? given : () => given;
      const shared = typeof given === "function" ? [] : ["id", "idempotencyKey"].filter((name) => name in given);
      const events = createEvents(topic, payloads, { optionsOf, shared });
      const results = await Promise.allSettled(events.map((event, index) => publishEvent(topic, event, optionsOf(payloads[index]))));
      const failed = results.flatMap((result, index) =>
        result.status === "rejected" ? [{ event: events[index]!, reason: result.reason as unknown }] : [],
      );
      if (failed.length > 0) throw incomplete(topic, failed, events.length);
      return results.map((result) => (result as PromiseFulfilledResult<Published>).value);
    },
  });

  function knownTopic(topicName: string): AnyTopic {
    const topic = topicByName.get(topicName);
    if (topic === undefined) throw unknownTopic(topicName, [...topicByName.keys()]);
    return topic;
  }

  /** All of them, or an error that names each payload that is wrong. */
  function createEvents(
    topic: AnyTopic,
    payloads: readonly unknown[],
    { optionsOf, shared }: { readonly optionsOf: (payload: unknown) => PublishOptions; readonly shared: readonly string[] },
  ): BusEvent[] {
    const problems = Array.isArray(payloads) ? [] : ["batch takes a list of payloads"];
    for (const name of shared) problems.push(`${name} belongs to one event: publish them one by one`);
    const events: BusEvent[] = [];
    for (const [index, payload] of problems.length > 0 ? [] : payloads.entries()) {
      try {
        const event = createEvent(topic, payload, optionsOf(payload));
        encodeEvent(event);
        events.push(event);
      } catch (error) {
        problems.push(...(error instanceof BusbarError ? error.problems : [messageOf(error)]).map((problem) => `[${index}] ${problem}`));
      }
    }
    if (problems.length > 0) throw new BusbarError("INVALID_EVENT", `${topic.name}: no event of the batch was published:`, { problems });
    return events;
  }

  async function publishEvent(topic: AnyTopic, event: BusEvent, options: PublishOptions): Promise<Published> {
    const entry: NewEntry = {
      topic: topic.name,
      partitionKey: options.idempotencyKey ?? event.partitionkey ?? event.id,
      eventId: event.id,
      time: Date.parse(event.time),
      json: encodeEvent(event),
      ...(options.idempotencyKey === undefined
        ? {}
        : { idempotency: { key: options.idempotencyKey, fingerprint: payloadFingerprint(event.data) } }),
      ...(topic.index.length === 0 && event.causationid === undefined ? {} : { search: searchOf(topic, event) }),
    };
    const { eventId, repeated, durability } = await appender.append({ entry, givenId: options.id !== undefined });
    const published = repeated ? { ...event, id: eventId } : event;
    if (durability === "spooled") observe("spooled", { event: published });
    else observe("published", { event: published, repeated });
    return { id: eventId, topic: topic.name, repeated, durability };
  }

  function searchOf({ index, retain }: AnyTopic, { id, type, data, causationid }: BusEvent): NonNullable<NewEntry["search"]> {
    const { values, left } = searchValues(index, data);
    for (const { path, why } of left)
      logger.debug({ topic: type, event: id, path, why }, "an event is not found by a value of this search key");
    // So that a trace finds what an event has caused.
    return { values: causationid === undefined ? values : [...values, causeValue(causationid)], retain };
  }

  function createEvent(topic: AnyTopic, payload: unknown, options: PublishOptions): BusEvent {
    const { idempotencyKey, correlationId, causationId } = options;
    const parsed = parsePayload(topic, payload);
    const problems = "problems" in parsed ? [...parsed.problems, ...optionProblems(options)] : optionProblems(options);
    if ("problems" in parsed || problems.length > 0) {
      throw new BusbarError("INVALID_EVENT", `${topic.name}: the event was not published:`, { problems });
    }
    const id = options.id ?? timeOrderedId(clock.now());
    // The id's own time, so that publishing again with the same id gives the same event.
    const time = timeOfId(id) ?? clock.now();
    const partitionkey = options.key ?? topic.key?.(parsed.data);
    return {
      specversion: "1.0",
      id,
      source: `/${application}`,
      type: topic.name,
      time: new Date(time).toISOString(),
      datacontenttype: "application/json",
      dataversion: topic.version,
      ...(partitionkey === undefined ? {} : { partitionkey }),
      ...(correlationId === undefined ? {} : { correlationid: correlationId }),
      ...(causationId === undefined ? {} : { causationid: causationId }),
      ...(idempotencyKey === undefined ? {} : { idempotencykey: idempotencyKey }),
      ...eventWords(options),
      data: parsed.data,
    };
  }
}

/** @throws BusbarError `UNKNOWN_TOPIC`, or `INVALID_EVENT` when the topic has no example */
export function exampleOf(topicName: string, topics: readonly AnyTopic[]): unknown {
  const topic = topics.find(({ name }) => name === topicName);
  if (topic === undefined)
    throw unknownTopic(
      topicName,
      topics.map(({ name }) => name),
    );
  if (topic.example === undefined)
    throw new BusbarError("INVALID_EVENT", `${topicName} has no example: add one to its defineTopic, or give a payload.`);
  return topic.example;
}

const optionNames = [
  "idempotencyKey",
  "key",
  "correlationId",
  "causationId",
  "id",
  "deliverAt",
  "priority",
  "retry",
  "delay",
  "expiresIn",
  "onUnknown",
];

function optionProblems(options: PublishOptions): string[] {
  if (typeof options !== "object" || options === null) return [`its options must be an object, not ${JSON.stringify(options)}`];
  const problems = [...unknownOptions(options, optionNames), ...eventWordProblems(options)];
  if (options.id !== undefined && !idPattern.test(options.id)) problems.push("id: letters, digits, and . _ : - only, at most 128");
  for (const name of ["idempotencyKey", "key", "correlationId", "causationId"] as const) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== "string" || value === "" || value.length > 512))
      problems.push(`${name}: must be text of 1 to 512 characters`);
  }
  return problems;
}

export function unknownTopic(name: string, known: readonly string[]): BusbarError {
  const near = nearestName(name, known);
  const advice = near === undefined ? `Known topics: ${known.join(", ") || "none"}.` : `Did you mean "${near}"?`;
  return new BusbarError("UNKNOWN_TOPIC", `No topic is called ${JSON.stringify(name)}. ${advice}`);
}

function incomplete(
  { name }: AnyTopic,
  failed: readonly { readonly event: BusEvent; readonly reason: unknown }[],
  count: number,
): BusbarError {
  return new BusbarError(
    "PUBLISH_FAILED",
    `${name}: ${failed.length} of the batch's ${count} events are not known to be in the log. Publish each again with its id, and it is there once:`,
    { problems: failed.map(({ event, reason }) => `${event.id}: ${messageOf(reason)}`), cause: failed[0]!.reason },
  );
}
