import type { StatusTable } from "./status-table.ts";

const dead = { status: "bounced", outcome: "suppress" } as const;
const failed = { status: "failed", outcome: "retry" } as const;
const rejected = { status: "failed", outcome: "reject" } as const;
/** On the national registry of those who want no marketing. */
const registered = { status: "failed", outcome: { kind: "suppress", category: "marketing" } } as const;

/**
 * What MSG91's delivery reports say, by the number or the word of the status, in lower case.
 * Source: the numbers of its older reports as its clients repeat them, and the words seen in newer ones. It documents neither in full.
 */
export const msg91Statuses: StatusTable = {
  1: "delivered",
  2: failed,
  3: "accepted",
  5: "accepted", // pending
  6: "accepted", // submitted
  8: "accepted", // submitted
  9: registered,
  13: failed,
  16: rejected, // by the carrier
  17: { status: "failed", outcome: "suppress" }, // the number is blocked
  25: rejected,
  26: rejected,
  delivered: "delivered",
  delivrd: "delivered",
  read: "read",
  sent: "accepted",
  submitted: "accepted",
  accepted: "accepted",
  pending: "accepted",
  queued: "accepted",
  failed,
  undelivered: failed,
  undeliv: failed,
  expired: failed,
  rejected,
  rejectd: rejected,
  ndnc: registered,
  blocked: { status: "failed", outcome: "suppress" },
  "invalid number": dead,
  "absent subscriber": failed,
};
