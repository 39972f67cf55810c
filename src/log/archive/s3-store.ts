import type { Readable } from "node:stream";
import type { ArchiveStore } from "./archive-store.ts";
import { type S3Address, s3Title } from "./s3-address.ts";
import { defaultPatience, type OpenS3, openS3, type S3Patience } from "./s3-client.ts";
import { isMissing, s3Failure } from "./s3-failure.ts";
import { createObject, putObject, type S3Place } from "./s3-put.ts";
import { type S3Answer, s3Bytes } from "./s3-read.ts";

export interface S3ArchiveOptions {
  readonly address: S3Address;
  /** Bytes of a part of what is longer, and what is held in memory twice. Default 8 MiB. */
  readonly partBytes?: number;
  readonly patience?: S3Patience;
}

/**
 * An archive in a bucket, of AWS or of another store that speaks S3. The SDK is loaded with the first question.
 *
 * - A `put` is there as a whole or not at all: in one request, or in parts that are completed by one.
 * - It replaces what was there when it began. Of two at a time the one that ends second fails, where the store knows conditions; of two `create`s it is told `false`.
 * - A `get` that breaks goes on where it broke.
 * - All failures are BusbarErrors with the code `ARCHIVE_FAILED`, after four tries.
 */
export function s3ArchiveStore({ address, partBytes = 8 * 1_048_576, patience = defaultPatience }: S3ArchiveOptions): ArchiveStore {
  let opening: Promise<OpenS3> | undefined;
  const opened = (): Promise<OpenS3> => (opening ??= openS3(address, patience));
  const placeOf = (name: string): S3Place => ({ Bucket: address.bucket, Key: `${address.prefix}${name}` });
  const failing = async <T>(doing: string, work: (s3: OpenS3) => Promise<T>): Promise<T> => {
    try {
      return await work(await opened());
    } catch (error) {
      throw s3Failure(error, address, doing);
    }
  };

  return {
    title: s3Title(address),

    async put(name, body) {
      const own = noted(body instanceof Uint8Array ? [body] : body);
      try {
        await putObject(await opened(), { place: placeOf(name), body: own.body, partBytes });
      } catch (error) {
        throw error === own.failure() ? error : s3Failure(error, address, `writing ${name}`);
      }
    },

    create: (name, body) => failing(`writing ${name}`, (s3) => createObject(s3, { place: placeOf(name), body })),

    remove: (name) =>
      failing(`removing ${name}`, async ({ sdk, client }) => void (await client.send(new sdk.DeleteObjectCommand(placeOf(name))))),

    get: (name) =>
      failing(`reading ${name}`, async (s3) => {
        const place = placeOf(name);
        const first = await answerOf(s3, place, { byte: 0 }).catch((error: unknown) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
        if (first === undefined) return undefined;
        const bytes = s3Bytes(first, {
          answerMs: patience.answer,
          from: (byte) => answerOf(s3, place, { byte, etag: first.etag }),
        });
        return failingLate(bytes, (error) => s3Failure(error, address, `reading ${name}`));
      }),

    list: (prefix) =>
      failing(`listing ${prefix}`, async ({ sdk, client }) => {
        const names: string[] = [];
        for (let token: string | undefined; ;) {
          const { Bucket, Key: Prefix } = placeOf(prefix);
          const page = await client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken: token }));
          for (const { Key = "" } of page.Contents ?? []) names.push(Key.slice(address.prefix.length));
          token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
          if (token === undefined) return names;
        }
      }),
  };
}

/** A body whose own failure is told from those of the store. */
function noted(body: AsyncIterable<Uint8Array> | readonly Uint8Array[]) {
  let failure: unknown;
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  return { body: pieces(), failure: () => failure };
}

async function* failingLate(bytes: AsyncIterable<Uint8Array>, named: (error: unknown) => Error): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw named(error);
  }
}

/** @param etag of the object whose rest is wanted */
async function answerOf({ sdk, client }: OpenS3, place: S3Place, { byte, etag }: { byte: number; etag?: string | undefined }) {
  const rest = byte === 0 ? {} : { Range: `bytes=${byte}-`, ...(etag === undefined ? {} : { IfMatch: etag }) };
  const { Body, ETag, ContentLength = 0 } = await client.send(new sdk.GetObjectCommand({ ...place, ...rest }));
  const body = Body as Readable;
  return { body, etag: ETag, length: byte + ContentLength, end: () => void body.destroy() } satisfies S3Answer & {
    etag: string | undefined;
  };
}
