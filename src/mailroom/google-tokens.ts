import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Clock } from "../base/clock.ts";
import { type Refusal, vendorCounter } from "./counter.ts";
import type { VendorOptions } from "./vendor.ts";

/** The tokens that Google gives service accounts. */
export interface GoogleTokens {
  issue(): string;
  isValid(token: string): boolean;
}

/** Seconds. */
const lifetime = 3_599;
/** The oldest are forgotten. */
const mostKept = 100;

export function googleTokens(clock: Clock): GoogleTokens {
  const ends = new Map<string, number>(); // oldest first
  return {
    issue() {
      const token = `ya29.${randomBytes(24).toString("base64url")}`;
      ends.set(token, clock.now() + lifetime * 1_000);
      if (ends.size > mostKept) ends.delete(ends.keys().next().value!);
      return token;
    },
    isValid: (token) => (ends.get(token) ?? 0) > clock.now(),
  };
}

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const audiences = ["https://oauth2.googleapis.com/token", "https://www.googleapis.com/oauth2/v4/token"];
const mostBytes = 64 * 1024;

/**
 * Google's token endpoint, `POST /token`, for service accounts (RFC 7523). What an assertion says is checked; who signed it cannot be.
 * A token that is given is no message, and not in the journal; a request that is refused is.
 */
export function googleTokenRoutes(app: FastifyInstance, options: VendorOptions & { readonly tokens: GoogleTokens }): void {
  const { refuse, answerRest } = vendorCounter(
    {
      provider: "fcm",
      channel: "push",
      refusal: (status, message) => tokenRefusal("invalid_request", message, status),
      struck: () => undefined,
    },
    options,
  );
  app.post("/", { bodyLimit: mostBytes }, (request, reply) => {
    const form = new URLSearchParams(request.body instanceof Buffer ? request.body.toString() : "");
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
    if (!isForm) return refuse(request, reply, tokenRefusal("invalid_request", "the body must be a form"));
    if (form.get("grant_type") !== jwtBearer)
      return refuse(request, reply, tokenRefusal("unsupported_grant_type", `Invalid grant_type: ${form.get("grant_type") ?? ""}`));
    const problem = assertionProblem(form.get("assertion") ?? "");
    if (problem !== undefined) return refuse(request, reply, tokenRefusal("invalid_grant", problem));
    return reply.send({ access_token: options.tokens.issue(), expires_in: lifetime, token_type: "Bearer" });
  });
  answerRest(app, /^\/token\/?$/);
}

/** What is wrong with a service account's assertion. Pure. */
export function assertionProblem(assertion: string): string | undefined {
  const parts = assertion.split(".");
  const [header, claims] = parts.map(jsonOf);
  if (parts.length !== 3 || header === undefined || claims === undefined || !/^[\w-]{300,}$/.test(parts[2]!))
    return "Invalid JWT: it must be three parts in base64url, the third a signature of RSA";
  if (header["alg"] !== "RS256") return "Invalid JWT: alg must be RS256";
  const { iss, aud, scope, iat, exp } = claims;
  if (typeof iss !== "string" || !iss.includes("@")) return "Invalid JWT: iss must be the service account's e-mail address";
  if (typeof aud !== "string" || !audiences.includes(aud)) return `Invalid JWT: aud must be ${audiences[0]}`;
  if (typeof scope !== "string" || !/\/auth\/(firebase\.messaging|cloud-platform)( |$)/.test(scope))
    return "Invalid JWT: scope must hold https://www.googleapis.com/auth/firebase.messaging";
  if (!Number.isInteger(iat) || !Number.isInteger(exp) || (exp as number) <= (iat as number) || (exp as number) > (iat as number) + 3_600)
    return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values";
  return undefined;
}

function jsonOf(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function tokenRefusal(error: string, description: string, status = 400): Refusal {
  return { status, body: { error, error_description: description }, reason: `${error}: ${description}` };
}
