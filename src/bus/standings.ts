import type { ChannelName } from "../define/channel-name.ts";
import type { JobState } from "../queues/delivery-queue.ts";
import type { Standing } from "../router/replay-counts.ts";
import type { Ledger, LedgerStanding } from "../workers/ledger.ts";
import type { Queues } from "./queues.ts";

/** Of a delivery, what says where it stands. */
export interface LookedAfter {
  readonly id: string;
  readonly channel: ChannelName;
  readonly event: { readonly time: string };
}

/** Where deliveries stand, by ledger and queue. The queue is asked only where the ledger does not know an end. */
export async function readStandings(
  { ledger, queues }: { readonly ledger: Pick<Ledger, "standings">; readonly queues: Pick<Queues, "of"> },
  deliveries: readonly LookedAfter[],
): Promise<readonly Standing[]> {
  const standings = await ledger.standings(deliveries);
  return Promise.all(
    standings.map(async (standing, index) => {
      const { id, channel } = deliveries[index]!;
      const asked = standing === "sent" || standing === "suppressed" || standing === "cancelled" || standing === "busy";
      return standingOf(standing, asked ? undefined : (await queues.of(channel).find(id))?.state);
    }),
  );
}

/** Pure. The ledger knows what was sent; the queue knows what is still to be. */
export function standingOf(ledger: LedgerStanding, job: JobState | undefined): Standing {
  if (ledger === "sent") return "sent";
  if (ledger === "suppressed" || ledger === "cancelled") return "ended";
  if (job === "dead") return "dead";
  if (ledger === "busy" || (job !== undefined && job !== "completed")) return "underWay";
  // A finished job that the ledger does not know as sent was dropped because it came too late.
  if (job === "completed") return "ended";
  return ledger === "dead" ? "ended" : "missing";
}
