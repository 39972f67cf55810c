import type { ChannelName } from "../define/channel-name.ts";
import type { EventReader } from "../define/event.ts";
import type { PlanOptions } from "../router/plan-options.ts";
import type { ChannelSettings, Settings } from "./options.ts";

/** How a router with these settings plans. What goes nowhere is planned for every channel that the application has not switched off. */
export function planningOf(
  { application, channels }: Settings,
  { deliver, read }: { readonly deliver: boolean; readonly read?: EventReader },
): PlanOptions {
  const all = Object.entries(channels) as [ChannelName, ChannelSettings][];
  return {
    application,
    ...(read === undefined ? {} : { read }),
    channels: Object.fromEntries(all.map(([name, { words }]) => [name, words])),
    off: deliver ? Object.fromEntries(all.flatMap(([name, { off }]) => (off === undefined ? [] : [[name, off]]))) : {},
  };
}
