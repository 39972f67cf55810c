import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Channel } from "../channels/channel.ts";
import type { Catalog } from "../define/catalog.ts";
import type { ChannelOptions } from "../define/channel-options.ts";
import type { Delivery } from "../define/delivery.ts";
import { maskText } from "../define/mask.ts";
import { refusesReplays } from "../define/replay-word.ts";
import type { AnyRoute } from "../define/route.ts";
import { type SentOptions, sentRecordOf, sentText } from "./sent-record.ts";

export interface KeepSentOptions extends SentOptions {
  readonly catalog: Catalog;
  readonly channel: Channel;
  /** What the channel says of replays. */
  readonly words: ChannelOptions;
  readonly logger: Logger;
}

/**
 * What the ledger keeps of a message that is about to be marked as sent; undefined: nothing. What refuses replays is never compared, and is what
 * nobody should be able to read later, such as a one-time password; a handler says nothing.
 */
export function keepSent({ keep, secret, catalog, channel, words, logger }: KeepSentOptions) {
  return (route: AnyRoute, delivery: Delivery, message: unknown): string | undefined => {
    // What holds a secret is kept nowhere; of what is about a person, nothing that can be read.
    if (delivery.sealed !== undefined) return undefined;
    const [how, to] = delivery.subjects === undefined ? [keep, delivery.to] : [keep && ("digests" as const), maskText(delivery.to)];
    if (keep === false || delivery.channel === "handler" || refusesReplays([words, catalog.subscriber(delivery.subscriber), route]))
      return undefined;
    try {
      const record = sentRecordOf(to, channel.fields(message), { keep: how, secret });
      return record && sentText(record);
    } catch (error) {
      // It is only for comparing: a message that went out is not held up by it.
      logger.warn({ delivery: delivery.id, error: messageOf(error) }, "what was sent could not be kept for comparisons");
      return undefined;
    }
  };
}
