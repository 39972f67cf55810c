/** Router and workers in a process of their own. Arguments: the address of Redis, and where the mailroom is, in JSON. */
import { createBus, type SendOptions } from "../src/index.ts";
import orderConfirmation from "../subscribers/order-confirmation.ts";
import { orderPlaced } from "../topics/index.ts";

const [redis, mailroom] = process.argv.slice(2);
process.once("disconnect", () => process.exit(1));
const bus = createBus({
  application: "bench",
  topics: { orderPlaced },
  subscribers: [orderConfirmation],
  redis: redis!,
  channels: {
    email: { from: "bench@example.com", rateLimit: false },
    sms: { enabled: false },
    whatsapp: { enabled: false },
    push: { enabled: false },
  },
  send: { mailroom: JSON.parse(mailroom!) as NonNullable<SendOptions["mailroom"]> },
});
process.once("SIGTERM", () => void bus.stop().then(() => process.exit(0)));
await bus.start();
process.send?.("started");
