import type { Condition } from "./parsed-pattern.ts";
import { shown } from "./shown.ts";

const mostNamed = 5;

/** What a leaf must be, as it follows "not": `"cod"`, `> 0 and <= 5`, `1, 2 or absent`. */
export function conditionsText(conditions: readonly Condition[]): string {
  return listed(conditions, conditionText);
}

function conditionText(condition: Condition): string {
  switch (condition.is) {
    case "equal":
      return shown(condition.value);
    case "prefix":
      return `beginning with ${shown(condition.prefix)}`;
    case "numeric":
      return condition.comparisons.map(({ sign, than }) => `${sign} ${than}`).join(" and ");
    case "exists":
      return condition.exists ? "present" : "absent";
    case "none-of":
      return `anything but ${listed(condition.values, shown)}`;
    case "no-prefix":
      return `anything but what begins with ${listed(condition.prefixes, shown)}`;
  }
}

function listed<T>(items: readonly T[], text: (item: T) => string): string {
  const named = items.slice(0, mostNamed).map(text);
  if (items.length > mostNamed) named.push(`${items.length - mostNamed} more`);
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} or ${named.at(-1)}`;
}
