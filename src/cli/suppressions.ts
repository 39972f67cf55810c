import type { ConsentView } from "../bus/consent-view.ts";
import type { SuppressionView } from "../bus/suppressions.ts";
import { lengthArgument, numberArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { countOf, countText, momentText } from "./figures.ts";
import { lookAtApplication, withApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { type ShowPii, viewOf } from "./show-pii.ts";
import { tableLines } from "./table.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

interface Place {
  readonly channel: string;
  readonly address: string;
}

const longestListed = 64;

export interface ListCommand extends ShowPii {
  readonly channel?: string;
  readonly search?: string;
  readonly count: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** Prints a page of the addresses that are not sent to, the newest first. */
export async function listSuppressions({ channel, search, count, cursor, json, showPii }: ListCommand): Promise<void> {
  const selection = {
    count: numberArgument("--count", count, { least: 1, most: 10_000 }),
    cursor,
    channel,
    search,
    ...viewOf(showPii === undefined ? {} : { showPii }),
  };
  const page = await asTyped(() => lookAtApplication((bus) => bus.suppressions.list(selection)));
  if (json === true) return printJson(page);
  const { suppressions, total, next } = page;
  if (suppressions.length === 0)
    return print(total === 0 ? "No suppressed addresses." : `None of ${countText(total)} that are suppressed.`);
  print(
    ...suppressionLines(suppressions.map((entry) => ({ ...entry, address: cut(entry.address) }))),
    `${suppressions.length === total ? "" : `${countText(suppressions.length)} of `}${countOf(total, "suppressed address", "suppressed addresses")}. Send to one again: busbar suppressions release <channel> <address>`,
    ...(next === undefined ? [] : [`Older ones: --cursor ${next}`]),
  );
}

/** Prints what keeps messages from an address, and what its reader has said. Exit code 1 where nothing keeps them. */
export async function showSuppressions(place: Place, { json }: { readonly json?: boolean }): Promise<void> {
  const [found, consents] = await asTyped(() =>
    lookAtApplication(({ suppressions }) => Promise.all([suppressions.find(place), suppressions.consents(place)])),
  );
  if (found.length === 0) process.exitCode = 1;
  if (json === true) return printJson({ suppressions: found, consents });
  if (found.length === 0) complain(nothingHolds(place));
  else print(...suppressionLines(found));
  if (consents.length > 0) print("", "What its reader has said:", ...consentLines(consents));
}

export interface AddCommand {
  readonly reason: string;
  readonly category?: string;
  readonly for?: string;
  readonly json?: boolean;
}

/** Adds an address. */
export async function addSuppression(place: Place, { reason, category, for: length, json }: AddCommand): Promise<void> {
  const entry = {
    ...place,
    reason,
    by: byPerson().actor,
    ...(category === undefined ? {} : { category }),
    ...(length === undefined ? {} : { keep: lengthArgument("--for", length) }),
  };
  const added = await asTyped(() => withApplication((bus) => bus.suppressions.add(entry)));
  if (json === true) printJson(added);
  else print(`From now on, ${whatOf(added)} ${untilText(added)}.`);
}

export interface ReleaseCommand {
  readonly reason?: string;
  readonly category?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Releases an address; asks before it does. Exit code 1 where there is nothing to release. */
export async function releaseSuppressions(place: Place, { category, all = false, reason, yes, json }: ReleaseCommand): Promise<void> {
  if (all && category !== undefined) throw new UsageError("give either --category or --all");
  const released = await asTyped(() =>
    withApplication(async ({ suppressions }) => {
      const meant = (await suppressions.find(place)).filter((entry) => all || entry.category === category);
      if (meant.length === 0) return meant;
      if (!(await confirmed({ text: `Send ${listOf(meant)} again?`, yes }))) return undefined;
      return suppressions.release({ ...place, ...(category === undefined ? { all } : { category }) }, byPerson(reason));
    }),
  );
  if (released === undefined || released.length === 0) process.exitCode = 1;
  if (released === undefined) return print("Nothing was changed.");
  if (json === true) return printJson({ released });
  if (released.length === 0) {
    const others =
      category === undefined && !all
        ? `; what holds for single categories: busbar suppressions show ${place.channel} ${oneLine(place.address)}`
        : "";
    return complain(`${nothingHolds(place)}${others}`);
  }
  print(`Released: ${listOf(released)}, from the next message on. What was not sent before: busbar replay`);
}

/** A table of suppressed addresses. Pure. */
export function suppressionLines(suppressions: readonly SuppressionView[]): string[] {
  return tableLines(
    ["channel", "address", "messages", "since", "until", "by", "reason"].map((title) => ({ title })),
    suppressions.map(({ channel, address, category = "all", since, until, by, source, reason }) => [
      channel,
      address,
      category,
      momentText(since),
      until === undefined ? "" : momentText(until),
      by ?? source,
      reason,
    ]),
  );
}

/** A table of what a reader has said. Pure. */
export function consentLines(consents: readonly ConsentView[]): string[] {
  return tableLines(
    ["when", "wish", "messages", "how", "told by"].map((title) => ({ title })),
    consents.map(({ at, wish, category = "all", said, source }) => [momentText(at), wish, category, said, source]),
  );
}

/** A browser's subscription would make every line of a list as long as itself. */
function cut(address: string): string {
  return address.length > longestListed ? `${address.slice(0, longestListed - 1)}…` : address;
}

function nothingHolds({ channel, address }: Place): string {
  return oneLine(`nothing keeps messages of ${channel} from ${address}`);
}

/** The messages that an entry is about. */
function whatOf({ channel, address, category = "" }: SuppressionView): string {
  return oneLine(`${category} messages of ${channel} to ${address}`.trimStart());
}

function listOf(suppressions: readonly SuppressionView[]): string {
  return suppressions.map(whatOf).join(" and ");
}

function untilText({ until }: SuppressionView): string {
  return until === undefined ? "are not sent until it is released" : `are not sent until ${momentText(until)} (UTC)`;
}
