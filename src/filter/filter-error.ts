import { BusbarError } from "../base/errors.ts";

/** One thing that is wrong with a pattern. */
export interface FilterProblem {
  /** Where it stands in the pattern, such as `customer.phone[0].prefix`; "" for the pattern as a whole. */
  readonly path: string;
  /** What is wrong, and what to do. */
  readonly problem: string;
  /** The same in the words of EventBridge or SNS, where they have any. */
  readonly vendor?: string;
}

/** A pattern that cannot be used. `faults` has everything wrong with it, in the order in which it is written; `problems` the same as sentences. */
export class FilterError extends BusbarError {
  readonly faults: readonly FilterProblem[];

  constructor(faults: readonly FilterProblem[]) {
    super("INVALID_FILTER", "The filter cannot be used:", { problems: faults.map(sentenceOf) });
    this.name = "FilterError";
    this.faults = faults;
  }
}

/** A problem with its path, in one line. */
export function sentenceOf({ path, problem }: FilterProblem): string {
  return path === "" ? problem : `${path}: ${problem}`;
}
