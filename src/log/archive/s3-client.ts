import { BusbarError } from "../../base/errors.ts";
import type { S3Address } from "./s3-address.ts";

/** How long a store is waited for; times in milliseconds. */
export interface S3Patience {
  /** A request is asked so often. */
  readonly tries: number;
  readonly connect: number;
  /** From the first byte of a request to the first one of its answer, or between two pieces of that. */
  readonly answer: number;
}

export const defaultPatience: S3Patience = { tries: 4, connect: 5_000, answer: 60_000 };

/** The SDK and a client of it. Credentials are found by the SDK: variables, profiles, roles. */
export type OpenS3 = Awaited<ReturnType<typeof openS3>>;

/** @throws BusbarError `INVALID_CONFIGURATION` where the SDK is not installed */
export async function openS3({ region, endpoint, pathStyle }: S3Address, { tries, connect, answer }: S3Patience) {
  const sdk = await loadSdk();
  const client = new sdk.S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: pathStyle,
    maxAttempts: tries,
    requestHandler: { connectionTimeout: connect, requestTimeout: answer, throwOnRequestTimeout: true },
    // The signature holds the SHA-256 of what is sent, and a manifest that of its segment; other stores than AWS refuse the checksums that the SDK would add.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return { sdk, client };
}

async function loadSdk() {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new BusbarError("INVALID_CONFIGURATION", noSdk);
  }
}

export const noSdk =
  "an archive in a bucket works with the package @aws-sdk/client-s3, which is not installed: npm install @aws-sdk/client-s3";
