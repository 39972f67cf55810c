import { EventEmitter } from "eventemitter3";
import { type Logger, silentLogger } from "../base/logger.ts";
import { messageOf } from "../base/errors.ts";
import { type MessageFilter, messageTest } from "./message-filter.ts";
import type { MailChannel, MailProvider, MailRecord } from "./record.ts";

/** A message as a list shows it. */
export interface MessageSummary {
  readonly id: string;
  readonly provider: MailProvider;
  readonly channel: MailChannel;
  readonly to: readonly string[];
  readonly from: string;
  /** Of an e-mail; of a push, its title. */
  readonly subject?: string;
  /** How the text begins, where there is no subject. */
  readonly excerpt?: string;
  /** When it arrived, RFC 3339 with milliseconds. */
  readonly at: string;
  readonly deliveryId?: string;
  /** The real provider that would have got it, if real sending were on. */
  readonly insteadOf?: string;
  /** Bytes of the request that brought it. */
  readonly size: number;
}

export interface ListOptions extends MessageFilter {
  /** At most this many. Default 50. */
  readonly limit?: number;
  /** Only messages older than the one of this id. Nothing, when the inbox no longer holds that one: all older ones are gone too. */
  readonly before?: string;
}

/** The accepted messages: the newest 500, and of those no more than fit in 32 MB, but always the newest. */
export interface Inbox {
  /** Newest first. */
  list(options?: ListOptions): MessageSummary[];
  /** The whole message, or `undefined` when it is not (or no longer) held. */
  get(id: string): MailRecord | undefined;
  /** Forgets the messages that are held. The journal keeps them: they are shown again after a restart. */
  clear(): void;
  /** How many messages are held. */
  readonly count: number;
  /** How many messages were accepted since the mailroom started, those no longer held included. */
  readonly received: number;
  /** Calls `listener` for each message that is accepted from now on. Returns a function that ends it. */
  on(event: "message", listener: (message: MessageSummary) => void): () => void;
}

export interface InboxOptions {
  readonly maxMessages?: number;
  readonly maxBytes?: number;
  readonly logger?: Logger;
}

const longestExcerpt = 160;

export const inboxLimits = { messages: 500, bytes: 32 * 1024 * 1024 } as const;

/** An inbox, and the two ways into it: `add` for a message that arrives, `restore` for those of an earlier run, oldest first. */
export function mailInbox(options: InboxOptions = {}) {
  const { maxMessages = inboxLimits.messages, maxBytes = inboxLimits.bytes, logger = silentLogger } = options;
  const emitter = new EventEmitter<{ message: [MessageSummary] }>();
  const byId = new Map<string, MailRecord>(); // oldest first: a Map keeps the order of insertion
  let bytes = 0;
  let received = 0;

  const keep = (record: MailRecord): void => {
    byId.set(record.id, record);
    bytes += record.size;
    for (const oldest of byId.values()) {
      if (byId.size <= maxMessages && (bytes <= maxBytes || byId.size === 1)) break;
      byId.delete(oldest.id);
      bytes -= oldest.size;
    }
  };

  const inbox: Inbox = {
    list({ limit = 50, before, ...filter } = {}) {
      const newestFirst = [...byId.values()].toReversed();
      const start = before === undefined ? 0 : newestFirst.findIndex(({ id }) => id === before) + 1;
      if (before !== undefined && start === 0) return [];
      const older = newestFirst.slice(start).filter(messageTest(filter));
      return older.slice(0, Math.max(0, limit)).map(summaryOf);
    },
    get: (id) => byId.get(id),
    clear() {
      byId.clear();
      bytes = 0;
    },
    get count() {
      return byId.size;
    },
    get received() {
      return received;
    },
    on(event, listener) {
      // A listener's own fault must not turn an accepted message into a failed request.
      const guarded = (message: MessageSummary): void => {
        try {
          listener(message);
        } catch (error) {
          logger.error({ messageId: message.id, error: messageOf(error) }, "a listener of the inbox failed");
        }
      };
      emitter.on(event, guarded);
      return () => void emitter.off(event, guarded);
    },
  };

  return {
    inbox,
    add(record: MailRecord): void {
      keep(record);
      received += 1;
      if (emitter.listenerCount("message") > 0) emitter.emit("message", summaryOf(record));
    },
    restore(records: readonly MailRecord[]): void {
      records.forEach(keep);
    },
  };
}

function summaryOf({ id, provider, channel, to, from, subject, text, at, deliveryId, insteadOf, size }: MailRecord): MessageSummary {
  const excerpt = subject === undefined ? text?.slice(0, longestExcerpt) : undefined;
  return {
    id,
    provider,
    channel,
    to,
    from,
    ...(subject === undefined ? {} : { subject }),
    ...(excerpt === undefined ? {} : { excerpt }),
    at,
    size,
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(insteadOf === undefined ? {} : { insteadOf }),
  };
}
