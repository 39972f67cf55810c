import { channelNames } from "./channel-name.ts";
import { givenOptions } from "./channels.ts";
import { categoryProblems, namePattern, unknownOptions } from "./names.ts";
import { durationProblems, policyProblems } from "./policy.ts";
import { replayWordProblems } from "./replay-word.ts";
import { type AnyRoute, isMessageRoute, routeOptionNames } from "./route.ts";
import { isTemplate } from "./template.ts";

/**
 * Everything wrong with one route as its author wrote it, one sentence each, naming the field.
 * @param inFirstOf it stands in a `firstOf`
 */
export function routeProblems(route: AnyRoute | undefined, { inFirstOf = false }: { readonly inFirstOf?: boolean } = {}): string[] {
  if (route?.kind !== "route" || !channelNames.includes(route.channel)) return ["it was not made by a channel builder"];
  const options = givenOptions(route);
  if (typeof options !== "object" || options === null) return [`${route.channel} takes an object of options`];
  const { expiresIn, ...words } = route;
  const problems = unknownOptions(options, routeOptionNames(route.channel));
  problems.push(
    ...policyProblems(typeof expiresIn === "function" ? words : { ...words, ...(expiresIn === undefined ? {} : { expiresIn }) }),
  );
  problems.push(...replayWordProblems(route));
  if (typeof route.name !== "string" || !namePattern.test(route.name))
    problems.push(`its name ${JSON.stringify(route.name)} must be lower case`);
  if (typeof route.identity !== "string" || !namePattern.test(route.identity))
    problems.push(`formerly ${JSON.stringify(route.identity)} must be one of its older names`);
  if (route.delay !== undefined && route.deliverAt !== undefined) problems.push("it has delay and deliverAt: give one of them");
  const optional = (name: string, value: unknown, what: string): void => {
    if (value !== undefined && typeof value !== "function") problems.push(`${name} must be a function that returns ${what}`);
  };
  optional("when", route.when, "true or false");
  optional("deliverAt", route.deliverAt, "a time");
  problems.push(...durationProblems("within", route.within));
  if (route.within !== undefined && !inFirstOf)
    problems.push("within is for routes in a firstOf: say expiresIn to drop what comes too late");
  return [...problems, ...sourceProblems(route)];
}

function sourceProblems(route: AnyRoute): string[] {
  const problems: string[] = [];
  if (route.channel === "handler") {
    if (typeof route.handle !== "function") problems.push("handle must be an async function that gets the event and its context");
    return [...problems, ...durationProblems("timeout", route.timeout)];
  }
  if (isMessageRoute(route) && route.audience !== undefined) {
    if (typeof route.audience !== "function") problems.push("audience must be an async function that returns { recipients, next }");
    if (route.to !== undefined) problems.push("it has to and audience: give one of them");
  } else if (typeof route.to !== "function") {
    problems.push(`to must be a function that returns the recipient${isMessageRoute(route) ? ", or give an audience" : ""}`);
  }
  if (!isMessageRoute(route)) {
    if (route.data !== undefined && typeof route.data !== "function") problems.push("data must be a function that returns the body");
    return problems;
  }
  if (typeof route.data !== "function") problems.push("data must be a function that returns the template's data");
  if (route.locale !== undefined && typeof route.locale !== "function")
    problems.push("locale must be a function that returns a language's code");
  const { category } = route as { readonly category?: unknown };
  problems.push(...categoryProblems(category));
  const template: unknown = route.template;
  if (!isTemplate(template)) problems.push(`template is no template: import one that ${route.channel}Template made`);
  else if (template.channel !== route.channel)
    problems.push(`template "${template.name}" is for ${template.channel}, not ${route.channel}`);
  return problems;
}
