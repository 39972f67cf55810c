import { pause } from "../../base/pause.ts";
import { defaultCategory, type Delivery } from "../../define/delivery.ts";
import type { Standing } from "../../router/replay-counts.ts";
import { isSuppressible } from "../../workers/suppressions.ts";
import type { LazyParts } from "../parts.ts";
import { standingOf } from "../standings.ts";

/** More is queued only while a queue holds fewer: a replay never stands before what happens now. */
const mostWaiting = 1_000;
const lookAgainMs = 200;

/** Where deliveries of past events stand, in their order: by the ledger, and by the queue where that knows more. */
export async function lookAt(
  { ledger, queues, suppressions }: Pick<LazyParts, "ledger" | "queues" | "suppressions">,
  deliveries: readonly Delivery[],
): Promise<readonly Standing[]> {
  const standings = await ledger().standings(deliveries);
  const now = Date.now();
  return Promise.all(
    standings.map(async (standing, index) => {
      const delivery = deliveries[index]!;
      if (standing === "sent" || standing === "cancelled") return standingOf(standing, undefined);
      const job = (await queues().of(delivery.channel).find(delivery.id))?.state;
      const released = standing === "suppressed" && (job ?? "completed") === "completed" && (await isReleased(delivery));
      const stands = released ? "missing" : standingOf(standing, job);
      // It would only be dropped.
      return stands === "missing" && delivery.expiresAt !== undefined && delivery.expiresAt <= now ? "ended" : stands;
    }),
  );

  /** What was not sent to an address because it was suppressed is missing as soon as nothing stops it any more. */
  async function isReleased({ channel, to: address, category = defaultCategory }: Delivery): Promise<boolean> {
    return isSuppressible(channel) && (await suppressions().find({ channel, address, category })) === undefined;
  }
}

/** Queues what is missing, as soon as there is room for it in its queue. */
export async function enqueueMissing(
  { ledger, queues }: Pick<LazyParts, "ledger" | "queues">,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<void> {
  for (const channel of new Set(deliveries.map((delivery) => delivery.channel))) {
    const queue = queues().of(channel);
    while ((await queue.counts()).waiting >= mostWaiting && !signal.aborted) await pause(lookAgainMs, signal);
    const own = deliveries.filter((delivery) => delivery.channel === channel);
    await openReleased(own);
    await queue.add(own, { verify: true });
  }

  /** In an order that can be cut off anywhere: without its job and with an open record, a delivery is missing all the same. */
  async function openReleased(all: readonly Delivery[]): Promise<void> {
    const standings = await ledger().standings(all);
    for (const delivery of all.filter((_, index) => standings[index] === "suppressed")) {
      await queues().of(delivery.channel).remove(delivery.id);
      await ledger().note(delivery, { step: "redriven", detail: "by a replay: its address was released" });
      await ledger().reopen(delivery, { suppressed: true });
    }
  }
}
