import type { Outcome } from "../define/outcome.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { jsonObject, objectOf, outcomeRow, textOf, type Judging } from "./outcome-row.ts";
import { type OutcomeRow, outcomeOf, type OutcomeTable } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/**
 * What the answers of `POST /--/api/v2/push/send` mean: by the error of the ticket or the code of the request's error, else the HTTP
 * status. A repeat carries the same tag and collapse id and takes the place of the first on the screen, so that 5xx, which Expo says
 * to send again, is sent again.
 * Source: Expo's page on sending notifications, and the types of expo-server-sdk 6.1.0.
 */
export const expoCodes: OutcomeTable = {
  DeviceNotRegistered: "suppress", // the app is gone from the device
  MessageTooBig: "reject", // 4,096 bytes
  MessageRateExceeded: { kind: "retry", scope: "recipient" },
  MismatchSenderId: "pause", // the credentials for FCM at Expo are of another project
  InvalidCredentials: "pause", // the credentials at Expo are missing or were taken back
  DeveloperError: "reject",
  ExpoError: "retry",
  ProviderError: "retry",
  TOO_MANY_REQUESTS: "retry", // 600 messages a second and project
  PUSH_TOO_MANY_EXPERIENCE_IDS: "reject", // several projects in one request: ours hold one message
  PUSH_TOO_MANY_NOTIFICATIONS: "reject", // more than 100 in one request
  PUSH_TOO_MANY_RECEIPTS: "reject", // more than 1,000 in one request
  UNAUTHORIZED: "pause", // the project wants an access token, and ours is none of it
  400: "reject",
  401: "pause",
  403: "pause",
  404: "pause", // a wrong base URL: our configuration, not this message
  405: "pause",
  408: "retry",
  413: "reject",
  429: "retry",
  500: "retry",
  502: "retry",
  503: "retry",
  504: "retry",
};

export interface ExpoJudging extends Judging {
  /** The device, which Expo repeats in what it says; a reason does not. */
  readonly to: string;
}

export function expoOutcome({ status, headers, body }: HttpAnswer, { to, now, outcomes }: ExpoJudging): Outcome {
  const said = jsonObject(body);
  const ticket = objectOf(firstOf(said["data"]));
  const failure = objectOf(firstOf(said["errors"]));
  const accepted = status >= 200 && status < 300;
  if (accepted && ticket["status"] === "ok") {
    const messageId = textOf(ticket["id"]);
    return messageId === undefined ? { kind: "sent" } : { kind: "sent", messageId };
  }
  const failed = ticket["status"] === "error" || Object.keys(failure).length > 0;
  // A gateway may answer 200 with a page of its own.
  if (accepted && !failed) return { kind: "unknown", reason: reasonText(status, "without a ticket (it may have been accepted)") };
  const code = textOf(objectOf(ticket["details"])["error"]) ?? textOf(failure["code"]);
  const row = outcomeRow([outcomes, expoCodes], [code, accepted ? undefined : String(status)]) ?? rowOfOthers(status);
  const words = textOf(ticket["message"]) ?? textOf(failure["message"]) ?? (Object.keys(said).length === 0 ? body.slice(0, 200) : "");
  return outcomeOf(row, {
    reason: reasonText(status, code, words.replaceAll(to, "the device")),
    asked: askedWait(headers["retry-after"], now),
  });
}

/** Expo answers a list with a list, and a single message with a single ticket. */
function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : value;
}

function rowOfOthers(status: number): OutcomeRow {
  // Expo says that it did not take it, and not why.
  if (status < 300) return "retry";
  // A redirect is not followed, for it would carry the access token to another host: the base URL is wrong.
  if (status < 400) return "pause";
  return status < 500 ? "reject" : "retry";
}
