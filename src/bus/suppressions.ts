import type { Clock } from "../base/clock.ts";
import { cursorsOf, isWholeNumber, type PageRequest } from "../base/cursor.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { checkAddress } from "../define/address.ts";
import { maskText } from "../define/mask.ts";
import { namePattern } from "../define/names.ts";
import { isSuppressible, type SuppressedPlace, suppressibleChannels, type Suppression } from "../workers/suppressions.ts";
import { audited, recordDeed } from "./audited.ts";
import type { By } from "./by.ts";
import { type ConsentView, consentView } from "./consent-view.ts";
import { maskedWords } from "./masked.ts";
import type { LazyParts } from "./parts.ts";
import { recordView, type View } from "./view.ts";

/** An address that is not sent to. */
export interface SuppressionView {
  readonly channel: string;
  readonly address: string;
  /** Only messages of this category are not sent to it, such as `marketing`; absent: none of the channel. */
  readonly category?: string;
  readonly reason: string;
  /** The provider that said so, `reader` where its reader asked for it, or `manual`. */
  readonly source: string;
  /** Who, where it was a person. */
  readonly by?: string;
  /** RFC 3339. */
  readonly since: string;
  /** It may be sent to from then on, RFC 3339; absent: when it is released. */
  readonly until?: string;
}

export interface ManualSuppression extends Place {
  readonly category?: string;
  /** Why, in up to 200 characters. */
  readonly reason: string;
  /** Who. Default: a person. */
  readonly by?: string;
  /** For how long. Default: until it is released. */
  readonly keep?: Duration;
}

/** Addresses are masked, unless it says who is to see them in the clear. */
export interface SuppressionListing extends PageRequest, View {
  readonly channel?: string | undefined;
  readonly search?: string | undefined;
}

