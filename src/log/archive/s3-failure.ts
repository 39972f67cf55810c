import { BusbarError, messageOf } from "../../base/errors.ts";
import { LateAnswer } from "../../base/within.ts";
import type { S3Address } from "./s3-address.ts";
import { s3Title } from "./s3-address.ts";

/** What the SDK says of a failure, as far as it says anything. */
interface Said {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export const statusOf = (error: unknown): number | undefined => (error as Said).$metadata?.httpStatusCode;
export const nameOf = (error: unknown): string => (error as Said).name ?? "";

/** Nothing is there under that name. A missing bucket is something else, where the store says so. */
export function isMissing(error: unknown): boolean {
  return nameOf(error) === "NoSuchKey" || nameOf(error) === "NotFound";
}

/** Somebody else has written it meanwhile. */
export function isOvertaken(error: unknown): boolean {
  return statusOf(error) === 412 || nameOf(error) === "ConditionalRequestConflict";
}

/** The store knows no conditions. */
export function knowsNoConditions(error: unknown): boolean {
  return statusOf(error) === 501 || nameOf(error) === "NotImplemented";
}

const rights = "s3:GetObject, s3:PutObject and s3:AbortMultipartUpload on its objects, and s3:ListBucket on the bucket";
const offline: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
]);

/** A failure for people: which archive, what it said, and what to do. @param doing such as `writing shop/…/p0.json` */
export function s3Failure(error: unknown, address: S3Address, doing: string): BusbarError {
  if (error instanceof BusbarError) return error;
  return new BusbarError("ARCHIVE_FAILED", `The archive ${s3Title(address)} failed at ${doing}: ${reasonOf(error, address)}`, {
    cause: error,
  });
}

function reasonOf(error: unknown, { bucket }: S3Address): string {
  const [name, status] = [nameOf(error), statusOf(error)];
  if (name === "NoSuchBucket") return `there is no bucket ${bucket}. Make it, or correct ARCHIVE_S3.`;
  if (name === "CredentialsProviderError")
    return "no credentials were found. Give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role.";
  if (messageOf(error).startsWith("Region is missing")) return "its region is not known. Add ?region=… to ARCHIVE_S3, or set AWS_REGION.";
  if (status === 301 || name === "PermanentRedirect" || name === "AuthorizationHeaderMalformed")
    return "the bucket is in another region. Correct region=… in ARCHIVE_S3.";
  if (status === 403) return `it was refused (403 ${name}). Its credentials must be in force and have ${rights}.`;
  if (isOvertaken(error)) return "another process has written it meanwhile. What that one wrote stays.";
  if (name === "TimeoutError" || error instanceof LateAnswer) return "it did not answer in time. It is tried again with the next round.";
  const code = (error as Said).code ?? "";
  if (offline.has(code)) return `it cannot be reached (${code}). Check its endpoint and the network.`;
  return status === undefined ? messageOf(error) : `it answered ${status} ${name}.`;
}
