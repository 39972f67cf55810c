import { errorPattern } from "../../queues/fingerprint.ts";
import type { FoundLetter, FoundPlace, KindSpan } from "./dead-letter-search.ts";
import type { DeadLetterGroup, DeadLetterPart, DeadLetterView } from "./dead-letter-view.ts";

/** A group before its sample is read. */
export interface SpanGroup extends Omit<DeadLetterGroup, "error" | "sample"> {
  readonly newest: FoundPlace;
}

/** Kinds put together by the fingerprint of their error, the largest group first. Pure. */
export function groupsOf(spans: readonly KindSpan[]): readonly SpanGroup[] {
  const byFingerprint = new Map<string, KindSpan[]>();
  for (const span of spans) byFingerprint.set(span.kind.fingerprint, [...(byFingerprint.get(span.kind.fingerprint) ?? []), span]);
  const groups = [...byFingerprint].map(([fingerprint, own]): SpanGroup => {
    const largest = own.toSorted((a, b) => b.count - a.count);
    const newest = own.reduce((last, span) => (span.last.at > last.last.at ? span : last));
    const distinct = (nameOf: (span: KindSpan) => string): string[] => [...new Set(largest.map(nameOf))].filter(Boolean);
    return {
      fingerprint,
      count: own.reduce((sum, { count }) => sum + count, 0),
      firstAt: new Date(Math.min(...own.map(({ first }) => first.at))).toISOString(),
      lastAt: new Date(newest.last.at).toISOString(),
      queues: distinct(({ queue }) => queue),
      subscribers: distinct(({ kind }) => kind.subscriber),
      topics: distinct(({ kind }) => kind.topic),
      reasonClass: largest[0]!.kind.reasonClass,
      newest: { ...newest.last, queue: newest.queue },
    };
  });
  return groups.toSorted((a, b) => b.count - a.count || (a.lastAt < b.lastAt ? 1 : -1));
}

/** A group as people see it. Pure. */
export function groupView(
  { newest: _newest, ...group }: SpanGroup,
  { error, sample }: Pick<DeadLetterGroup, "error" | "sample">,
): DeadLetterGroup {
  return { ...group, error, sample };
}

/** The newest of a group with what is the same in its error: what varies is taken out first, because masked it would vary still. */
export function sampleOf(
  found: FoundLetter | undefined,
  viewOf: (found: FoundLetter) => DeadLetterView,
): Pick<DeadLetterGroup, "error" | "sample"> {
  if (found === undefined) return { error: "", sample: undefined };
  const { queue, letter } = found;
  const { reason } = viewOf({ queue, letter: { ...letter, reason: errorPattern(letter.reason) } });
  return { error: reason, sample: viewOf(found) };
}

/** How many there are by queue, subscriber and class, the largest first. Pure. */
export function partsOf(spans: readonly KindSpan[]): readonly DeadLetterPart[] {
  const parts = new Map<string, DeadLetterPart>();
  for (const { queue, kind, count } of spans) {
    const { subscriber, reasonClass } = kind;
    const key = JSON.stringify([queue, subscriber, reasonClass]);
    parts.set(key, { queue, subscriber, reasonClass, count: (parts.get(key)?.count ?? 0) + count });
  }
  return [...parts.values()].toSorted((a, b) => b.count - a.count);
}

export function totalOf(spans: readonly KindSpan[]): number {
  return spans.reduce((sum, { count }) => sum + count, 0);
}
