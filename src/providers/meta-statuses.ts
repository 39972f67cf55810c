import { metaCodes } from "./meta-outcomes.ts";
import { type StatusTable, statusesOf } from "./status-table.ts";

/** What the person does not want is no dead address. */
const unwanted = { status: "failed", outcome: { kind: "suppress", category: "marketing" } } as const;

/**
 * What the webhook of Meta's Cloud API says of a message: by the error code of one that failed, else by its status.
 * Source: Meta's reference of the message statuses webhook, and `metaCodes` for the codes.
 */
export const metaStatuses: StatusTable = {
  ...statusesOf(metaCodes),
  131050: unwanted, // the person has stopped marketing messages of ours
  sent: "accepted",
  delivered: "delivered",
  read: "read",
  played: "read", // a voice message
  failed: { status: "failed", outcome: "retry" },
};
