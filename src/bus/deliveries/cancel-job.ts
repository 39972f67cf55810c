import { silentLogger } from "../../base/logger.ts";
import type { Delivery } from "../../define/delivery.ts";
import type { DeliveryQueue, FoundJob } from "../../queues/delivery-queue.ts";
import { deliveryState } from "../../workers/delivery-state.ts";
import { followers } from "../../workers/followers.ts";
import { type By, byText } from "../by.ts";
import type { LazyParts } from "../parts.ts";

export type Cancelled =
  /** `mayHaveArrived`: an earlier try is in doubt, and may have been accepted. */
  | { readonly cancelled: true; readonly mayHaveArrived?: true }
  /** `known`: there is such a delivery. */
  | { readonly cancelled: false; readonly known: boolean; readonly refused: string };

/** A delivery's job, as far as ending it needs to know it. */
export interface EndableJob extends Pick<FoundJob<Delivery>, "state"> {
  readonly content: Pick<Delivery, "id" | "event" | "channel" | "firstOf">;
}

export interface CancelJob {
  readonly queue: DeliveryQueue<Delivery>;
  readonly found: EndableJob;
  readonly by: By;
}

/** Ends a delivery whose job was found, unless it has ended or is being sent. */
export async function cancelJob(
  { ledger, queues }: Pick<LazyParts, "ledger" | "queues">,
  { queue, found, by }: CancelJob,
): Promise<Cancelled> {
  const { content, state } = found;
  if (state === "completed") {
    const ended = deliveryState(await ledger().timeline(content)).state;
    return ended === "cancelled" ? { cancelled: true } : refusal(`it ended as ${ended}`);
  }
  if (state === "dead") return refusal(deadLetter);
  // First the ledger: whatever still runs it is told not to send.
  const ended = await ledger().cancel(content, { step: "cancelled", detail: byText(by) });
  if (ended === "cancelled") {
    await queue.remove(content.id);
    await followers({ ledger: ledger(), queues: queues().of, observe: () => undefined, logger: silentLogger }).wake(content);
    return { cancelled: true };
  }
  return refusal(ended === "busy" ? underWay : ended === "dead" ? deadLetter : `it ended as ${ended}`);
}

export const underWay = "it is being sent right now";
export const deadLetter = "it is a dead letter: discard it with the dead letters";

function refusal(refused: string): Cancelled {
  return { cancelled: false, known: true, refused };
}
