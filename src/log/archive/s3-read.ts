import { within } from "../../base/within.ts";

/** A body as it comes, and what is asked for when its rest is lost. */
export interface S3Answer {
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes of the whole object. */
  readonly length: number;
  /** Lets go of the line. */
  readonly end: () => void;
}

/** So often without this much in between, bytes, it is given up. */
const [mostFailures, worthTrying] = [3, 1_048_576] as const;

/**
 * The bytes of an object. A line that breaks, or is silent for too long, is taken up where it broke.
 * @param answerMs milliseconds between two pieces
 * @throws what the third failure in a row was
 */
export async function* s3Bytes(
  first: S3Answer,
  { answerMs, from }: { readonly answerMs: number; readonly from: (byte: number) => Promise<S3Answer> },
): AsyncGenerator<Uint8Array> {
  let answer = first;
  let at = 0;
  let [failures, sinceFailure] = [0, 0];
  for (;;) {
    try {
      const pieces = answer.body[Symbol.asyncIterator]();
      for (;;) {
        const piece = await within(answerMs, pieces.next());
        if (piece.done === true) break;
        at += piece.value.length;
        sinceFailure += piece.value.length;
        yield piece.value;
      }
      if (at >= first.length) return;
      throw new Error(`it ended after ${at} of ${first.length} bytes`);
    } catch (error) {
      if (sinceFailure >= worthTrying) failures = 0;
      if ((failures += 1) >= mostFailures) throw error;
      sinceFailure = 0;
    } finally {
      answer.end();
    }
    answer = await from(at);
  }
}
