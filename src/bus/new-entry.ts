import type { Logger } from "../base/logger.ts";
import { causeValue } from "../define/cause-value.ts";
import { type BusEvent, encodeEvent, payloadFingerprint } from "../define/event.ts";
import { searchValues } from "../define/search-keys.ts";
import { needsKeys } from "../define/topic-marks.ts";
import type { Vault } from "../vault/vault-port.ts";
import type { AnyTopic } from "../define/topic.ts";
import type { NewEntry } from "../log/topic-log.ts";

export interface NewEntryOptions {
  readonly logger: Logger;
  readonly vault: Pick<Vault, "fingerprints">;
  /** The payload as it was before it was sealed. Default: that of the event. */
  readonly clear?: unknown;
}

/**
 * An event as it goes to the log.
 * @throws BusbarError `EVENT_TOO_LARGE`
 */
export function newEntry(topic: AnyTopic, event: BusEvent, { logger, vault, clear = event.data }: NewEntryOptions): NewEntry {
  const { idempotencykey: key } = event;
  return {
    topic: topic.name,
    partitionKey: key ?? event.partitionkey ?? event.id,
    eventId: event.id,
    time: Date.parse(event.time),
    json: encodeEvent(event),
    ...(key === undefined ? {} : { idempotency: { key, ...fingerprintOf(topic, clear, vault) } }),
    ...(topic.index.length === 0 && event.causationid === undefined ? {} : { search: searchOf(topic, { ...event, data: clear }, logger) }),
  };
}

/** A hash of what is sealed could be tried out: a one-time code has a million values. */
function fingerprintOf(
  { marks }: AnyTopic,
  data: unknown,
  vault: NewEntryOptions["vault"],
): Omit<NonNullable<NewEntry["idempotency"]>, "key"> {
  const [fingerprint, ...formerly] = needsKeys(marks) ? vault.fingerprints(data) : [payloadFingerprint(data)];
  return { fingerprint: fingerprint!, ...(formerly.length === 0 ? {} : { formerly }) };
}

function searchOf({ index, retain }: AnyTopic, { id, type, data, causationid }: BusEvent, logger: Logger): NonNullable<NewEntry["search"]> {
  const { values, left } = searchValues(index, data);
  for (const { path, why } of left)
    logger.debug({ topic: type, event: id, path, why }, "an event is not found by a value of this search key");
  // So that a trace finds what an event has caused.
  return { values: causationid === undefined ? values : [...values, causeValue(causationid)], retain };
}
