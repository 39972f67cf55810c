import { randomUUID } from "node:crypto";
import type { OpenS3 } from "./s3-client.ts";
import { isMissing, isOvertaken, knowsNoConditions } from "./s3-failure.ts";

/** Where an object is. */
export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

type Condition = { readonly IfNoneMatch: "*" } | { readonly IfMatch: string } | Record<never, never>;

/** Tells the object of one put from those of others: an answer may be lost, and what was asked for be there all the same. */
const markName = "busbar-put";

/**
 * Puts an object in the place of what was there when the put began: what fits into one part at once, more in parts, which are there together or not at all. What somebody
 * else has put there meanwhile stays.
 * @param partBytes AWS takes none below 5 MiB but the last, and 10,000 of them
 * @throws what the SDK throws, with the status 412 when somebody else was faster
 */
export async function putObject(
  { sdk, client }: OpenS3,
  { place, body, partBytes }: { readonly place: S3Place; readonly body: AsyncIterable<Uint8Array>; readonly partBytes: number },
): Promise<void> {
  const before = await headOf({ sdk, client }, place);
  const condition: Condition = before === undefined ? { IfNoneMatch: "*" } : { IfMatch: before.ETag! };
  const { named, conditionally } = marked({ sdk, client }, place, condition);
  const parts = partsOf(body, partBytes);
  try {
    const [first, second] = [await parts.next(), await parts.next()];
    const whole = first.done === true ? Buffer.alloc(0) : first.value;
    if (second.done === true) await conditionally((given) => client.send(new sdk.PutObjectCommand({ ...named, ...given, Body: whole })));
    else await inParts(whole, second.value);
  } finally {
    await parts.return(undefined);
  }

  async function inParts(one: Buffer, two: Buffer): Promise<void> {
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(named));
    const upload = { ...place, UploadId };
    try {
      const done: { PartNumber: number; ETag: string | undefined }[] = [];
      const send = async (Body: Buffer, PartNumber: number): Promise<void> => {
        const { ETag } = await client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body }));
        done.push({ PartNumber, ETag });
      };
      await send(one, 1);
      // One is on its way while the next one is gathered.
      let sending = settledLater(send(two, 2));
      for (let number = 3; ; number++) {
        const next = await parts.next();
        await sending;
        if (next.done === true) break;
        sending = settledLater(send(next.value, number));
      }
      await conditionally((given) =>
        client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, ...given, MultipartUpload: { Parts: done } })),
      );
    } catch (error) {
      // What is left of it costs until it is taken away.
      await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }
}

/**
 * Puts a small object where there is none.
 * @returns false where something is there, which stays
 * @throws what the SDK throws
 */
export async function createObject(s3: OpenS3, { place, body }: { readonly place: S3Place; readonly body: Uint8Array }): Promise<boolean> {
  // A store that knows no conditions is asked as well as it can be.
  if ((await headOf(s3, place)) !== undefined) return false;
  const { named, conditionally } = marked(s3, place, { IfNoneMatch: "*" });
  try {
    await conditionally((given) => s3.client.send(new s3.sdk.PutObjectCommand({ ...named, ...given, Body: body })));
    return true;
  } catch (error) {
    if (isOvertaken(error)) return false;
    throw error;
  }
}

/** An object with a mark of its own, and how it is put under a condition. */
function marked(s3: OpenS3, place: S3Place, condition: Condition) {
  const mark = randomUUID();
  return {
    named: { ...place, Metadata: { [markName]: mark } },
    async conditionally(send: (given: Condition) => Promise<unknown>): Promise<void> {
      try {
        await send(condition).catch((error: unknown) => {
          if (knowsNoConditions(error)) return send({});
          throw error;
        });
      } catch (error) {
        const there = await headOf(s3, place).catch(() => undefined);
        if (there?.Metadata?.[markName] !== mark) throw error;
      }
    },
  };
}

async function headOf({ sdk, client }: OpenS3, place: S3Place) {
  try {
    return await client.send(new sdk.HeadObjectCommand(place));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whoever waits for it hears of its failure; nobody else does. */
function settledLater(work: Promise<void>): Promise<void> {
  work.catch(() => undefined);
  return work;
}

/** A body in pieces of one size, but for the last. */
export async function* partsOf(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer, undefined> {
  let kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    kept.push(chunk);
    bytes += chunk.length;
    while (bytes >= size) {
      const all = kept.length === 1 ? Buffer.from(kept[0]!) : Buffer.concat(kept);
      yield all.subarray(0, size);
      kept = [all.subarray(size)];
      bytes -= size;
    }
  }
  if (bytes > 0) yield Buffer.concat(kept);
  return undefined;
}
