import type { Fault } from "./fault.ts";
import type { WaitingFault } from "./faults.ts";
import type { ListOptions } from "./inbox.ts";
import type { MessageFilter } from "./message-filter.ts";
import type { Telling } from "./telling.ts";
import { type MailProvider, mailChannels, mailProviders } from "./record.ts";

/** What was asked for, or everything that is wrong with it, one sentence each. */
export type Asked<T> = { readonly asked: T } | { readonly problems: readonly string[] };

const mostListed = 500;
const listFields = ["limit", "before", "search", "channel", "provider", "to", "delivery"] as const;

/** Reads what messages are asked for in an address. Pure. */
export function listQuery(query: Readonly<Record<string, unknown>>): Asked<ListOptions> {
  const problems = unknownFields(query, listFields);
  const given = Object.fromEntries(
    listFields.flatMap((name) => {
      const value = query[name];
      if (value === undefined) return [];
      if (typeof value !== "string") problems.push(`${name} is given twice`);
      return [[name, String(value)]];
    }),
  ) as Partial<Record<(typeof listFields)[number], string>>;
  const { limit, channel, provider, ...rest } = given;
  if (limit !== undefined && !(/^\d{1,3}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= mostListed))
    problems.push(`limit must be a whole number from 1 to ${mostListed}, not ${JSON.stringify(limit)}`);
  const isChannel = oneOf(mailChannels, channel);
  const isProvider = oneOf(mailProviders, provider);
  if (channel !== undefined && !isChannel)
    problems.push(`channel must be one of ${mailChannels.join(", ")}, not ${JSON.stringify(channel)}`);
  if (provider !== undefined && !isProvider)
    problems.push(`provider must be one of ${mailProviders.join(", ")}, not ${JSON.stringify(provider)}`);
  if (problems.length > 0) return { problems };
  return {
    asked: {
      ...rest,
      ...(limit === undefined ? {} : { limit: Number(limit) }),
      ...(isChannel ? { channel: channel as (typeof mailChannels)[number] } : {}),
      ...(isProvider ? { provider: provider as MailProvider } : {}),
    },
  };
}

/** JSON has no infinity. */
export const untilLifted = "until-lifted";

const kinds: Readonly<Record<keyof Fault, readonly string[]>> = {
  status: ["number"],
  smtpCode: ["number"],
  bounce: ["boolean"],
  hang: ["boolean"],
  resetAfterAccept: ["boolean"],
  // Text, with its unit: whoever writes 3 may mean seconds.
  delay: ["string"],
  times: ["number", "string"],
  share: ["number"],
  to: ["string"],
  retryAfter: ["string"],
  message: ["string"],
  stage: ["string"],
};

const lengths: ReadonlySet<string> = new Set(["delay", "retryAfter"]);

/**
 * Reads a fault that is to be scripted: `{ "provider": …, … }` with the fields of a fault, `times` a number or `"until-lifted"`. Whether
 * the provider can fail like that is checked later. Pure.
 */
export function faultQuery(json: unknown): Asked<{ readonly provider: MailProvider; readonly fault: Fault }> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return { problems: ["the body must be a JSON object"] };
  const { provider, ...fields } = json as Readonly<Record<string, unknown>>;
  const problems = unknownFields(fields, Object.keys(kinds));
  if (provider === undefined) problems.push(`provider is missing: it is one of ${mailProviders.join(", ")}`);
  for (const [name, types] of Object.entries(kinds)) {
    const value = fields[name];
    if (value !== undefined && !types.includes(typeof value))
      problems.push(`${name} must be ${lengths.has(name) ? 'text with its unit, such as "30s"' : `a ${types.join(" or ")}`}`);
  }
  if (typeof fields["times"] === "string" && fields["times"] !== untilLifted)
    problems.push(`times must be a number or "${untilLifted}", not ${JSON.stringify(fields["times"])}`);
  if (problems.length > 0) return { problems };
  const fault = { ...fields, ...(fields["times"] === untilLifted ? { times: Infinity } : {}) } as Fault;
  return { asked: { provider: provider as MailProvider, fault } };
}

/** A fault that waits, as JSON shows it. */
export function faultView({ id, provider, fault, left }: WaitingFault): object {
  const { times, ...rest } = fault;
  return { id, provider, ...rest, ...(times === undefined ? {} : { times: finite(times) }), left: finite(left) };
}

function finite(times: number): number | string {
  return times === Infinity ? untilLifted : times;
}

const filterFields: readonly string[] = ["search", "channel", "provider", "to", "delivery"];
const tellingKinds: Readonly<Record<keyof Telling, readonly string[]>> = {
  status: ["string", "object"], // a list of them
  answer: ["string"],
  word: ["string"],
  code: ["string"],
  reason: ["string"],
  times: ["number"],
  delay: ["string"],
  as: ["string"],
};

/** What is to be told, and of which message: the one of this id, or else the newest one of those that are meant. */
export interface AskedTelling {
  readonly message?: string;
  readonly filter: MessageFilter;
  readonly telling: Telling;
}

/**
 * Reads what is to be told: `{ "to": …, "status": … }` with the fields of a telling, and `message` or those of a filter. Whether the
 * message's vendor can tell it is checked later. Pure.
 */
export function tellingQuery(json: unknown): Asked<AskedTelling> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return { problems: ["the body must be a JSON object"] };
  const given = Object.entries(json as Readonly<Record<string, unknown>>);
  const isWhich = ([name]: readonly [string, unknown]): boolean => name === "message" || filterFields.includes(name);
  const { message, ...which } = Object.fromEntries(given.filter(isWhich));
  const telling = Object.fromEntries(given.filter((entry) => !isWhich(entry)));
  const filter = listQuery(which);
  const problems = [...unknownFields(telling, [...Object.keys(tellingKinds), "message", ...filterFields]), ...kindProblems(telling)];
  if ("problems" in filter) problems.push(...filter.problems);
  if (message !== undefined && typeof message !== "string") problems.push("message must be the id of one");
  if (message === undefined && Object.keys(which).length === 0)
    problems.push(`of which message? Say message (its id), or of the newest one some of ${filterFields.join(", ")}`);
  if (problems.length > 0 || "problems" in filter) return { problems };
  return { asked: { filter: filter.asked, telling, ...(typeof message === "string" ? { message } : {}) } };
}

function kindProblems(telling: Readonly<Record<string, unknown>>): string[] {
  const problems = Object.entries(tellingKinds).flatMap(([name, types]) => {
    const value = telling[name];
    if (value === undefined || types.includes(typeof value)) return [];
    return [`${name} must be ${lengths.has(name) ? 'text with its unit, such as "30s"' : `a ${types.join(" or ")}`}`];
  });
  const { status } = telling;
  if (typeof status === "object" && !(Array.isArray(status) && status.every((one) => typeof one === "string")))
    problems.push("status must be a text, or a list of them");
  return problems;
}

function unknownFields(given: object, known: readonly string[]): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `${JSON.stringify(name.slice(0, 100))} is not known: there are ${known.join(", ")}`);
}

function oneOf(values: readonly string[], value: string | undefined): boolean {
  return value !== undefined && values.includes(value);
}
