import { type BusEvent, decodeEvent, type EventReader } from "../define/event.ts";
import type { AnyTopic } from "../define/topic.ts";
import type { PlanOptions } from "./plan-options.ts";

/** Log entries as events that can be planned, in their order: each an event, or why it is none. Topics without marks are read as they stand. */
export function readEvents(
  jsons: readonly string[],
  topic: Pick<AnyTopic, "marks"> | undefined,
  { read }: Pick<PlanOptions, "read">,
): ReturnType<EventReader> {
  return read === undefined || topic?.marks === undefined ? Promise.resolve(jsons.map(decoded)) : read(jsons);
}

/** @throws Error where it is no event */
export async function readEvent(
  json: string,
  topic: Pick<AnyTopic, "marks"> | undefined,
  options: Pick<PlanOptions, "read">,
): Promise<BusEvent> {
  const [event] = await readEvents([json], topic, options);
  if (event instanceof Error) throw event;
  return event!;
}

/** As it stands, at once. */
export function decoded(json: string): BusEvent | Error {
  try {
    return decodeEvent(json);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
