import { parseAnythingBut } from "./anything-but.ts";
import { parseCidr } from "./cidr.ts";
import { parseNumeric } from "./numeric.ts";
import type { Condition, Scalar } from "./parsed-pattern.ts";
import { type Dialect, type Report, within } from "./report.ts";
import { shown } from "./shown.ts";
import { parseEqualsIgnoreCase, parseExactly, parsePrefix, parseSuffix, parseWildcard } from "./text-operators.ts";

export type ParseOperator = (operand: unknown, report: Report, dialect: Dialect) => Condition | undefined;

const operators: Readonly<Record<string, ParseOperator>> = {
  prefix: parsePrefix,
  suffix: parseSuffix,
  "equals-ignore-case": parseEqualsIgnoreCase,
  wildcard: parseWildcard,
  numeric: parseNumeric,
  cidr: parseCidr,
  exists: parseExists,
  "anything-but": parseAnythingBut,
};
export const operatorNames = Object.keys(operators);

/** event-ruler has one more, another word for the value itself; it is read and not advertised. */
const known: typeof operators = { ...operators, exactly: parseExactly };

/** One entry of a leaf's list; undefined, and the problems reported, where it cannot be one. */
export function parseCondition(entry: unknown, report: Report, dialect: Dialect = {}): Condition | undefined {
  if (isScalar(entry)) return { is: "equal", value: entry };
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return void report(`${shown(entry)} is no string, number, boolean, null, or object with an operator`, {
      vendor: "Match value must be String, number, true, false, or null",
    });
  const names = Object.keys(entry);
  const [name] = names;
  if (name === undefined) return void report(onlyOne(entry), { vendor: "Match expression name not found" });
  if (!Object.hasOwn(known, name)) return void report(unknownOperator(name), { vendor: `Unrecognized match type ${name}` });
  const condition = known[name]!((entry as Record<string, unknown>)[name], within(report, `.${name}`), dialect);
  if (names.length > 1) {
    const vendor = name === "anything-but" ? "Too many elements in numeric expression" : "Only one key allowed in match expression";
    return void report(onlyOne(entry), { vendor });
  }
  return condition;
}

function onlyOne(entry: object): string {
  return `${shown(entry)} must have exactly one operator of ${operatorNames.join(", ")}; entries of one list are alternatives`;
}

function unknownOperator(name: string): string {
  const near = operatorNames.find((each) => each.slice(0, 2) === name.slice(0, 2).toLowerCase());
  return `operator ${shown(name)} is not known; known: ${operatorNames.join(", ")}${near === undefined ? "" : `. Did you mean "${near}"?`}`;
}

function parseExists(operand: unknown, report: Report): Condition | undefined {
  if (typeof operand === "boolean") return { is: "exists", exists: operand };
  return void report(`${shown(operand)} is neither true nor false`, { vendor: "exists match pattern must be either true or false." });
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}
