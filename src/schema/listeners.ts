import type { Catalog } from "../define/catalog.ts";
import { conditionsText } from "../filter/condition-text.ts";
import type { ParsedPattern } from "../filter/parsed-pattern.ts";

/** Who listens to a topic. */
export interface Listener {
  readonly subscriber: string;
  readonly description?: string;
  /** Each once, in the order of its routes. */
  readonly channels: readonly string[];
  /** What its filter lets through, for people; absent: everything. */
  readonly filter?: string;
}

/** The subscribers of a topic, in the order of their names. */
export function listenersOf({ subscribers }: Pick<Catalog, "subscribers">, topic: string): Listener[] {
  const listening = subscribers.filter(({ topics }) => topics.some(({ name }) => name === topic));
  return listening
    .map(({ name, description, routes, filter }) => ({
      subscriber: name,
      ...(description === undefined ? {} : { description }),
      channels: [...new Set(routes.map(({ channel }) => channel))],
      ...(filter === undefined ? {} : { filter: filterText(filter) }),
    }))
    .toSorted((a, b) => (a.subscriber < b.subscriber ? -1 : 1));
}

/** A pattern in words: `total: > 0 and paymentMethod: "cod"`. */
function filterText({ fields, or }: ParsedPattern): string {
  const each = fields.map((field) => ("nested" in field ? filterText(field.nested) : `${field.path}: ${conditionsText(field.oneOf)}`));
  const ways = or.length === 0 ? [] : [`(${or.map(filterText).join(" or ")})`];
  return [...each, ...ways].join(" and ");
}
