import { type Comparison, type Condition, comparisonSigns, type Scalar } from "./parsed-pattern.ts";
import { shown } from "./shown.ts";

/** Takes what is wrong with a value; `at` is the rest of its path, such as `.numeric`. */
export type Report = (problem: string, at?: string) => void;

const operators: Readonly<Record<string, (operand: unknown, report: Report) => Condition | undefined>> = {
  prefix: parsePrefix,
  numeric: parseNumeric,
  exists: parseExists,
  "anything-but": parseAnythingBut,
};
export const operatorNames = Object.keys(operators);

/** One entry of a leaf's list; undefined, and the problems reported, where it cannot be one. */
export function parseCondition(entry: unknown, report: Report): Condition | undefined {
  if (isScalar(entry)) return { is: "equal", value: entry };
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return void report(`${shown(entry)} is no string, number, boolean, null, or object with an operator`);
  const names = Object.keys(entry);
  const [name] = names;
  if (name === undefined || names.length > 1)
    return void report(
      `${shown(entry)} must have exactly one operator of ${operatorNames.join(", ")}; entries of one list are alternatives`,
    );
  if (!operatorNames.includes(name)) return void report(unknownOperator(name));
  return operators[name]!((entry as Record<string, unknown>)[name], (problem, at = "") => report(problem, `.${name}${at}`));
}

function unknownOperator(name: string): string {
  // The known ones already differ in their first two letters.
  const near = operatorNames.find((known) => known.slice(0, 2) === name.slice(0, 2).toLowerCase());
  return `operator ${shown(name)} is not known; known: ${operatorNames.join(", ")}${near === undefined ? "" : `. Did you mean "${near}"?`}`;
}

function parsePrefix(operand: unknown, report: Report): Condition | undefined {
  if (typeof operand === "string") return { is: "prefix", prefix: operand };
  return void report(`${shown(operand)} is no string; for several prefixes write several entries`);
}

function parseExists(operand: unknown, report: Report): Condition | undefined {
  if (typeof operand === "boolean") return { is: "exists", exists: operand };
  return void report(`${shown(operand)} is neither true nor false`);
}

function parseNumeric(operand: unknown, report: Report): Condition | undefined {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4))
    return void report(`${shown(operand)} is no comparison: write [">", 0], or two such as [">", 0, "<=", 5]`);
  const comparisons: Comparison[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const sign = comparisonSigns.find((known) => known === operand[index]);
    const than: unknown = operand[index + 1];
    if (sign === undefined) report(`${shown(operand[index])} is none of ${comparisonSigns.join(" ")}`, `[${index}]`);
    if (!isNumber(than)) report(`${shown(than)} is no number`, `[${index + 1}]`);
    else if (sign !== undefined) comparisons.push({ sign, than });
  }
  const [lower, upper] = comparisons;
  if (comparisons.length * 2 < operand.length || lower === undefined) return undefined;
  if (upper !== undefined) {
    if (!lower.sign.startsWith(">") || !upper.sign.startsWith("<"))
      return void report(`${shown(operand)} must be a lower bound and then an upper one, such as [">", 0, "<=", 5]`);
    if (lower.than >= upper.than)
      return void report(`${shown(operand)} is an empty range: the lower bound must be less than the upper one; for one number write "="`);
  }
  return { is: "numeric", comparisons };
}

function parseAnythingBut(operand: unknown, report: Report): Condition | undefined {
  if (typeof operand === "object" && operand !== null && !Array.isArray(operand)) return parseNoPrefix(operand, report);
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0) return void report("an empty list leaves nothing out: write at least one value");
  if (values.every((value) => typeof value === "string") || values.every(isNumber)) return { is: "none-of", values };
  return void report(`${shown(operand)} must be a string, a number, strings, numbers, or { "prefix": … }; list a boolean or null itself`);
}

function parseNoPrefix(operand: object, report: Report): Condition | undefined {
  const { prefix, ...others } = operand as { readonly prefix?: unknown };
  if (prefix === undefined || Object.keys(others).length > 0)
    return void report(`${shown(operand)} is not known after anything-but; known: values, or { "prefix": … }`);
  const prefixes: readonly unknown[] = Array.isArray(prefix) ? prefix : [prefix];
  if (prefixes.length > 0 && prefixes.every((value) => typeof value === "string" && value !== ""))
    return { is: "no-prefix", prefixes: prefixes as readonly string[] };
  return void report(`${shown(prefix)} must be a string that is not empty, or a list of such`, ".prefix");
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "boolean" || isNumber(value);
}
