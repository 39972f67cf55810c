import type { Outcome } from "../define/outcome.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { outcomeRow, type Judging } from "./outcome-row.ts";
import { kindOfRow, type OutcomeRow, outcomeOf, type OutcomeTable } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/**
 * What the HTTP status of a browser's push service means. All of 5xx is sent again, also where it may have been accepted: the repeat
 * carries the same Topic and takes the place of one that still waits for the browser.
 * Source: RFC 8030 and RFC 8292; Mozilla's page on the status codes of autopush, Microsoft's on those of WNS.
 */
export const webPushStatuses: OutcomeTable = {
  200: "sent",
  201: "sent",
  202: "sent", // taken, and promised a receipt
  204: "sent",
  400: "reject",
  401: "pause", // our VAPID keys are refused
  403: "pause", // the subscription was made with other VAPID keys
  404: "suppress", // no such subscription
  406: "retry", // WNS: too many for this browser
  408: "retry",
  410: "suppress", // the subscription has ended
  413: "reject", // more than 4,096 bytes
  429: "retry",
  500: "retry",
  502: "retry",
  503: "retry",
  504: "retry",
};

/** The push services of browsers: hosts, and the ends of hosts. Source: what browsers subscribe with. */
export const pushServices: readonly string[] = [
  "fcm.googleapis.com", // Chrome, and what is made of it
  "android.googleapis.com",
  "jmt17.google.com",
  ".push.services.mozilla.com", // Firefox
  ".push.apple.com", // Safari
  ".notify.windows.com", // Edge
];

/** Whether an endpoint is of a browser's own push service. Anybody can subscribe with an endpoint of any other host. */
export function isPushService({ hostname }: Pick<URL, "hostname">): boolean {
  return pushServices.some((host) => (host.startsWith(".") ? hostname.endsWith(host) : hostname === host));
}

export interface WebPushJudging extends Judging {
  /** The host is a browser's own push service, or one that the team allowed: what it says of us, and the waits that it asks for, count. */
  readonly trusted: boolean;
}

export function webPushOutcome({ status, headers, body }: HttpAnswer, { now, trusted, outcomes }: WebPushJudging): Outcome {
  const row = outcomeRow([outcomes, webPushStatuses], [String(status)]) ?? rowOfOthers(status);
  const reason = reasonText(status, saidIn(headers, body));
  if (trusted) return outcomeOf(row, { reason, asked: askedWait(headers["retry-after"], now) });
  // A stranger's host stops nobody else, and is not waited for without end.
  const kind = kindOfRow(row);
  if (kind === "pause") return { kind: "reject", reason };
  return kind === "retry" ? { kind, reason, scope: "recipient" } : outcomeOf(row, { reason });
}

function rowOfOthers(status: number): OutcomeRow {
  if (status >= 200 && status < 300) return "sent";
  // Redirects are not followed, for they could lead anywhere.
  return status >= 500 ? "retry" : "reject";
}

/** A page of HTML says nothing that fits into a line. */
function saidIn(headers: HttpAnswer["headers"], body: string): string {
  return /^(application\/(\S+\+)?json|text\/plain)\b/i.test(String(headers["content-type"] ?? "")) ? body.slice(0, 200) : "";
}
