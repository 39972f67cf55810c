import { BusbarError, messageOf } from "../base/errors.ts";
import type { BusEvent } from "../define/event.ts";
import type { SubjectOf } from "../define/marks.ts";

/**
 * Whose data a field of an event is.
 * @throws BusbarError `INVALID_EVENT` when that cannot be told: what nobody could erase is not published
 */
export function subjectOf(subject: SubjectOf, { type, data }: BusEvent, path: string): string {
  const found = orThrow(type, path, () => (typeof subject === "function" ? (subject(data) as unknown) : at(keysOf(subject), data)));
  if ((typeof found === "string" && found !== "") || typeof found === "number") return String(found);
  throw unknownSubject(
    type,
    path,
    `its subject is ${found === undefined ? "missing" : `no text, but ${found === null ? "null" : typeof found}`}`,
  );
}

/** Paths are written in code, so that there are few. */
const paths = new Map<string, readonly string[]>();

function keysOf(path: string): readonly string[] {
  const keys = paths.get(path) ?? path.split(".");
  paths.set(path, keys);
  return keys;
}

function at(keys: readonly string[], value: unknown): unknown {
  return keys.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function orThrow<T>(type: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unknownSubject(type, path, `its subject function threw: ${messageOf(error)}`);
  }
}

function unknownSubject(type: string, path: string, problem: string): BusbarError {
  return new BusbarError("INVALID_EVENT", `${type}: the event was not published:`, { problems: [`${path}: ${problem}`] });
}
