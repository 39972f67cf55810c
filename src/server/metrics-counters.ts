import type { Registry } from "prom-client";
import type { Bus } from "../bus/bus.ts";
import { callbackProviders } from "../bus/callbacks/callbacks-options.ts";
import { channelNames } from "../define/channel-name.ts";
import { promClient } from "./process-figures.ts";

/** How a delivery's try ended. `deferred` burned no attempt. What a person cancels ends in Redis, without a worker to count it. */
const outcomes = ["sent", "retried", "deferred", "held", "dead", "suppressed", "expired", "cancelled"] as const;

const verdicts = ["taken", "challenge", "refused", "failed"] as const;

/** From the publish to the provider's acceptance, seconds: from 5 ms on one machine to retries of an hour. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/**
 * Counts what a bus does in this process from now on:
 *
 * | metric | type | labels | what |
 * |---|---|---|---|
 * | `busbar_published_total` | counter | topic | events that this process appended; what was there already is not counted |
 * | `busbar_routed_total` | counter | subscriber | events that were routed here |
 * | `busbar_unroutable_total` | counter | | events that a subscriber's code could not plan |
 * | `busbar_newer_version_total` | counter | topic | events that a newer build wrote, and that this process left for one that knows their version |
 * | `busbar_gaps_total` | counter | | entries that were gone before a subscriber read them |
 * | `busbar_deliveries_total` | counter | channel, outcome | tries that ended here: sent, retried, deferred, held, dead, suppressed, expired, cancelled (not needed in a `firstOf`) |
 * | `busbar_doubtful_total` | counter | channel | possible duplicates |
 * | `busbar_callbacks_total` | counter | provider, verdict | callbacks that came in here: taken, challenge, refused (forged, altered or too old), failed (Redis did not take it) |
 * | `busbar_reports_total` | counter | provider, result | statuses that were read from callbacks here: recorded, repeated (they had come before), unknown (of a message that nobody knows) |
 * | `busbar_statuses_total` | counter | channel, status | deliveries that rose to a status: accepted, failed, delivered, bounced, read, opted out |
 * | `busbar_dead_letters_expired_total` | counter | queue | dead letters that were removed here because they were past their time |
 * | `busbar_dead_letters_threshold_reached_total` | counter | queue | how often the dead letters of a queue became as many as its threshold says, as far as this process told it |
 * | `busbar_delivery_seconds` | histogram | channel | from the publish to the provider's acceptance, intended delays included |
 */
export async function countInto(registry: Registry, bus: Pick<Bus, "on">): Promise<void> {
  const { Counter, Histogram } = await promClient();
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `busbar_${name}`, help, labelNames, registers: [registry] });

  const published = counter("published_total", "Events that this process appended to a topic log.", ["topic"]);
  const routed = counter("routed_total", "Events that this process routed for a subscriber.", ["subscriber"]);
  const unroutable = counter("unroutable_total", "Events that a subscriber's code could not plan.");
  const newer = counter("newer_version_total", "Events of a newer version that this process left for a newer one.", ["topic"]);
  const gaps = counter("gaps_total", "Entries of a topic log that were gone before a subscriber read them.");
  const deliveries = counter("deliveries_total", "Tries that ended in this process, by outcome.", ["channel", "outcome"]);
  const doubtful = counter("doubtful_total", "Possible duplicates.", ["channel"]);
  const callbacks = counter("callbacks_total", "Callbacks of providers that came in here, by what was found.", ["provider", "verdict"]);
  const reports = counter("reports_total", "Statuses that were read from callbacks, by what they came to.", ["provider", "result"]);
  const statuses = counter("statuses_total", "Deliveries that rose to a status.", ["channel", "status"]);
  const expired = counter("dead_letters_expired_total", "Dead letters that were removed because they were past their time.", ["queue"]);
  const reached = counter("dead_letters_threshold_reached_total", "How often a queue's dead letters reached its threshold.", ["queue"]);
  const help = "Seconds from the publish to the provider's acceptance.";
  const seconds = new Histogram({ name: "busbar_delivery_seconds", help, labelNames: ["channel"], buckets, registers: [registry] });

  // A rate needs a zero to begin with.
  for (const channel of channelNames) {
    for (const outcome of outcomes) deliveries.inc({ channel, outcome }, 0);
    doubtful.inc({ channel }, 0);
    seconds.zero({ channel });
  }

  for (const provider of callbackProviders) for (const verdict of verdicts) callbacks.inc({ provider, verdict }, 0);

  const ended = ({ channel }: { readonly channel: string }, outcome: (typeof outcomes)[number]): void =>
    deliveries.inc({ channel, outcome });
  bus.on("published", ({ event, repeated }) => published.inc({ topic: event.type }, repeated ? 0 : 1));
  bus.on("routed", ({ subscriber }) => routed.inc({ subscriber }));
  bus.on("unroutable", () => unroutable.inc());
  bus.on("newerVersion", ({ topic }) => newer.inc({ topic }));
  bus.on("gap", ({ entries }) => gaps.inc(entries));
  bus.on("doubtful", ({ delivery: { channel } }) => doubtful.inc({ channel }));
  bus.on("reported", ({ provider, ...tally }) => {
    for (const result of ["recorded", "repeated", "unknown"] as const) reports.inc({ provider, result }, tally[result]);
  });
  bus.on("status", ({ channel, status }) => statuses.inc({ channel, status }));
  bus.on("callback", ({ provider, verdict }) => callbacks.inc({ provider, verdict }));
  bus.on("deadLettersExpired", ({ queue, count }) => expired.inc({ queue }, count));
  bus.on("deadLettersThresholdReached", ({ queue }) => reached.inc({ queue }));
  bus.on("sent", ({ delivery, milliseconds }) => {
    ended(delivery, "sent");
    // Two machines' clocks may differ.
    seconds.observe({ channel: delivery.channel }, Math.max(0, milliseconds) / 1_000);
  });
  bus.on("retrying", ({ delivery, burned }) => ended(delivery, burned ? "retried" : "deferred"));
  bus.on("dead", ({ delivery }) => ended(delivery, "dead"));
  bus.on("held", ({ delivery }) => ended(delivery, "held"));
  bus.on("suppressed", ({ delivery }) => ended(delivery, "suppressed"));
  bus.on("expired", ({ delivery }) => ended(delivery, "expired"));
  bus.on("cancelled", ({ delivery }) => ended(delivery, "cancelled"));
}
