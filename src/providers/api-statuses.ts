import { outcomeRow } from "./outcome-row.ts";
import type { OutcomeRow, OutcomeTable } from "./outcome-table.ts";

/**
 * What the HTTP status of an answer to a request to send means, where the vendor says nothing more exact. 500, 502 and 504 also come
 * after the vendor has taken the message.
 * Source: RFC 9110, section 15; the pages on errors of SendGrid, Twilio, MSG91 and Meta.
 */
export const apiStatuses: OutcomeTable = {
  400: "reject",
  401: "pause",
  403: "pause",
  404: "pause", // a wrong base URL: our configuration, not this message
  405: "pause",
  408: "retry",
  413: "reject",
  415: "reject",
  429: "retry",
  500: "unknown",
  502: "unknown",
  503: "retry",
  504: "unknown",
};

/** The row for any status but a good one. Pure. */
export function rowOfStatus(status: number): OutcomeRow {
  const row = outcomeRow([apiStatuses], [String(status)]);
  if (row !== undefined) return row;
  if (status >= 400 && status < 500) return "reject";
  // A redirect is not followed, for it would carry our keys to another host: the base URL is wrong.
  return status >= 300 && status < 400 ? "pause" : "unknown";
}

export function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}
