import { type Clock, systemClock } from "../base/clock.ts";
import type { SmsCounts } from "../channels/sms-caps.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { ChainBreakers, Circuits } from "../providers/index.ts";
import type { Settings } from "./options.ts";

/** What the channels of a running bus share. */
export interface ChannelParts {
  readonly clock?: Clock;
  /** Default: none, every provider is asked each time. */
  readonly circuits?: Circuits;
  /** Default: caps of SMS count nothing. */
  readonly smsCounts?: SmsCounts;
}

export const clockOf = ({ clock = systemClock }: ChannelParts): Clock => clock;

/** The circuits of a channel's providers, unless it is told to have none. */
export function breakersOf(name: ChannelName, { channels }: Settings, { circuits }: ChannelParts): ChainBreakers | undefined {
  const rules = channels[name].circuit;
  return rules === false ? undefined : circuits?.of(name, rules);
}
