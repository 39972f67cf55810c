import type { Registry } from "prom-client";
import type { Stats } from "../bus/stats.ts";
import { promClient } from "./process-figures.ts";

/** Shows what Redis holds now; undefined: it does not answer. */
export type ShowStats = (stats: Stats | undefined) => void;

/**
 * What Redis holds, the same whichever process is asked:
 *
 * | metric | type | labels | what |
 * |---|---|---|---|
 * | `busbar_up` | gauge | | 1 while Redis answers; all others are missing while it does not |
 * | `busbar_queue_jobs` | gauge | queue, state | waiting, active, delayed, dead |
 * | `busbar_queue_oldest_age_seconds` | gauge | queue | how long the oldest has waited for a worker; 0 where nothing waits |
 * | `busbar_queue_paused` | gauge | queue | 1 while it is paused |
 * | `busbar_channel_concurrency` | gauge | channel | deliveries under way at once in one process: the limit in force |
 * | `busbar_channel_rate_per_second` | gauge | channel | sends a second over all processes: the limit in force; missing where there is none |
 * | `busbar_channel_set_at_run_time` | gauge | channel, limit | 1 where a person has set the limit in place of the configuration's |
 * | `busbar_suppressed_addresses` | gauge | channel | addresses that are not sent to; one may count once for each category |
 * | `busbar_subscriber_lag_events` | gauge | subscriber | events that it has not read yet |
 * | `busbar_subscriber_lag_seconds` | gauge | subscriber | how long the oldest of them has waited; 0 where it has read all |
 * | `busbar_subscriber_pending_events` | gauge | subscriber | events read and not acknowledged |
 * | `busbar_subscriber_paused` | gauge | subscriber | 1 while it is paused or draining |
 * | `busbar_data_losses` | gauge | topic | how often its log, or a subscriber's place in it, was found lost or put back, ever |
 * | `busbar_outbox_rows` | gauge | state | rows of the outbox in PostgreSQL: waiting for the relay, refused; missing where no database is named or it does not answer |
 * | `busbar_outbox_oldest_age_seconds` | gauge | | how long the oldest waiting row has waited for the relay; 0 where none waits |
 */
export async function gaugesIn(registry: Registry): Promise<ShowStats> {
  const { Gauge } = await promClient();
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `busbar_${name}`, help, labelNames, registers: [registry] });

  const up = gauge("up", "1 while Redis answers.");
  const jobs = gauge("queue_jobs", "Jobs of a queue, by state.", ["queue", "state"]);
  const oldest = gauge("queue_oldest_age_seconds", "How long the oldest of the waiting jobs has waited.", ["queue"]);
  const paused = gauge("queue_paused", "1 while a queue is paused.", ["queue"]);
  const concurrency = gauge("channel_concurrency", "Deliveries of a channel under way at once in one process, at most.", ["channel"]);
  const rate = gauge("channel_rate_per_second", "Sends of a channel in a second over all processes, at most.", ["channel"]);
  const set = gauge("channel_set_at_run_time", "1 where a person has set a limit in place of the configuration's.", ["channel", "limit"]);
  const suppressed = gauge("suppressed_addresses", "Addresses that are not sent to.", ["channel"]);
  const lag = gauge("subscriber_lag_events", "Events that a subscriber has not read yet.", ["subscriber"]);
  const lagSeconds = gauge("subscriber_lag_seconds", "How long the oldest event has waited that a subscriber has not read.", [
    "subscriber",
  ]);
  const heldUp = gauge("subscriber_paused", "1 while a subscriber is paused or draining.", ["subscriber"]);
  const losses = gauge("data_losses", "How often a topic's log, or a subscriber's place in it, was found lost or put back.", ["topic"]);
  const pending = gauge("subscriber_pending_events", "Events that a subscriber has read and not acknowledged.", ["subscriber"]);
  const showOutbox = outboxGauges();

  return (stats) => {
    up.set(stats === undefined ? 0 : 1);
    // What cannot be seen is left out, rather than shown as it was.
    for (const each of [jobs, oldest, paused, concurrency, rate, set, suppressed, lag, lagSeconds, pending, heldUp, losses]) each.reset();
    showOutbox(stats?.outbox);
    for (const { name: queue, ...now } of stats?.channels ?? []) {
      for (const state of ["waiting", "active", "delayed", "dead"] as const) jobs.set({ queue, state }, now[state]);
      oldest.set({ queue }, (now.oldestAge ?? 0) / 1_000);
      paused.set({ queue }, now.paused ? 1 : 0);
      if (now.concurrency !== undefined) {
        concurrency.set({ channel: queue }, now.concurrency);
        set.set({ channel: queue, limit: "concurrency" }, now.atRunTime?.concurrency === undefined ? 0 : 1);
        set.set({ channel: queue, limit: "rate" }, now.atRunTime?.rateLimit === undefined ? 0 : 1);
      }
      if (now.rateLimit !== undefined && now.rateLimit !== false)
        rate.set({ channel: queue }, (now.rateLimit.max * 1_000) / now.rateLimit.per);
      if (now.suppressed !== undefined) suppressed.set({ channel: queue }, now.suppressed);
    }
    for (const { name: subscriber, ...now } of stats?.subscribers ?? []) {
      lag.set({ subscriber }, now.lag);
      lagSeconds.set({ subscriber }, (now.oldestAge ?? 0) / 1_000);
      pending.set({ subscriber }, now.pending);
      heldUp.set({ subscriber }, now.state === "running" ? 0 : 1);
    }
    for (const { name: topic, losses: count } of stats?.topics ?? []) losses.set({ topic }, count);
  };

  /** They are there from the first look on at an outbox that answers. */
  function outboxGauges(): (outbox: Stats["outbox"]) => void {
    let made: { readonly rows: InstanceType<typeof Gauge>; readonly age: InstanceType<typeof Gauge> } | undefined;
    return (outbox) => {
      const seen = outbox === undefined || "problem" in outbox ? undefined : outbox;
      if (seen !== undefined)
        made ??= {
          rows: gauge("outbox_rows", "Rows of the outbox, by state.", ["state"]),
          age: gauge("outbox_oldest_age_seconds", "How long the oldest waiting row of the outbox has waited."),
        };
      made?.rows.reset();
      made?.age.remove();
      if (seen === undefined) return;
      made!.rows.set({ state: "waiting" }, seen.waiting);
      made!.rows.set({ state: "refused" }, seen.refused);
      made!.age.set(seen.oldestAge / 1_000);
    };
  }
}
