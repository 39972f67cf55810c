import type { Condition, Likeness } from "./parsed-pattern.ts";
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
    case "numeric":
      return condition.comparisons.map(({ sign, than }) => `${sign} ${than}`).join(" and ");
    case "cidr":
      return `an address in ${condition.cidr}`;
    case "exists":
      return condition.exists ? "present" : "absent";
    case "none-of":
      return `anything but ${listed(condition.values, shown)}`;
    case "none-like":
      return `anything but ${excludedText(condition.of)}`;
    default:
      return likenessText(condition);
  }
}

function likenessText(likeness: Likeness): string {
  switch (likeness.is) {
    case "equal-ignoring-case":
      return `${shown(likeness.folded)} in any case`;
    case "prefix":
      return `beginning with ${shown(likeness.prefix)}`;
    case "prefix-ignoring-case":
      return `beginning with ${shown(likeness.folded)} in any case`;
    case "suffix":
      return `ending with ${shown(likeness.suffix)}`;
    case "suffix-ignoring-case":
      return `ending with ${shown(likeness.folded)} in any case`;
    case "wildcard":
      return `like ${shown(likeness.wildcard)}`;
  }
}

function excludedText(likenesses: readonly Likeness[]): string {
  const texts = (text: (likeness: Likeness) => string): string => listed(likenesses, text);
  switch (likenesses[0]?.is) {
    case "prefix":
      return `what begins with ${texts((each) => shown(each.is === "prefix" && each.prefix))}`;
    case "suffix":
      return `what ends with ${texts((each) => shown(each.is === "suffix" && each.suffix))}`;
    case "wildcard":
      return `what is ${texts(likenessText)}`;
    default:
      return texts(likenessText);
  }
}

function listed<T>(items: readonly T[], text: (item: T) => string): string {
  const named = items.slice(0, mostNamed).map(text);
  if (items.length > mostNamed) named.push(`${items.length - mostNamed} more`);
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} or ${named.at(-1)}`;
}
