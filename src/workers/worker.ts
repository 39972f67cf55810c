import { messageOf } from "../base/errors.ts";
import type { ChannelOptions } from "../define/channel-options.ts";
import type { Delivery } from "../define/delivery.ts";
import { startExpiry } from "../queues/expiry.ts";
import type { DeliveryQueue, QueueWorker } from "../queues/delivery-queue.ts";
import type { Locks } from "../base/locks.ts";
import type { Pace } from "../base/pace.ts";
import type { Rounds } from "../base/rounds.ts";
import { type Company, inCompany } from "./company.ts";
import { deliver, type DeliverOptions } from "./deliver.ts";
import { type DeliveryQueues, followers } from "./followers.ts";
import { forgetSecrets } from "./forget-secrets.ts";
import { openingChannel } from "./opening-channel.ts";
import type { Vault } from "../vault/vault-port.ts";
import { keepSent } from "./keep-sent.ts";
import type { SentOptions } from "./sent-record.ts";
import { stepByStep } from "./step-by-step.ts";

export interface WorkerOptions extends Omit<DeliverOptions, "keepSent">, SentOptions {
  /** What the channel says of replays. */
  readonly words: ChannelOptions;
  readonly queue: DeliveryQueue<Delivery>;
  /** Opens secrets. */
  readonly vault: Pick<Vault, "open">;
  /** Those of all channels, where the other steps of a `firstOf` are. */
  readonly queues: DeliveryQueues;
  /** Of all deliveries that are under way in this process. */
  readonly company: Company;
  readonly locks: Locks;
  readonly pace: Pace;
  readonly concurrency: number;
  /** Sends in each `per` milliseconds over all processes, or no limit. */
  readonly rateLimit: { readonly max: number; readonly per: number } | false;
  /** Dead letters are removed after so many milliseconds, counted and announced. */
  readonly keepDeadLetters: number;
  /** Finished deliveries are removed after so many milliseconds. */
  readonly keepCompleted: { readonly age: number };
}

export interface Worker {
  start(): Promise<void>;
  /** Takes no more deliveries and finishes those under way, for at most so many milliseconds. */
  stop(deadline: number): Promise<void>;
}

/** The worker of one channel in this process. */
export function createWorker(options: WorkerOptions): Worker {
  const { channel, queue, concurrency, rateLimit, ledger, observe, logger } = options;
  const others = followers(options);
  let running: QueueWorker | undefined;
  let expiry: Rounds | undefined;

  /** Told of it by the queue, after the fact: those behind it in a `firstOf` would see it at their own time too. */
  const onGivenUp = (delivery: Delivery, reason: string): void => {
    observe("dead", { delivery, reason });
    if (delivery.firstOf === undefined) return;
    void ledger
      .cancel(delivery, { step: "dead", detail: reason })
      .then(() => others.wake(delivery))
      .catch((error: unknown) => logger.warn({ delivery: delivery.id, error: messageOf(error) }, "an end is missing in the ledger"));
  };

  return {
    async start() {
      const limits = await queue.configure({ concurrency, rateLimit });
      for (const [limit, set] of [
        ["concurrency", limits.concurrency],
        ["rate limit", limits.rateLimit],
      ] as const)
        if (set !== undefined)
          logger.warn(
            { channel: channel.name, limit, ...set },
            "a limit that was set at run time holds, and not the configuration's, until it is reset",
          );
      const opening = { ...options, channel: openingChannel(channel, options.vault) };
      const delivering = deliver({ ...opening, keepSent: keepSent(opening) });
      const handle = inCompany(
        { ...options, channel: channel.name, worker: () => running },
        stepByStep({ ...options, followers: others }, delivering),
      );
      running = queue.work(forgetSecrets(handle), {
        concurrency,
        adjustable: { now: limits.concurrency?.value ?? concurrency },
        onGivenUp,
      });
      await running.ready();
      const { keepCompleted, pace } = options;
      // The last look at what was planned comes first: a delivery that was dropped unsent is known by its job alone.
      expiry = startExpiry({ ...options, keepFinished: keepCompleted.age + pace.accounts, every: pace.rounds });
    },
    async stop(deadline) {
      await expiry?.stop();
      await running?.stop(deadline);
      await channel.close();
    },
  };
}
