import type { StatusTable } from "./status-table.ts";

/**
 * What the events of SendGrid's event webhook say of a message: by the event and its kind or reason, else by the event alone.
 * Source: SendGrid's reference of the event webhook. Whom an event is about is our reading.
 */
export const sendgridEvents: StatusTable = {
  processed: "accepted",
  deferred: "accepted", // the other server asked for later: SendGrid tries on for up to 72 h
  delivered: "delivered",
  open: "read",
  "open/machine": "delivered", // a mail program loaded the pictures, and nobody need have looked
  click: "read",
  bounce: { status: "bounced", outcome: "suppress" },
  // Refused for what it was or whence it came, not because the address is dead: it did not arrive.
  "bounce/blocked": { status: "failed", outcome: "retry" },
  // Never sent: the address is on a list of SendGrid's.
  dropped: { status: "failed", outcome: "reject" },
  "dropped/Bounced Address": { status: "bounced", outcome: "suppress" },
  "dropped/Invalid": { status: "bounced", outcome: "suppress" },
  "dropped/Spam Reporting Address": { status: "failed", outcome: "suppress" },
  "dropped/Unsubscribed Address": { status: "failed", outcome: "suppress" },
  "dropped/Recipient List over Package Quota": { status: "failed", outcome: "pause" },
  spamreport: "opted out",
  unsubscribe: "opted out",
  group_unsubscribe: "opted out",
  group_resubscribe: "nothing",
};

/** What a reader asks for by an event: of all e-mail, or of what is marketing. */
export const sendgridWishes: Readonly<
  Record<string, { readonly wish: "out" | "in"; readonly category?: "marketing"; readonly said: string }>
> = {
  spamreport: { wish: "out", said: "reported as spam" },
  unsubscribe: { wish: "out", category: "marketing", said: "SendGrid's unsubscribe link" },
  group_unsubscribe: { wish: "out", category: "marketing", said: "SendGrid's unsubscribe group" },
  group_resubscribe: { wish: "in", category: "marketing", said: "SendGrid's unsubscribe group" },
};
