import { createPublicKey, verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Refusal } from "./counter.ts";
import { headerText } from "./told.ts";

export interface PushRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The address that it is for. */
  readonly endpoint: URL;
}

/** With its encryption. */
const mostBytes = 4_096;
/** Seconds. */
const day = 86_400;

/**
 * What a push service says, in the shape of Mozilla's.
 * Source: autopush's page on its HTTP API, «Error codes».
 */
const errnos: Readonly<Record<number, readonly [errno: number, error: string]>> = {
  400: [110, "Bad Request"],
  401: [109, "Unauthorized"],
  404: [102, "Not Found"],
  410: [106, "Gone"],
  413: [104, "Payload Too Large"],
  429: [201, "Too Many Requests"],
  503: [202, "Service Unavailable"],
};

export function pushRefusal(status: number, message: string): Refusal {
  const [errno, error] = errnos[status] ?? [999, status < 500 ? "Bad Request" : "Internal Server Error"];
  return { status, body: { code: status, errno, error, message }, reason: message };
}

/** What a push service finds wrong with a request (RFC 8030, 8188, 8291, 8292). Undefined: nothing. */
export function pushRequestRefusal({ headers, body, endpoint }: PushRequest): Refusal | undefined {
  const token = vapidProblem(headerText(headers, "authorization"), endpoint);
  if (token !== undefined) return pushRefusal(401, `authorization: ${token}`);
  if (!/^\d{1,10}$/.test(headerText(headers, "ttl") ?? "")) return pushRefusal(400, "ttl must be whole seconds");
  const [urgency, topic] = [headerText(headers, "urgency") ?? "normal", headerText(headers, "topic") ?? "t"];
  if (!["very-low", "low", "normal", "high"].includes(urgency)) return pushRefusal(400, "urgency must be very-low, low, normal or high");
  if (!/^[\w-]{1,32}$/.test(topic)) return pushRefusal(400, "topic must be 1 to 32 characters of base64url");
  // A message without a text is allowed: it wakes the browser.
  if (body.length === 0) return undefined;
  if (body.length > mostBytes) return pushRefusal(413, `a message may have ${mostBytes} bytes, this one has ${body.length}`);
  if (headers["content-encoding"] !== "aes128gcm") return pushRefusal(400, "content-encoding must be aes128gcm");
  return isSealed(body) ? undefined : pushRefusal(400, "the body is not encrypted with aes128gcm");
}

/** Whether it begins as RFC 8188 says, with a point of P-256 as the key's id, and holds at least one byte. */
function isSealed(body: Buffer): boolean {
  return body.length > 21 + 65 + 17 && body.readUInt32BE(16) > 17 && body[20] === 65 && body[21] === 4;
}

/** What is wrong with the sender's identification (RFC 8292). The time is the system's: the package web-push knows no other. */
function vapidProblem(authorization: string | undefined, endpoint: URL): string | undefined {
  const fields = Object.fromEntries(
    (authorization ?? "")
      .replace(/^vapid /i, "")
      .split(/\s*,\s*/)
      .map((field) => field.split("=", 2)),
  );
  const [token, key] = [String(fields["t"] ?? ""), String(fields["k"] ?? "")];
  if (!/^vapid /i.test(authorization ?? "") || token === "" || key === "") return "must be vapid t=<token>, k=<public key>";
  const [header, claims] = token.split(".").map(jsonOf);
  if (token.split(".").length !== 3 || header?.["alg"] !== "ES256" || claims === undefined) return "t is no token signed with ES256";
  if (!isSigned(token, key)) return "t is not signed with the key k";
  const { aud, exp, sub } = claims;
  const audience = typeof aud === "string" ? URL.parse(aud) : null;
  if (audience === null || audience.host !== endpoint.host) return `aud must be the endpoint's origin, ${endpoint.origin}`;
  const left = Number(exp) - Date.now() / 1_000;
  if (!Number.isInteger(exp) || left < 0 || left > day) return "exp must be within 24 hours from now";
  return typeof sub === "string" && /^(mailto:.+@|https:\/\/)./.test(sub) ? undefined : "sub must be a mailto: or https: address";
}

function isSigned(token: string, key: string): boolean {
  const point = Buffer.from(key, "base64url");
  if (point.length !== 65 || point[0] !== 4) return false;
  try {
    const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
    const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
    const end = token.lastIndexOf(".");
    const signature = Buffer.from(token.slice(end + 1), "base64url");
    return verify("sha256", Buffer.from(token.slice(0, end)), { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false; // no point of the curve
  }
}

function jsonOf(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
