import type { Registry } from "prom-client";
import type { Stats } from "../bus/stats.ts";
import { promClient } from "./process-figures.ts";

/**
 * What is known of schedules, the same whichever process is asked; nothing where the application has none:
 *
 * | metric | type | labels | what |
 * |---|---|---|---|
 * | `busbar_schedule_last_fired_timestamp_seconds` | gauge | schedule | when its last firing was due; missing before the first |
 * | `busbar_schedule_next_timestamp_seconds` | gauge | schedule | when it fires next; missing while it is paused |
 * | `busbar_schedule_missed_firings` | gauge | schedule | firings that were passed over, ever |
 * | `busbar_schedule_paused` | gauge | schedule | 1 while it is paused |
 */
export async function scheduleGaugesIn(registry: Registry): Promise<(schedules: Stats["schedules"]) => void> {
  const { Gauge } = await promClient();
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `busbar_schedule_${name}`, help, labelNames: ["schedule"], registers: [registry] });
  const made = () => ({
    last: gauge("last_fired_timestamp_seconds", "When the last firing of a schedule was due."),
    next: gauge("next_timestamp_seconds", "When a schedule fires next."),
    missed: gauge("missed_firings", "Firings of a schedule that were passed over."),
    paused: gauge("paused", "1 while a schedule is paused."),
  });
  let gauges: ReturnType<typeof made> | undefined;
  return (schedules) => {
    if (schedules !== undefined) gauges ??= made();
    if (gauges === undefined) return;
    // What cannot be seen is left out, rather than shown as it was.
    for (const each of Object.values(gauges)) each.reset();
    for (const { name: schedule, last, next, missed, state } of schedules ?? []) {
      if (last !== undefined) gauges.last.set({ schedule }, Date.parse(last.time) / 1_000);
      if (next[0] !== undefined) gauges.next.set({ schedule }, Date.parse(next[0]) / 1_000);
      gauges.missed.set({ schedule }, missed);
      gauges.paused.set({ schedule }, state === "paused" ? 1 : 0);
    }
  };
}
