import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type BusEvent, decodeEvent, eventIdPattern, wordsOfEvent } from "../define/event.ts";
import type { Observe } from "../define/observation.ts";
import { type AnyTopic, parsePayload } from "../define/topic.ts";
import type { OutboxRow } from "../outbox/waiting-rows.ts";
import { needsKeys } from "../define/topic-marks.ts";
import type { Vault } from "../vault/vault-port.ts";
import type { Appender, Kept } from "./append.ts";
import { newEntry } from "./new-entry.ts";

export interface RowPublisherOptions {
  readonly topics: readonly AnyTopic[];
  readonly appender: Pick<Appender, "append">;
  readonly vault: Pick<Vault, "seal" | "clear" | "fingerprints">;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** What Redis answers for something that lies where this event's own would. Anything else, such as a user without rights, is a matter of all. */
const ofEvent = /^WRONGTYPE\b/;
/** After so many such answers, all but the first to it alone, it is not to blame on others. */
const triesOfRefused = 3;

/** Publishes rows of the outbox: resolves when one is in the log, or with why it will never be; rejects when it could not be published now. */
export function rowPublisher({ topics, appender, vault, observe, logger }: RowPublisherOptions) {
  const topicByName = new Map(topics.map((topic) => [topic.name, topic]));
  const tries = new Map<string, number>();
  let alone: Promise<unknown> = Promise.resolve();

  /** An answer that fails is of all events of one call of Redis: whoever met one goes alone from then on, so that the others are cleared of it. */
  const append = async (row: OutboxRow, record: Parameters<Appender["append"]>[0]): Promise<Kept> => {
    if (!tries.has(row.seq)) return appender.append(record);
    const turn = alone.then(() => appender.append(record));
    alone = turn.catch(() => undefined);
    return turn;
  };

  return async (row: OutboxRow): Promise<{ readonly refused: string } | undefined> => {
    try {
      const topic = topicByName.get(row.topic);
      const clear = needsKeys(topic?.marks) ? await vault.clear(row.event) : undefined;
      const read = readRow(row, topic, clear);
      if ("refused" in read) return read;
      const { event, pending } = clear === undefined ? { event: read.event, pending: false } : vault.seal(topic!, read.event);
      const entry = newEntry(topic!, event, { logger, vault, clear: read.event.data });
      const { eventId, repeated } = await append(row, { entry, givenId: true, ...(pending ? { pending } : {}) });
      tries.delete(row.seq);
      observe("published", { event: { ...event, id: eventId }, repeated });
      return undefined;
    } catch (error) {
      if (error instanceof BusbarError && (error.code === "IDEMPOTENCY_CONFLICT" || error.code === "EVENT_TOO_LARGE"))
        return { refused: messageOf(error) };
      if (!(error instanceof BusbarError) || !ofEvent.test(messageOf(error.cause))) throw error;
      const count = (tries.get(row.seq) ?? 0) + 1;
      tries.set(row.seq, count);
      if (count < triesOfRefused) throw error;
      tries.delete(row.seq);
      return { refused: messageOf(error.cause ?? error) };
    }
  };
}

/**
 * A row that busbar wrote is right; one that another program wrote, or that waited while its topic was changed, may not be. Pure.
 * @param clear the payload of an event that is sealed in its row; the event that is read has it
 */
export function readRow(
  row: OutboxRow,
  topic: AnyTopic | undefined,
  clear?: unknown,
): { readonly event: BusEvent } | { readonly refused: string } {
  if (topic === undefined) return { refused: `no topic is called ${JSON.stringify(row.topic)}` };
  let event: BusEvent;
  const problems: string[] = [];
  try {
    const written = decodeEvent(row.event);
    event = clear === undefined ? written : { ...written, data: clear };
    wordsOfEvent(event);
  } catch (error) {
    return { refused: messageOf(error) };
  }
  if (event.id !== row.eventId) problems.push(`id: it is ${JSON.stringify(event.id)}, and its row says ${JSON.stringify(row.eventId)}`);
  if (!eventIdPattern.test(event.id)) problems.push("id: letters, digits, and . _ : - only, at most 128");
  if (event.type !== row.topic) problems.push(`type: it is ${JSON.stringify(event.type)}, and its row says ${JSON.stringify(row.topic)}`);
  if (Number.isNaN(Date.parse(event.time))) problems.push("time: must be a time as RFC 3339 writes it");
  if (!Number.isInteger(event.dataversion)) problems.push("dataversion: must be the version of the topic's schema, a whole number");
  // What is of another version was checked by the build that wrote it.
  if (event.dataversion === topic.version) {
    const parsed = parsePayload(topic, event.data);
    if ("problems" in parsed) problems.push(...parsed.problems);
  }
  return problems.length === 0 ? { event } : { refused: problems.join("; ") };
}
