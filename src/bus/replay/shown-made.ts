import type { MessageFields } from "../../channels/channel.ts";
import { maskWords, secretText } from "../../define/mask.ts";
import { markedValues, scalarsIn } from "../../define/marked-values.ts";
import type { PlannedEvent } from "../../router/replay-page.ts";
import { isAddressMasked, maskedRecipient } from "../masked.ts";

export interface ShownMadeOptions {
  /** Personal values and addresses are shown in the clear. Default: masked. Secrets are shown never. */
  readonly open?: boolean;
}

/** How people see what was made of an event again: its personal values masked, its secrets never. Of a topic without marks, as it is, but for the addresses of webhooks. */
export function shownMade({ subscriber, event }: Pick<PlannedEvent, "subscriber" | "event">, { open = false }: ShownMadeOptions = {}) {
  const marks = subscriber.topics.find(({ name }) => name === event.type)?.marks;
  const place = marks?.places.at(-1);
  const personal =
    place === undefined ? [] : markedValues(place, event.data).flatMap(({ mark, value }) => (mark.kind === "pii" ? scalarsIn(value) : []));
  // A template may say a part of a name.
  const values = [...new Set(personal.flatMap((value) => [value, ...value.split(/\s+/)]))];
  const text = (given: string): string => {
    if (marks === undefined) return given;
    return (open ? given : maskWords(given, values)).replaceAll(/busbar-sealed(?::|%3A)[\w-]{16}/g, secretText);
  };
  return {
    recipient: (delivery: { readonly channel: string; readonly to: string }): string =>
      !open && isAddressMasked(delivery.channel, marks !== undefined) ? maskedRecipient(delivery) : text(delivery.to),
    text,
    fields: (fields: MessageFields): MessageFields =>
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, text(value)])),
  };
}
