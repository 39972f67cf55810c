import type * as z from "zod";
import { BusbarError } from "../base/errors.ts";
import { type BusEvent, eventWordProblems, eventWords } from "../define/event.ts";
import { unknownOptions } from "../define/names.ts";
import type { PublishOptions } from "../define/publish.ts";
import type { EventOf } from "../define/subscriber.ts";
import { timeProblems } from "../define/timing.ts";
import { type AnyTopic, parsePayload } from "../define/topic.ts";

/** What an event of a test says besides its payload: what a publish may say, and what the bus would make. */
export interface EventOverrides extends PublishOptions {
  /** Default `evt_1`, always: events that must differ are given ids of their own. */
  readonly id?: string;
  /** When it was published, RFC 3339. Default `2026-01-01T00:00:00.000Z`. */
  readonly time?: string;
  /** Who published it. Default `/test`. */
  readonly source?: string;
}

const overrideNames = [
  "id",
  "time",
  "source",
  "key",
  "idempotencyKey",
  "correlationId",
  "causationId",
  "priority",
  "retry",
  "delay",
  "deliverAt",
  "expiresIn",
  "onUnknown",
];

/**
 * An event as the bus would make it, without a bus, and the same each time: for `plan` and for a subscriber's own functions.
 * @param data the payload, parsed by the topic's schema as a publish does. Default: the topic's example
 * @throws BusbarError `INVALID_EVENT` with every problem and its path
 */
export function eventOf<T extends AnyTopic>(topic: T, data?: z.input<T["schema"]>, overrides: EventOverrides = {}): EventOf<T> {
  const { id = "evt_1", time = "2026-01-01T00:00:00.000Z", source = "/test", key, idempotencyKey, correlationId, causationId } = overrides;
  const payload: unknown = data ?? (topic.example as unknown);
  if (payload === undefined) throw new BusbarError("INVALID_EVENT", `${topic.name} has no example: give eventOf the payload.`);
  const parsed = parsePayload(topic, payload);
  const problems = [
    ...("problems" in parsed ? parsed.problems : []),
    ...unknownOptions(overrides, overrideNames),
    ...timeProblems("time", time),
    ...eventWordProblems(overrides),
  ];
  if ("problems" in parsed || problems.length > 0)
    throw new BusbarError("INVALID_EVENT", `${topic.name}: no such event can be published:`, { problems });
  const partitionkey = key ?? topic.key?.(parsed.data);
  const event: BusEvent = {
    specversion: "1.0",
    id,
    source,
    type: topic.name,
    time: new Date(time).toISOString(),
    datacontenttype: "application/json",
    dataversion: topic.version,
    ...(partitionkey === undefined ? {} : { partitionkey }),
    ...(correlationId === undefined ? {} : { correlationid: correlationId }),
    ...(causationId === undefined ? {} : { causationid: causationId }),
    ...(idempotencyKey === undefined ? {} : { idempotencykey: idempotencyKey }),
    ...eventWords(overrides),
    data: parsed.data,
  };
  return event as EventOf<T>;
}
