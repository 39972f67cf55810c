import { type Comparison, comparisonSigns, type Condition } from "./parsed-pattern.ts";
import type { Report } from "./report.ts";
import { shown } from "./shown.ts";

/** A comparison such as `[">", 0]`, or two: a lower and then an upper bound. */
export function parseNumeric(operand: unknown, report: Report): Condition | undefined {
  if (!Array.isArray(operand)) return void report(`${shown(operand)} ${noComparison}`, { vendor: "Value of numeric must be an array." });
  const vendor = vendorProblem(operand);
  if (operand.length !== 2 && operand.length !== 4) return void report(`${shown(operand)} ${noComparison}`, { vendor });
  const comparisons: Comparison[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const sign = comparisonSigns.find((known) => known === operand[index]);
    const than: unknown = operand[index + 1];
    if (sign === undefined) report(`${shown(operand[index])} is none of ${comparisonSigns.join(" ")}`, { at: `[${index}]`, vendor });
    if (!isNumber(than)) report(`${shown(than)} is no number`, { at: `[${index + 1}]`, vendor });
    else if (sign !== undefined) comparisons.push({ sign, than });
  }
  const [lower, upper] = comparisons;
  if (comparisons.length * 2 < operand.length || lower === undefined) return undefined;
  if (upper !== undefined) {
    if (!lower.sign.startsWith(">") || !upper.sign.startsWith("<"))
      return void report(`${shown(operand)} must be a lower bound and then an upper one, such as [">", 0, "<=", 5]`, { vendor });
    if (lower.than >= upper.than)
      return void report(`${shown(operand)} is an empty range: the lower bound must be less than the upper one; for one number write "="`, {
        vendor,
      });
  }
  return { is: "numeric", comparisons };
}

const noComparison = 'is no comparison: write [">", 0], or two such as [">", 0, "<=", 5]';

/** What event-ruler says of a list: it reads from the left and stops at the first thing that is wrong. Undefined where nothing is. */
function vendorProblem([sign, than, second, top, ...rest]: readonly unknown[]): string | undefined {
  if (typeof sign !== "string") return `Invalid member in numeric match: ${sign === undefined ? "]" : String(sign)}`;
  if (!comparisonSigns.some((known) => known === sign)) return `Unrecognized numeric range operator: ${sign}`;
  if (!isNumber(than)) return `Value of ${sign === "=" ? "equals" : sign} must be numeric`;
  if (second === undefined) return undefined;
  if (!sign.startsWith(">")) return "Too many elements in numeric expression";
  if (typeof second !== "string") return `Bad value in numeric range: ${String(second)}`;
  if (second !== "<" && second !== "<=") return `Bad numeric range operator: ${second}`;
  if (!isNumber(top)) return `Value of ${second} must be numeric`;
  if (than >= top) return "Bottom must be less than top";
  return rest.length > 0 ? "Too many terms in numeric range expression" : undefined;
}

export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
