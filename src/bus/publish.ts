import type { Clock } from "../base/clock.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { timeOfId, timeOrderedId } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import { type BusEvent, encodeEvent, eventIdPattern, eventWordProblems, eventWords } from "../define/event.ts";
import { nearestName, unknownOptions } from "../define/names.ts";
import type { Observe } from "../define/observation.ts";
import type { Published, PublishOptions } from "../define/publish.ts";
import { type AnyTopic, parsePayload } from "../define/topic.ts";
import { needsKeys, sealedWordProblems } from "../define/topic-marks.ts";
import type { Vault } from "../vault/vault-port.ts";
import { type Transaction, transactionProblems } from "../define/transaction.ts";
import { insertIntoOutbox } from "../outbox/insert.ts";
import type { Appender } from "./append.ts";
import { newEntry } from "./new-entry.ts";

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
  readonly vault: Pick<Vault, "seal" | "fingerprints" | "clear">;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** validate → append. Returns when the event is in the log, or on its way to it: in the spool, or with `tx` in the caller's transaction. */
export function createPublisher({ application, topics, appender, vault, clock, observe, logger }: PublisherOptions): Publish {
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
      const { tx } = payloads.length === 0 ? {} : optionsOf(payloads[0]);
      if (tx !== undefined) return intoTransaction(tx, events);
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

  async function publishEvent(topic: AnyTopic, given: BusEvent, options: PublishOptions): Promise<Published> {
    if (options.tx !== undefined) return (await intoTransaction(options.tx, [given]))[0]!;
    const { event, pending } = sealed(topic, given);
    const { eventId, repeated, durability } = await appender.append({
      entry: newEntry(topic, event, { logger, vault, clear: given.data }),
      givenId: options.id !== undefined,
      ...(pending ? { pending } : {}),
    });
    const published = repeated ? { ...event, id: eventId } : event;
    if (durability === "spooled") observe("spooled", { event: published });
    else observe("published", { event: published, repeated });
    return { id: eventId, topic: topic.name, repeated, durability };
  }

  function sealed(topic: AnyTopic, event: BusEvent): ReturnType<Vault["seal"]> {
    return needsKeys(topic.marks) ? vault.seal(topic, event) : { event, pending: false };
  }

  /** Nobody is told of it: a transaction that is undone was nothing. */
  async function intoTransaction(tx: Transaction, events: readonly BusEvent[]): Promise<readonly Published[]> {
    const kept = events.map((event) => sealed(topicByName.get(event.type)!, event).event);
    const inserted = await insertIntoOutbox({ tx, clear: vault.clear }, application, kept);
    return inserted.map(({ eventId: id, repeated }, index) => ({ id, topic: events[index]!.type, repeated, durability: "outbox" }));
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
    const place = needsKeys(topic.marks) ? topic.marks?.places[topic.version - 1] : undefined;
    const told =
      place === undefined
        ? []
        : sealedWordProblems(place, parsed.data, { key: partitionkey, id: options.id, idempotencyKey, correlationId, causationId });
    if (told.length > 0) throw new BusbarError("INVALID_EVENT", `${topic.name}: the event was not published:`, { problems: told });
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
  "tx",
];

function optionProblems(options: PublishOptions): string[] {
  if (typeof options !== "object" || options === null) return [`its options must be an object, not ${JSON.stringify(options)}`];
  const { tx, ...words } = options;
  const problems = [
    ...unknownOptions(options, optionNames),
    ...eventWordProblems(words),
    ...(tx === undefined ? [] : transactionProblems(tx)),
  ];
  if (options.id !== undefined && !eventIdPattern.test(options.id)) problems.push("id: letters, digits, and . _ : - only, at most 128");
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
