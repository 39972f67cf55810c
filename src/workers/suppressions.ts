import { type ChannelName, channelNames } from "../define/channel-name.ts";

/**
 * Addresses that must not be sent to.
 *
 * The contract:
 * - An entry stops what its channel would send to its address: the messages of one category, or all of them.
 * - An entry whose time is over stops nothing and is not shown, whether it was removed or not.
 * - What is added again is kept as it was, unless the new entry holds for longer.
 * - An address has one spelling, that of `checkAddress`; of e-mail, upper and lower case are the same.
 */
export interface Suppressions {
  /** The entry that stops a message of this category. It costs one command of Redis. */
  find(message: SuppressedPlace & { readonly category: string }): Promise<Suppression | undefined>;
  /** Everything that holds for an address, what holds for all messages first. */
  of(place: SuppressedPlace): Promise<readonly Suppression[]>;
  /** The entry that holds from now on: this one, or one that was there and holds at least as long. */
  add(entry: NewSuppression): Promise<Suppression>;
  /** Takes entries away, and says which: that of a category, without one that for all messages, with `all` every one of the address. */
  release(place: SuppressedPlace & { readonly category?: string; readonly all?: boolean }): Promise<readonly Suppression[]>;
  /** The newest first. */
  list(selection: SuppressionSelection): Promise<SuppressionPage>;
  /** How many entries hold, by channel. */
  count(): Promise<Readonly<Record<SuppressibleChannel, number>>>;
}

/** Handlers have no addresses. */
export type SuppressibleChannel = Exclude<ChannelName, "handler">;
export const suppressibleChannels = channelNames.filter((name): name is SuppressibleChannel => name !== "handler");

export function isSuppressible(channel: string): channel is SuppressibleChannel {
  return suppressibleChannels.some((name) => name === channel);
}

export interface SuppressedPlace {
  readonly channel: SuppressibleChannel;
  readonly address: string;
}

export interface NewSuppression extends SuppressedPlace {
  /** Only messages of this category, such as `marketing`; undefined: all of the channel. */
  readonly category?: string;
  readonly reason: string;
  /** The provider that said so, `reader` where its reader asked for it, or `manual`. */
  readonly source: string;
  /** Who, where it was a person. */
  readonly by?: string;
  /** It stops nothing from then on, milliseconds since 1970; undefined: it holds until it is released. */
  readonly until?: number;
}

export interface Suppression extends NewSuppression {
  /** When it was added, milliseconds since 1970. */
  readonly at: number;
}

export interface SuppressionSelection {
  /** Default: all. */
  readonly channel?: SuppressibleChannel;
  /** Only addresses that contain this text, in upper or lower case. */
  readonly search?: string;
  /** What of an address is searched, besides the whole of it: whoever is shown a part finds nothing by another one. Default: all of it. */
  readonly seen?: (address: string) => string;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly before?: number;
}

export interface SuppressionPage {
  readonly entries: readonly Suppression[];
  /** How many hold in the chosen channels, whatever is searched for. */
  readonly total: number;
  /** Where the next page begins; absent after the last one. */
  readonly next?: number;
}

/** The spelling in which addresses are kept and compared. */
export function suppressedSpelling({ channel, address }: SuppressedPlace): string {
  return channel === "email" ? address.toLowerCase() : address;
}

/** The same for those who send for real: what the mailroom refused, it refused because somebody scripted it, and stops nothing here. */
export function withoutMailroom(suppressions: Suppressions): Suppressions {
  return {
    ...suppressions,
    async find(place) {
      const entry = await suppressions.find(place);
      return entry?.source.endsWith("(mailroom)") ? undefined : entry;
    },
  };
}
