import { defineSubscriber, linkTo } from "../src/index.ts";
import { affiliateSyncDue } from "../topics/affiliate-sync-due.ts";

const batchSize = 50;

export default defineSubscriber(affiliateSyncDue, {
  name: "affiliate-sync",
  description: "Asks an affiliate network for confirmed purchases, and publishes the cashback of each.",
  deliver: ({ handler }) => [
    handler({
      // Others' systems take their time to come back.
      retry: { attempts: 5, delay: "30s" },
      async handle({ data: { network } }, { services: { affiliate }, signal, progress, publishEvent }) {
        let done = 0;
        for (;;) {
          const hits = await affiliate.confirmed(network, { count: batchSize, signal });
          if (hits.length === 0) return;
          for (const { id, merchant, cashback, balance, user, confirmedAt } of hits) {
            signal.throwIfAborted();
            await publishEvent.cashbackConfirmed(
              { cashbackId: id, amount: cashback, merchant, balance, user, url: linkTo("/", "https://wallet.example.in"), confirmedAt },
              // Before a hit is settled the network names it again, to this try or to the next schedule's.
              { idempotencyKey: `${network}/${id}` },
            );
            await affiliate.settle(network, id);
            progress({ done: ++done, note: "purchases confirmed" });
          }
        }
      },
    }),
  ],
});
