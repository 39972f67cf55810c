import type { Clock } from "../base/clock.ts";
import type { Channel } from "../channels/channel.ts";
import type { Settings } from "./options.ts";

export function smsChannelOf(_settings: Settings, _clock?: Clock): Channel | string {
  return "not built";
}
