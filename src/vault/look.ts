import type { BusEvent } from "../define/event.ts";
import { maskText, maskValue, secretText } from "../define/mask.ts";
import { markedValues, replaceMarked, scalarsIn } from "../define/marked-values.ts";
import type { AnyTopic } from "../define/topic.ts";
import { replaceStandIns } from "../define/sealed.ts";
import { replaceSealed } from "./groups.ts";
import { isClosedText, isNoValue } from "./in-place.ts";

/** An event for people. */
export interface LookedAt {
  /** Personal data in the clear, as far as it is not erased; secrets never. */
  readonly clear: BusEvent;
  /** The same with personal data masked. */
  readonly masked: BusEvent;
  /** The personal values, for those who mask what was said about the event. */
  readonly personal: readonly string[];
  /** The other values, which may be shown wherever they stand. */
  readonly open: ReadonlySet<string>;
  /** What stands in the place of values that this process cannot open for want of a key; absent where it opens all. */
  readonly closed?: readonly string[];
}

/**
 * An event as people may see it. Pure.
 * @param event opened with the keys of its subjects
 */
export function lookAt(topic: AnyTopic | undefined, event: BusEvent): LookedAt {
  const { subjects: _subjects, sealed: _sealed, ...read } = event;
  const place = topic?.marks?.places[(event.dataversion ?? 1) - 1];
  const hidden = topic?.marks === undefined ? read.data : withoutSecrets(event);
  if (place === undefined) {
    const clear = { ...read, data: hidden };
    return { clear, masked: clear, personal: [], open: new Set() };
  }
  // Also what was written before its field was marked.
  const data = replaceMarked(place, hidden, ({ mark, value }) => (mark.kind === "secret" ? secretText : value));
  const values = markedValues(place, data).flatMap(({ mark, value }) => (mark.kind === "pii" ? [value] : []));
  const personal = values.filter((value) => !isNoValue(value)).flatMap(scalarsIn);
  const closed = [...new Set(values.filter(isClosedText))];
  const masked = replaceMarked(place, data, ({ mark, value }) => (mark.kind === "secret" || isNoValue(value) ? value : maskValue(value)));
  const key = read.partitionkey;
  return {
    clear: { ...read, data },
    masked: { ...read, data: masked, ...(key !== undefined && personal.includes(key) ? { partitionkey: maskText(key) } : {}) },
    personal,
    open: new Set(scalarsIn(replaceMarked(place, data, () => null))),
    ...(closed.length === 0 ? {} : { closed }),
  };
}

/** Sealed as in the log, or behind stand-ins as in a job. */
function withoutSecrets({ data, sealed = {} }: BusEvent): unknown {
  return replaceStandIns(
    replaceSealed(data, () => secretText),
    sealed,
    () => secretText,
  );
}
