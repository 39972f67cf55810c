import type { Outcome } from "../define/outcome.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { outcomeRow, type Judging } from "./outcome-row.ts";
import { kindOfRow, type OutcomeTable, outcomeOf } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/**
 * What a receiver's HTTP status means, where it is not what the other statuses of its hundred mean ({@link webhookHundreds}).
 *
 * Standard Webhooks 1.0 knows success (2xx), "stop" (410) and "try again" (anything else). We differ in one thing: what the receiver
 * has read and refuses as it is (400, 413, 422, …) will be refused again in a few seconds, so it becomes a dead letter at once, to be
 * redriven when the receiver is repaired. 401, 403 and 404 are tried again: a receiver that is being deployed answers so.
 */
export const webhookStatuses: OutcomeTable = {
  400: "reject",
  405: "reject",
  406: "reject",
  410: "suppress", // the specification: disable the endpoint, and stop sending to it
  411: "reject",
  413: "reject",
  414: "reject",
  415: "reject",
  422: "reject",
  431: "reject",
  503: "retry",
};

/**
 * 2xx: taken. 3xx: redirects are not followed, for they could lead anywhere. 5xx: it may have been taken before the fault; the
 * repeat carries the same `webhook-id`.
 */
export const webhookHundreds: OutcomeTable = { 2: "sent", 3: "reject", 4: "retry", 5: "unknown" };

/** The outcome of an answer. Pure. */
export function webhookOutcome({ status, headers, body }: HttpAnswer, { now, outcomes }: Judging): Outcome {
  const row =
    outcomeRow([outcomes, webhookStatuses], [String(status)]) ??
    outcomeRow([webhookHundreds], [String(Math.floor(status / 100))]) ??
    "unknown";
  const doubt = kindOfRow(row) === "unknown" ? "(it may have been accepted)" : undefined;
  const reason =
    status >= 300 && status < 400
      ? reasonText(
          status,
          "redirects are not followed: let the route's `to` be the address that the receiver answers at itself,",
          headers["location"],
        )
      : reasonText(status, saidIn(headers, body), doubt);
  return outcomeOf(row, { reason, asked: askedWait(headers["retry-after"], now) });
}

/** A page of HTML says nothing that fits into a line. */
function saidIn(headers: HttpAnswer["headers"], body: string): string {
  return /^(application\/(\S+\+)?json|text\/plain)\b/i.test(String(headers["content-type"] ?? "")) ? body.slice(0, 200) : "";
}
