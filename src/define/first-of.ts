import { type Duration, milliseconds } from "../base/duration.ts";
import { type Arrival, arrivals, longestWait } from "./first-of-place.ts";
import { unknownOptions } from "./names.ts";
import { durationProblems } from "./policy.ts";
import { type AnyRoute, isMessageRoute } from "./route.ts";

export interface FirstOfOptions {
  /**
   * How long a step has to arrive, from when it was sent; unsent, from when it was due. Then the next one goes. At most 72 h for all
   * steps together. A step's own `within` wins. Default: no limit, the next goes only when the one before ended without arriving.
   */
  readonly within?: Duration;
  /**
   * What counts as arriving. Default `delivered`: of a provider that reports nothing after it took a message, that it took it. `read`
   * needs `within`, because nobody reports that a message was not read.
   */
  readonly until?: Arrival;
}

/** Routes of which one is to reach its reader: the next is sent where the ones before did not arrive. Made by `firstOf`. */
export interface FirstOf {
  readonly kind: "firstOf";
  readonly steps: readonly AnyRoute[];
  readonly within: Duration | undefined;
  readonly until: Arrival;
}

/** What a subscriber's `deliver` returns a list of. */
export type Branch = AnyRoute | FirstOf;

/** At least two routes, the one that is tried first in front, and perhaps options at the end. */
export type FirstOfBuilder = (first: AnyRoute, second: AnyRoute, ...more: readonly (AnyRoute | FirstOfOptions)[]) => FirstOf;

/** What its author gave to a `firstOf`, slips included. */
const given = new WeakMap<object, { readonly steps: readonly unknown[]; readonly options: unknown }>();

export const firstOf: FirstOfBuilder = (...parts) => {
  const last: unknown = parts.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !("kind" in last);
  const steps: readonly unknown[] = hasOptions ? parts.slice(0, -1) : parts;
  const { within, until = "delivered" } = (hasOptions ? last : {}) as FirstOfOptions;
  const made: FirstOf = { kind: "firstOf", steps: steps.filter(isRoute), within, until };
  given.set(made, { steps, options: hasOptions ? last : {} });
  return made;
};

export const isFirstOf = (branch: unknown): branch is FirstOf => kindOf(branch) === "firstOf";

/** All routes of a subscriber, those in a `firstOf` too. */
export const routesOf = (branches: readonly Branch[]): AnyRoute[] =>
  branches.flatMap((branch) => (isFirstOf(branch) ? branch.steps : [branch]));

/** Milliseconds that a step has to arrive; undefined: no limit. */
export function withinOf({ within }: FirstOf, step: AnyRoute): number | undefined {
  const own = step.within ?? within;
  return own === undefined ? undefined : milliseconds(own, "within");
}

/** Everything wrong with one `firstOf` as its author wrote it, one sentence each; what is wrong with its routes, they say themselves. */
export function firstOfProblems(made: FirstOf): string[] {
  const { steps, options } = given.get(made) ?? { steps: [], options: {} };
  const problems = unknownOptions(options as object, ["within", "until"]).concat(durationProblems("within", made.within));
  if (!arrivals.includes(made.until))
    problems.push(`until ${JSON.stringify(made.until)} must be ${arrivals.map((word) => `"${word}"`).join(", ")}`);
  if (steps.some(isFirstOf)) problems.push("a firstOf cannot stand in a firstOf: give it all routes in one list");
  else if (steps.some((step) => !isRoute(step)))
    problems.push("it takes routes that channel builders made, and perhaps options at the end");
  else if (steps.length < 2) problems.push("it takes at least two routes, such as firstOf(push({ … }), sms({ … }))");
  const waited = made.steps.slice(0, -1);
  for (const { name } of made.steps.filter((route) => isMessageRoute(route) && route.audience !== undefined))
    problems.push(`its route ${name} has an audience: a firstOf is for the addresses of one reader, which to names`);
  if (made.steps.length > 1 && made.steps.at(-1)?.within !== undefined)
    problems.push(`its last route has within, and nothing comes after it: leave it away`);
  if (made.until === "read" && waited.some((step) => (step.within ?? made.within) === undefined))
    problems.push(`until "read" needs within: nobody reports that a message was not read`);
  if (problems.length === 0 && waited.every((step) => durationProblems("within", step.within).length === 0)) {
    const all = waited.reduce((sum, step) => sum + (withinOf(made, step) ?? 0), 0);
    if (all > longestWait) problems.push("its steps wait longer than 72 h in all: what became of a message is not known for much longer");
  }
  return problems;
}

const isRoute = (value: unknown): value is AnyRoute => kindOf(value) === "route";
const kindOf = (value: unknown): unknown => (typeof value === "object" && value !== null ? (value as { kind?: unknown }).kind : undefined);
