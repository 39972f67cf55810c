import { type StatusTable, statusesOf } from "./status-table.ts";
import { twilioCodes } from "./twilio-outcomes.ts";

/** What the person or the carrier does not want is no dead address. */
const unwanted = { status: "failed", outcome: "suppress" } as const;

/**
 * What Twilio calls back with says of a message: by the error code of one that ended unsent, else by its status.
 * Source: Twilio's OpenAPI document of the API 2010-04-01 for the statuses, and `twilioCodes` for the codes.
 */
export const twilioStatuses: StatusTable = {
  ...statusesOf(twilioCodes),
  21610: unwanted, // opted out: STOP
  30004: unwanted, // blocked, by the person or the carrier
  63014: unwanted, // blocked by the person
  accepted: "accepted",
  scheduled: "accepted",
  queued: "accepted",
  sending: "accepted",
  sent: "accepted", // the carrier has it
  partially_delivered: "accepted",
  delivered: "delivered",
  read: "read",
  undelivered: { status: "failed", outcome: "retry" },
  failed: { status: "failed", outcome: "retry" },
  canceled: { status: "failed", outcome: "reject" },
  receiving: "nothing", // a reader's message to us
  received: "nothing",
};
