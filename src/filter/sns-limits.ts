import type { FilterProblem } from "./filter-error.ts";
import type { Condition, ParsedPattern } from "./parsed-pattern.ts";
import type { Dialect } from "./report.ts";

/** Numbers are compared after so many decimals. */
export const snsDecimals = 5;

const most = { keys: 5, combinations: 150, number: 1e9 } as const;

/** What a filter policy of SNS must not be, though it is a good pattern: quotas of that service. */
export function snsFaults(pattern: ParsedPattern, { scope = "MessageAttributes" }: Dialect): FilterProblem[] {
  if (scope === "MessageAttributes" && nests(pattern)) {
    const problem = "attributes have nothing in them: policies with the scope MessageAttributes do not nest";
    return [{ path: "", problem, vendor: "Filter policy scope MessageAttributes does not support nested filter policy" }];
  }
  const faults: FilterProblem[] = [];
  const paths = pathsOf(pattern);
  if (paths.size > most.keys)
    faults.push({
      path: "",
      problem: `the policy names ${paths.size} keys: at most ${most.keys}`,
      vendor: `Filter policy can not have more than ${most.keys} keys`,
    });
  const combinations = complexityOf(pattern, 1);
  if (combinations > most.combinations)
    faults.push({
      path: "",
      problem: `the policy has ${combinations} combinations of values, those of deeper keys counted for each level: at most ${most.combinations}`,
      vendor: "Filter policy is too complex",
    });
  faults.push(...numberFaults(pattern));
  return faults;
}

function nests({ fields, or }: ParsedPattern): boolean {
  return fields.some((field) => "nested" in field) || or.some(nests);
}

function pathsOf({ fields, or }: ParsedPattern): Set<string> {
  const own = fields.flatMap((field) => ("nested" in field ? [...pathsOf(field.nested)] : [field.path]));
  return new Set([...own, ...or.flatMap((branch) => [...pathsOf(branch)])]);
}

/** The values of all keys multiplied, each times its depth; branches of `$or` are added. */
function complexityOf({ fields, or }: ParsedPattern, depth: number): number {
  let product = 1;
  for (const field of fields) product *= "nested" in field ? complexityOf(field.nested, depth + 1) : field.oneOf.length * depth;
  return or.length === 0 ? product : product * or.reduce((sum, branch) => sum + complexityOf(branch, depth), 0);
}

function numberFaults({ fields, or }: ParsedPattern): FilterProblem[] {
  const own = fields.flatMap((field) =>
    "nested" in field
      ? numberFaults(field.nested)
      : field.oneOf
          .flatMap(numbersOf)
          .filter((number) => Math.abs(number) > most.number)
          .map((number) => ({ path: field.path, problem: `${number} is beyond 10^9, which SNS does not take` })),
  );
  return [...own, ...or.flatMap(numberFaults)];
}

function numbersOf(condition: Condition): number[] {
  if (condition.is === "numeric") return condition.comparisons.map(({ than }) => than);
  const values = condition.is === "equal" ? [condition.value] : condition.is === "none-of" ? condition.values : [];
  return values.filter((value) => typeof value === "number");
}
