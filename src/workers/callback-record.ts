import { shortHash } from "../base/ids.ts";
import type { ChannelName } from "../define/channel-name.ts";
import { resolvePolicy } from "../define/policy.ts";
import type { ReceivedCallback } from "../providers/index.ts";
import type { QueuedContent } from "../queues/delivery-queue.ts";
import type { ReceiptRound } from "./receipt-round.ts";

/** What waits on the queue `callbacks`. */
export type CallbackJob = CallbackRecord | ReceiptRound;

/** A genuine callback of a provider: a job on the queue `callbacks`, read and applied there. */
export interface CallbackRecord extends QueuedContent {
  /** Whose reader reads it; that of the mailroom's stand-in ends with ` (mailroom)`. */
  readonly provider: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly callback: ReceivedCallback;
  /** It is applied; these jobs were with a worker when they were to be woken, and are woken now. */
  readonly asleep?: readonly SleepingJob[];
}

export interface SleepingJob {
  readonly channel: ChannelName;
  readonly id: string;
}

/** It is read again for about a day, should something be in the way: a provider that was told that it arrived never sends it again. */
const policy = resolvePolicy({ priority: "normal", retry: { attempts: 32, delay: "1s", factor: 2, maxDelay: "1h" } });

/** The record of a callback. Its id is made of what came: the same callback, sent twice, is one job for as long as the queue remembers it. */
export function callbackRecord(provider: string, callback: ReceivedCallback, receivedAt: number): CallbackRecord {
  return { id: `c_${shortHash(JSON.stringify([provider, callback.url, callback.body]))}`, policy, provider, receivedAt, callback };
}
