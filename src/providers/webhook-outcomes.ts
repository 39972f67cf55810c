import type { Outcome, OutcomeKind } from "../define/outcome.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { reasonText } from "./reason.ts";

/**
 * What a receiver's HTTP status means, where it is not what the other statuses of its hundred mean ({@link webhookHundreds}).
 *
 * Standard Webhooks 1.0 knows success (2xx), "stop" (410) and "try again" (anything else). We differ in one thing: what the receiver
 * has read and refuses as it is (400, 413, 422, …) will be refused again in a few seconds, so it becomes a dead letter at once, to be
 * redriven when the receiver is repaired. 401, 403 and 404 are tried again: a receiver that is being deployed answers so.
 */
export const webhookStatuses: Readonly<Record<number, OutcomeKind>> = {
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
export const webhookHundreds: Readonly<Record<number, OutcomeKind>> = { 2: "sent", 3: "reject", 4: "retry", 5: "unknown" };

/**
 * The outcome of an answer.
 * @param now milliseconds since 1970, to turn a date of `Retry-After` into a wait
 */
export function webhookOutcome({ status, headers, body }: HttpAnswer, now: number): Outcome {
  const kind = webhookStatuses[status] ?? webhookHundreds[Math.floor(status / 100)] ?? "unknown";
  if (kind === "sent") return { kind };
  const reason =
    status >= 300 && status < 400
      ? reasonText(
          status,
          "redirects are not followed: let the route's `to` be the address that the receiver answers at itself,",
          headers["location"],
        )
      : reasonText(status, saidIn(headers, body), kind === "unknown" ? "(it may have been accepted)" : undefined);
  const after = kind === "retry" ? askedWait(headers["retry-after"], now) : undefined;
  return kind === "retry" && after !== undefined ? { kind, reason, after } : { kind, reason };
}

/** A page of HTML says nothing that fits into a line. */
function saidIn(headers: HttpAnswer["headers"], body: string): string {
  return /^(application\/(\S+\+)?json|text\/plain)\b/i.test(String(headers["content-type"] ?? "")) ? body.slice(0, 200) : "";
}
