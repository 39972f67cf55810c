import type { EventOf } from "../../src/index.ts";
import type { orderStatusChanged } from "../../topics/order-status-changed.ts";

type Status = EventOf<typeof orderStatusChanged>["data"]["status"];

/** What customers are told of each status: `state` goes on from "your order", and `message` is a sentence. */
export const orderStatusWords: Readonly<Record<Status, { readonly state: string; readonly message: string }>> = {
  packed: { state: "is packed", message: "It waits for the courier." },
  shipped: { state: "is on its way", message: "It has left our warehouse." },
  out_for_delivery: { state: "arrives today", message: "The courier has it on board." },
  delivered: { state: "was delivered", message: "We hope you like it. If anything is missing or broken, just reply." },
  cancelled: { state: "is cancelled", message: "You pay nothing, and what you have paid comes back to you." },
  returned: { state: "came back to us", message: "We check it now, and then refund you." },
};
