import * as z from "zod";
import { defineTopic } from "./topic.ts";

const provider = {
  channel: z.string(),
  /** As configured, such as `sendgrid`. */
  provider: z.string(),
  /** What its last failure was. */
  reason: z.string(),
  /** When messages ceased to go to it. */
  since: z.iso.datetime(),
};

/**
 * A provider stopped working: its circuit is open. busbar publishes it where an application has the topic: export it from
 * `topics/index.ts`, and write a subscriber.
 */
export const providerDegraded = defineTopic(
  "provider.degraded",
  z.object({
    ...provider,
    /** Who carries the channel's messages meanwhile; null: nobody, they wait. */
    backup: z.string().nullable(),
  }),
  {
    description: "A provider stopped working; its messages go to the next one, or wait.",
    key: (data) => `${data.channel}/${data.provider}`,
    example: {
      channel: "email",
      provider: "sendgrid",
      reason: "503 Service Unavailable",
      since: "2026-01-31T09:30:00.000Z",
      backup: "smtp",
    },
  },
);

/** A provider that had stopped working does again. Published as {@link providerDegraded} is. */
export const providerRecovered = defineTopic(
  "provider.recovered",
  z.object({
    ...provider,
    /** When it was sent to again. */
    until: z.iso.datetime(),
  }),
  {
    description: "A provider that had stopped working takes messages again.",
    key: (data) => `${data.channel}/${data.provider}`,
    example: {
      channel: "email",
      provider: "sendgrid",
      reason: "503 Service Unavailable",
      since: "2026-01-31T09:30:00.000Z",
      until: "2026-01-31T09:40:05.000Z",
    },
  },
);

export type ProviderDegraded = z.output<(typeof providerDegraded)["schema"]>;
export type ProviderRecovered = z.output<(typeof providerRecovered)["schema"]>;
