import type { Outcome } from "../define/outcome.ts";
import { askedWait } from "./asked-wait.ts";
import type { HttpAnswer } from "./http-client.ts";
import { jsonObject, objectOf, outcomeRow, textOf, type Judging } from "./outcome-row.ts";
import { type OutcomeRow, outcomeOf, type OutcomeTable } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/**
 * What the answers of `POST /v1/projects/{project}/messages:send` mean: by the `errorCode` of their FcmError, else the `status` of
 * google.rpc, else the HTTP status. A repeat carries the same tag and collapse id and takes the place of the first on the screen, so
 * what Google says to send again (`INTERNAL`, `UNAVAILABLE`) is sent again.
 * Source: Google's pages on FCM's error codes and quotas, and google.rpc.Code.
 */
export const fcmCodes: OutcomeTable = {
  UNREGISTERED: "suppress", // the app is gone from the device, or the token was renewed
  // The token is of another project than our key. Not for ever: it may be the key that is the wrong one.
  SENDER_ID_MISMATCH: { kind: "suppress", keep: "7d" },
  /** Ours, for an INVALID_ARGUMENT that names the token: what else a message holds was checked here. */
  INVALID_REGISTRATION_TOKEN: "suppress",
  INVALID_ARGUMENT: "reject",
  QUOTA_EXCEEDED: { kind: "retry", after: "60s" }, // Google: at least a minute
  UNAVAILABLE: { kind: "retry", after: "10s" }, // Google: at least ten seconds
  INTERNAL: "retry",
  THIRD_PARTY_AUTH_ERROR: "pause", // the key for Apple's service, or for browsers, is missing at Firebase
  UNSPECIFIED_ERROR: "unknown",
  UNAUTHENTICATED: "pause", // after the token was renewed once
  PERMISSION_DENIED: "pause", // the service account may not send, or the API is off
  RESOURCE_EXHAUSTED: { kind: "retry", after: "60s" },
  NOT_FOUND: "reject", // without UNREGISTERED: no word of the token
  FAILED_PRECONDITION: "reject",
  DEADLINE_EXCEEDED: "unknown",
  UNKNOWN: "unknown",
  400: "reject",
  401: "pause",
  403: "pause",
  404: "pause", // a wrong base URL: our configuration, not this message
  405: "pause",
  408: "retry",
  413: "reject",
  429: { kind: "retry", after: "60s" },
  500: "unknown", // not of FCM, which would say INTERNAL
  502: "unknown",
  503: { kind: "retry", after: "10s" },
  504: "unknown",
};

/** What a token's endpoint answers with where there is no token; no message has left by then. */
export const googleTokenCodes: OutcomeTable = {
  408: "retry",
  429: "retry",
  500: "retry",
  502: "retry",
  503: "retry",
  504: "retry",
};

export function fcmOutcome(answer: HttpAnswer, { now, outcomes }: Judging): Outcome {
  const { status, headers, body } = answer;
  const said = jsonObject(body);
  if (status >= 200 && status < 300) {
    const messageId = textOf(said["name"]);
    if (messageId !== undefined) return { kind: "sent", messageId };
    // A gateway may answer 200 with a page of its own.
    return { kind: "unknown", reason: reasonText(status, "without the message's name (it may have been accepted)") };
  }
  const { code, rpc, message } = fcmError(answer);
  const row = outcomeRow([outcomes, fcmCodes], [code, rpc, String(status)]) ?? rowOfOthers(status);
  const words = message ?? (Object.keys(said).length === 0 ? body.slice(0, 200) : "");
  return outcomeOf(row, { reason: reasonText(status, code ?? rpc, words), asked: askedWait(headers["retry-after"], now) });
}

/** Whether our token was refused, and not a key at Apple's. */
export function isTokenRefused(answer: HttpAnswer): boolean {
  const { code, rpc } = fcmError(answer);
  return answer.status === 401 && code === undefined && (rpc === undefined || rpc === "UNAUTHENTICATED");
}

interface FcmError {
  readonly code: string | undefined;
  readonly rpc: string | undefined;
  readonly message: string | undefined;
}

function fcmError({ body }: HttpAnswer): FcmError {
  const { status: rpc, message, details } = objectOf(jsonObject(body)["error"]);
  const codes = (Array.isArray(details) ? details : []).map((detail) => textOf(objectOf(detail)["errorCode"]));
  const code = codes.find((found) => found !== undefined);
  const words = textOf(message);
  const ofToken = code === "INVALID_ARGUMENT" && words !== undefined && /not a valid FCM registration token/i.test(words);
  return { code: ofToken ? "INVALID_REGISTRATION_TOKEN" : code, rpc: textOf(rpc), message: words };
}

function rowOfOthers(status: number): OutcomeRow {
  if (status >= 400 && status < 500) return "reject";
  // A redirect is not followed, for it would carry the token to another host: the base URL is wrong.
  if (status >= 300 && status < 400) return "pause";
  return "unknown";
}

/** What it means that no token came: our key is the problem, unless Google's endpoint is. */
export function googleTokenOutcome({ status, headers, body }: HttpAnswer, now: number): Outcome {
  const { error, error_description: description } = jsonObject(body);
  const asked = askedWait(headers["retry-after"], now);
  if (status >= 200 && status < 300) return { kind: "retry", reason: reasonText("Google's token endpoint:", status, "without a token") };
  const row = outcomeRow([googleTokenCodes], [String(status)]) ?? (status >= 500 ? "retry" : "pause");
  return outcomeOf(row, { reason: reasonText("Google's token endpoint:", status, textOf(error), textOf(description)), asked });
}
