import { AssertionError } from "node:assert";
import { pause } from "../base/pause.ts";
import type { Queues } from "../bus/queues.ts";
import { channelNames } from "../define/channel-name.ts";
import type { DeliveryQueue, QueueCounts, QueuedContent } from "../queues/delivery-queue.ts";
import type { History } from "./history.ts";
import { audienceRow, deliveryRow, eventRow, sections } from "./overview.ts";

/** What has happened since the drain before, and how much waits for a later time of the test's clock now. */
export interface Drained {
  readonly sent: number;
  readonly dead: number;
  readonly suppressed: number;
  readonly expired: number;
  /** Deliveries, audiences, and events that are to be planned again. */
  readonly waiting: number;
}

/** A bus that is watched may say nothing for so long although nothing is under way any more. */
const sureMs = 100;
/** A job is put in its place a moment after its end was observed. */
const lookAgainMs = 5;

/**
 * Waits until nothing is under way: everything that was published is routed by each of its subscribers, and no queue has anything
 * to hand out. What waits for a time to come is left.
 * @param within milliseconds
 * @returns how much waits
 * @throws AssertionError saying what is under way, when that takes longer
 */
export async function comeToRest({ history, queues, within }: { history: History; queues: Queues; within: number }): Promise<number> {
  const giveUpAt = performance.now() + within;
  for (;;) {
    await history.quiet(sureMs);
    const seen = history.changes();
    const counts = await countsOf(queues);
    const busy = counts.some(({ waiting, active }) => waiting + active > 0);
    if (!busy && history.unrouted().length === 0 && history.changes() === seen)
      // Receipts that will be asked for are no deliveries.
      return counts.reduce((sum, { name, delayed }) => sum + (name === queues.callbacks.name ? 0 : delayed), 0);
    if (performance.now() > giveUpAt)
      throw new AssertionError({
        message: `drain: after ${within / 1_000} s there is still something under way.\n${underWay(history, counts)}`,
        operator: "drain",
        stackStartFn: comeToRest,
      });
    await pause(lookAgainMs);
  }
}

/** Makes what is due by the queues' clock come out of them. */
export async function handOutDue(queues: Queues): Promise<void> {
  await Promise.all(allOf(queues).map((queue) => queue.handOutDue()));
}

type NamedCounts = QueueCounts & { readonly name: string };

async function countsOf(queues: Queues): Promise<readonly NamedCounts[]> {
  return Promise.all(allOf(queues).map(async (queue) => ({ name: queue.name, ...(await queue.counts()) })));
}

function allOf(queues: Queues): readonly Pick<DeliveryQueue<QueuedContent>, "name" | "counts" | "handOutDue">[] {
  return [queues.routing, queues.audiences, queues.callbacks, ...channelNames.map((channel) => queues.of(channel))];
}

function underWay(history: History, counts: readonly NamedCounts[]): string {
  const busy = counts.filter(({ waiting, active }) => waiting + active > 0);
  return sections([
    [
      "In the queues",
      busy.map(({ name, waiting, active }) => ({ queue: name, "to be handed out": `${waiting}`, "handed out": `${active}` })),
    ],
    ["Not routed yet", history.unrouted().map(({ event, subscriber }) => ({ ...eventRow(event), subscriber }))],
    [
      "Audiences that are being looked up",
      history
        .audiences()
        .filter(({ state }) => state === "released")
        .map(audienceRow),
    ],
    [
      "Deliveries under way",
      history
        .deliveries()
        .filter(({ state }) => state === "queued")
        .map((seen) => deliveryRow(seen)),
    ],
  ]);
}
