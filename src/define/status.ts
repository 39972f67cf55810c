/**
 * What became of a message after its provider took it, as the provider says later. Statuses come late, twice and in any order, so each has a
 * rank and the highest one seen is the delivery's status: whatever the order, it ends the same.
 *
 * | status    | rank | meaning                                                                       |
 * |-----------|------|-------------------------------------------------------------------------------|
 * | accepted  | 1    | the provider has it, and is at work                                            |
 * | failed    | 2    | the provider gave it up, or the network did                                    |
 * | delivered | 3    | it reached the mailbox, the phone or the device                                |
 * | bounced   | 4    | it came back, or the address is dead: also after a server had taken it         |
 * | read      | 5    | it was opened                                                                  |
 * | opted out | 6    | its reader wants no more of them: by a link, a complaint or STOP               |
 */
export const deliveryStatuses = ["accepted", "failed", "delivered", "bounced", "read", "opted out"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** From 1; the higher one holds. */
export const statusRank = (status: DeliveryStatus): number => deliveryStatuses.indexOf(status) + 1;

/** True when the message reached its reader. */
export const isArrival = (status: DeliveryStatus): boolean => status === "delivered" || status === "read" || status === "opted out";
