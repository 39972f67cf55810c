import type { MessageFields } from "../../channels/channel.ts";
import { maskWords, secretText } from "../../define/mask.ts";
import { markedValues, scalarsIn } from "../../define/marked-values.ts";
import type { PlannedEvent } from "../../router/replay-page.ts";
import { maskedRecipient } from "../masked.ts";

/** How people see what was made of an event again: its personal values masked, its secrets never. Of a topic without marks, as it is. */
export function shownMade({ subscriber, event }: Pick<PlannedEvent, "subscriber" | "event">) {
  const marks = subscriber.topics.find(({ name }) => name === event.type)?.marks;
  const place = marks?.places.at(-1);
  const personal =
    place === undefined ? [] : markedValues(place, event.data).flatMap(({ mark, value }) => (mark.kind === "pii" ? scalarsIn(value) : []));
  // A template may say a part of a name.
  const values = [...new Set(personal.flatMap((value) => [value, ...value.split(/\s+/)]))];
  const text = (given: string): string => maskWords(given, values).replaceAll(/busbar-sealed(?::|%3A)[\w-]{16}/g, secretText);
  return {
    recipient: (delivery: { readonly channel: string; readonly to: string }): string =>
      marks === undefined ? delivery.to : maskedRecipient(delivery),
    text: (given: string): string => (marks === undefined ? given : text(given)),
    fields: (fields: MessageFields): MessageFields =>
      marks === undefined ? fields : Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, text(value)])),
  };
}
