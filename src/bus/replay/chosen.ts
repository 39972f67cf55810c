import { BusbarError, type ErrorCode } from "../../base/errors.ts";
import type { Catalog } from "../../define/catalog.ts";
import { hopelessProblems } from "../../define/filter-problems.ts";
import { nearestName, thereAre } from "../../define/names.ts";
import { personalPaths } from "../../define/personal-filter.ts";
import type { AnyRoute } from "../../define/route.ts";
import type { Subscriber } from "../../define/subscriber.ts";
import { FilterError } from "../../filter/filter-error.ts";
import { parse } from "../../filter/index.ts";
import type { ParsedPattern } from "../../filter/parsed-pattern.ts";
import type { ReplayMode } from "./replay-mode.ts";
import type { ReplayRequest } from "./replay-request.ts";

/** What was asked for, with all names known. */
export interface Choice {
  readonly topics: readonly string[];
  readonly subscribers: readonly Subscriber[];
  /** By their oldest names; undefined: all. */
  readonly routes: ReadonlySet<string> | undefined;
  readonly filter: ParsedPattern | undefined;
  /** The paths of personal data that the filter asks about. */
  readonly personal: readonly string[];
  readonly mode: ReplayMode;
}

interface Problem {
  readonly code: ErrorCode;
  readonly text: string;
}

/**
 * Looks whether what was asked for names what there is. Pure.
 * @throws BusbarError with every problem; `UNKNOWN_TOPIC`, `UNKNOWN_SUBSCRIBER` or `INVALID_REPLAY`
 */
export function chosenOf(catalog: Catalog, request: ReplayRequest): Choice {
  const problems: Problem[] = [];
  const { mode = "missing" } = request;
  const known = catalog.topics.map(({ name }) => name);
  const topics = named(request.topics, "topics", problems);
  for (const name of topics) if (!known.includes(name)) problems.push(unknown("UNKNOWN_TOPIC", "topic", name, known));
  const subscribers = named(request.subscribers, "subscribers", problems).flatMap((name) => {
    const found = catalog.subscribers.find((one) => one.name === name) ?? catalog.subscriber(name);
    const names = catalog.subscribers.map((one) => one.name);
    if (found === undefined) problems.push(unknown("UNKNOWN_SUBSCRIBER", "subscriber", name, names));
    return found === undefined ? [] : [found];
  });
  if (problems.length === 0) problems.push(...listeningProblems(catalog, topics, subscribers));
  const routes = request.routes === undefined ? undefined : routesOf(named(request.routes, "routes", problems), subscribers, problems);
  problems.push(...modeProblems(mode, request, subscribers));
  const filter = request.filter === undefined ? undefined : filterOf(request.filter, problems);
  const meant = catalog.topics.filter(({ name }) => topics.includes(name));
  for (const wrong of filter === undefined ? [] : hopelessProblems(filter, meant))
    problems.push({ code: "INVALID_FILTER", text: `filter: ${wrong}` });
  refuse(problems);
  const personal = filter === undefined ? [] : personalPaths(filter, meant);
  return { topics, subscribers, routes, filter, personal, mode };
}

function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw new BusbarError(first.code, first.text);
  throw new BusbarError(first.code, "Nothing can be replayed:", { problems: problems.map(({ text }) => text) });
}

function named(given: string | readonly string[] | undefined, what: string, problems: Problem[]): readonly string[] {
  const list: unknown = typeof given === "string" ? [given] : given;
  if (Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === "string")) return [...new Set(list)];
  problems.push({ code: "INVALID_REPLAY", text: `${what}: name at least one; a replay never means all of them by saying none` });
  return [];
}

function listeningProblems(catalog: Catalog, topics: readonly string[], subscribers: readonly Subscriber[]): Problem[] {
  const heard = (topic: string): string[] => catalog.subscribers.filter((one) => listens(one, topic)).map(({ name }) => name);
  const deaf = subscribers.filter((subscriber) => !topics.some((topic) => listens(subscriber, topic)));
  const unheard = deaf.length > 0 ? [] : topics.filter((topic) => !subscribers.some((subscriber) => listens(subscriber, topic)));
  const whoDo = [...new Set(topics.flatMap(heard))];
  const advice = whoDo.length === 0 ? "Nobody does." : `Those who do: ${whoDo.join(", ")}.`;
  const title = topics.map((topic) => `"${topic}"`).join(" or ");
  return [
    ...deaf.map(({ name }): Problem => ({
      code: "UNKNOWN_SUBSCRIBER",
      text: `Subscriber "${name}" does not listen to ${title}. ${advice}`,
    })),
    ...unheard.map((topic): Problem => ({ code: "INVALID_REPLAY", text: `topics: none of the chosen subscribers listens to "${topic}"` })),
  ];
}

function routesOf(names: readonly string[], subscribers: readonly Subscriber[], problems: Problem[]): ReadonlySet<string> {
  const all: AnyRoute[] = subscribers.flatMap(({ routes }) => routes);
  const found = names.flatMap((name) => {
    const matching = all.filter((route) => route.name === name || route.identity === name);
    if (matching.length === 0 && all.length > 0)
      problems.push(unknown("INVALID_REPLAY", "route of the chosen subscribers", name, [...new Set(all.map((route) => route.name))]));
    return matching.map(({ identity }) => identity);
  });
  return new Set(found);
}

function modeProblems(
  mode: ReplayMode,
  { reason, confirm, pace, from, fromEvent }: ReplayRequest,
  subscribers: readonly Subscriber[],
): Problem[] {
  if (mode !== "missing" && mode !== "again") return problem(`mode ${JSON.stringify(mode)} is none of "missing" and "again"`);
  const wrong = pace === undefined || pace > 0 ? [] : problem(`pace: must be more than 0 deliveries a second, not ${JSON.stringify(pace)}`);
  if (mode === "missing") return wrong;
  const [only, another] = subscribers;
  return [
    ...wrong,
    ...(another === undefined ? [] : problem('mode "again" sends to every reader once more, so it is for one subscriber at a time')),
    ...(only === undefined || another !== undefined || confirm === only.name
      ? []
      : problem(`confirm: mode "again" sends to every reader of "${only.name}" once more: give that name here too`)),
    ...(typeof reason === "string" && reason.trim() !== "" ? [] : problem('reason: mode "again" sends what was sent already: say why')),
    ...(from === undefined && fromEvent === undefined
      ? problem('from: mode "again" has no beginning of its own: give from or fromEvent')
      : []),
  ];
}

function filterOf(pattern: unknown, problems: Problem[]): ParsedPattern | undefined {
  try {
    return parse(pattern);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    problems.push({ code: "INVALID_FILTER", text: `filter: ${error.message}` });
    return undefined;
  }
}

function unknown(code: ErrorCode, what: string, name: string, known: readonly string[]): Problem {
  const near = nearestName(name, known);
  const advice = near === undefined ? `${thereAre(known)}.` : `Did you mean "${near}"?`;
  return { code, text: `No ${what} is called ${JSON.stringify(name)}. ${advice}` };
}

function listens(subscriber: Subscriber, topic: string): boolean {
  return subscriber.topics.some(({ name }) => name === topic);
}

function problem(text: string): Problem[] {
  return [{ code: "INVALID_REPLAY", text }];
}