export interface SuppressionsPage {
  readonly suppressions: readonly SuppressionView[];
  readonly total: number;
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

interface Place {
  readonly channel: string;
  readonly address: string;
}

/**
 * Addresses that are not sent to. A delivery to one of them ends as suppressed, with the reason. Connects with its first question.
 * All but `count` throw BusbarError `INVALID_SUPPRESSION` with every problem of what they are given; nothing was changed then.
 */
export interface SuppressionControl {
  /**
   * The newest first; `total` counts those of the chosen channels, whatever is searched for.
   * @param selection.channel all by default
   * @param selection.search only addresses that contain this text; where they are masked, in what is shown of them, or the whole address
   * @param selection.count at most so many; 50 by default
   * @throws BusbarError `INVALID_CURSOR`, too
   */
  list(selection?: SuppressionListing): Promise<SuppressionsPage>;
  /** Everything that holds for an address; empty where it is sent to. */
  find(place: Place): Promise<readonly SuppressionView[]>;
  /** What the reader of an address has said, the newest first: by a link, by STOP, on a page. At most 20. */
  consents(place: Place): Promise<readonly ConsentView[]>;
  /** What holds from now on: this, or what was there and holds at least as long. */
  add(suppression: ManualSuppression): Promise<SuppressionView>;
  /**
   * Lets messages go to an address again, from the next one on; what ended as suppressed before is sent by a replay. Returns what was
   * taken away: what held for a category, without one what held for all messages, with `all` everything. The audit record says by whom.
   */
  release(place: Place & { readonly category?: string; readonly all?: boolean }, by?: By): Promise<readonly SuppressionView[]>;
  /** How many there are in each channel. */
  count(): Promise<Readonly<Record<string, number>>>;
}

const longestReason = 200;
const longestKeep = 36_525 * 86_400_000;
const cursors = cursorsOf("suppressed addresses", isWholeNumber);

export interface SuppressionControlOptions extends Pick<LazyParts, "suppressions" | "consents" | "audit"> {
  readonly clock: Clock;
}

export function suppressionControl({ suppressions, consents, audit, clock }: SuppressionControlOptions): SuppressionControl {
  return {
    async list({ channel, search, count = 50, cursor, ...view } = {}) {
      const before = cursors.read(cursor, [channel, search]);
      const chosen =
        channel === undefined ? {} : { channel: usable(channelProblems(channel), () => channel as SuppressedPlace["channel"]) };
      const open = await recordView(audit, view, "the suppressed addresses");
      const { entries, total, next } = await suppressions().list({
        limit: count,
        ...chosen,
        ...(search === undefined ? {} : { search }),
        ...(open ? {} : { seen: maskText }),
        ...(before === undefined ? {} : { before }),
      });
      const more = next === undefined ? {} : { next: cursors.write(next, [channel, search]) };
      const views = entries.map(viewOf);
      return { suppressions: open ? views : views.map(maskedView), total, ...more };
    },

    async find(place) {
      const checked = usable(placeProblems(place), () => placeOf(place));
      return (await suppressions().of(checked)).map(viewOf);
    },

    async consents(place) {
      const checked = usable(placeProblems(place), () => placeOf(place));
      return (await consents().of(checked)).map(consentView);
    },

    async add({ channel, address, category, reason, by = "a person", keep }) {
      const length = keptFor(keep);
      const problems = [
        ...placeProblems({ channel, address, category }),
        ...(typeof reason === "string" && reason.trim() !== "" && reason.length <= longestReason
          ? []
          : [`reason: say why, in up to ${longestReason} characters`]),
        ...("problem" in length ? [length.problem] : []),
      ];
      const entry = usable(problems, () => ({ ...placeOf({ channel, address }), reason, source: "manual", by }));
      const scope = category === undefined ? {} : { category };
      const until = "ms" in length && length.ms !== undefined ? { until: clock.now() + length.ms } : {};
      const deed = { what: "suppression.add", of: toldOf({ ...entry, category }), by: { actor: by, reason } } as const;
      return viewOf(await audited(audit, deed, () => suppressions().add({ ...entry, ...scope, ...until })));
    },

    async release({ category, all = false, ...place }, by = {}) {
      const problems = placeProblems({ ...place, category });
      if (all && category !== undefined) problems.push("category: give either a category or all");
      const checked = usable(problems, () => placeOf(place));
      const scope = category === undefined ? { all } : { category };
      const meant = (await suppressions().of(checked)).filter((entry) => all || entry.category === category);
      for (const entry of meant) await recordDeed(audit, { what: "suppression.release", of: toldOf(entry), by });
      return (await suppressions().release({ ...checked, ...scope })).map(viewOf);
    },

    count: () => suppressions().count(),
  };
}

/** Of what has no problem: its one spelling. */
function placeOf({ channel, address }: Place): SuppressedPlace {
  const known = channel as SuppressedPlace["channel"];
  const checked = checkAddress(known, address);
  return { channel: known, address: "address" in checked ? checked.address : address };
}

/** An entry as the audit record may say it. */
function toldOf({ channel, address, category }: Place & { readonly category?: string | undefined }): string {
  return `${channel} to ${maskText(address)}${category === undefined ? "" : `, ${category}`}`;
}

function usable<Value>(problems: readonly string[], value: () => Value): Value {
  if (problems.length > 0) throw new BusbarError("INVALID_SUPPRESSION", "Nothing was changed:", { problems });
  return value();
}

function channelProblems(channel: string): string[] {
  if (isSuppressible(channel)) return [];
  return [`channel: ${JSON.stringify(channel)} is none of ${suppressibleChannels.join(", ")}`];
}

function placeProblems({ channel, address, category }: Place & { readonly category?: string | undefined }): string[] {
  const problems = channelProblems(channel);
  const checked = isSuppressible(channel) ? checkAddress(channel, address) : { address };
  if ("problem" in checked) problems.push(`address: ${checked.problem}`);
  if (category !== undefined && !namePattern.test(category))
    problems.push(`category: ${JSON.stringify(category)} must be lower case, such as "marketing"`);
  return problems;
}

/** Milliseconds; undefined: for ever. */
function keptFor(keep: Duration | undefined): { readonly ms: number | undefined } | { readonly problem: string } {
  try {
    const ms = keep === undefined ? undefined : Math.ceil(milliseconds(keep, "keep"));
    return ms === undefined || (ms > 0 && ms <= longestKeep) ? { ms } : { problem: "keep: must be more than 0, and 100 years at most" };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Who lists them looks for nobody in particular; what holds for an address, whoever has it may ask. */
function maskedView(view: SuppressionView): SuppressionView {
  return { ...maskedWords(view, [view.address]), address: maskText(view.address) };
}

function viewOf({ channel, address, category, reason, source, by, at, until }: Suppression): SuppressionView {
  return {
    channel,
    address,
    ...(category === undefined ? {} : { category }),
    reason,
    source,
    ...(by === undefined ? {} : { by }),
    since: new Date(at).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
}
