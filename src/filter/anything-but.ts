import { isNumber } from "./numeric.ts";
import type { Condition, Likeness } from "./parsed-pattern.ts";
import { type Dialect, type Report, within } from "./report.ts";
import { shown } from "./shown.ts";
import { parseEqualsIgnoreCase, parsePrefix, parseSuffix, parseWildcard } from "./text-operators.ts";

const likenesses = {
  prefix: parsePrefix,
  suffix: parseSuffix,
  "equals-ignore-case": parseEqualsIgnoreCase,
  wildcard: parseWildcard,
} as const;
type Name = keyof typeof likenesses;

/** What a value must not be: strings, numbers, or what texts are like. */
export function parseAnythingBut(operand: unknown, report: Report, { dialect }: Dialect): Condition | undefined {
  if (typeof operand === "object" && operand !== null && !Array.isArray(operand))
    return parseLikeness(operand, report, dialect === "sns" ? ["prefix"] : (Object.keys(likenesses) as Name[]));
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0)
    return void report("an empty list leaves nothing out: write at least one value", { vendor: "Empty arrays are not allowed" });
  if (values.every((value) => typeof value === "string") || values.every(isNumber)) return { is: "none-of", values };
  const vendor = !Array.isArray(operand)
    ? noValue
    : values.every((value) => typeof value === "string" || isNumber(value))
      ? "Inside anything but list, either all values are number or string, mixed type is not supported"
      : "Inside anything but list, start|null|boolean is not supported.";
  return void report(`${shown(operand)} must be a string, a number, strings, numbers, or { "prefix": … }; list a boolean or null itself`, {
    vendor,
  });
}

function parseLikeness(operand: object, report: Report, known: readonly Name[]): Condition | undefined {
  const [written, ...others] = Object.keys(operand);
  const name = known.find((each) => each === written);
  const forms = known.map((each) => `{ "${each}": … }`).join(", ");
  if (name === undefined)
    return void report(`${shown(operand)} is not known after anything-but; known: values, ${forms}`, {
      vendor: `Unsupported anything-but pattern: ${written ?? ""}`,
    });
  const inner = (operand as Record<string, unknown>)[name];
  const texts: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
  const inside = within(report, `.${name}`);
  if (texts.length === 0) return void inside("an empty list leaves nothing out", { vendor: "Empty arrays are not allowed" });
  const ends = name === "prefix" || name === "suffix";
  let whole = true;
  const of: Likeness[] = [];
  for (const [index, text] of texts.entries()) {
    const at = Array.isArray(inner) ? `[${index}]` : "";
    if (typeof text !== "string") {
      whole = false;
      inside(`${shown(text)} must be a string${ends ? " that is not empty" : ""}, or a list of such`, {
        at,
        vendor: noString(text, name, known),
      });
    } else if (ends && text === "") {
      whole = false;
      inside(`"" must be a string that is not empty, or a list of such`, { at, vendor: "Null prefix/suffix not allowed" });
    } else {
      const likeness = likenesses[name](text, within(inside, at));
      if (likeness === undefined) whole = false;
      else of.push(likeness);
    }
  }
  if (others.length > 0)
    return void report(`${shown(operand)} must have nothing but "${name}"`, { vendor: "Too many elements in numeric expression" });
  return whole ? { is: "none-like", of } : undefined;
}

/** SNS, which knows only one of them, names it. */
function noString(text: unknown, name: Name, known: readonly Name[]): string {
  if (name === "wildcard") return "wildcard match pattern must be a string";
  if (name === "equals-ignore-case") return "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.";
  if (typeof text === "object" && text !== null) return noValue;
  return known.length === 1 ? `${name} match pattern must be a string` : "prefix/suffix match pattern must be a string";
}

const noValue = "Value of anything-but must be an array or single string/number value.";
