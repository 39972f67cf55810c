/** What was asked for did not come in time. */
export class LateAnswer extends Error {
  override readonly name = "LateAnswer";
}

/**
 * The promise's value if it comes in time.
 * @throws LateAnswer when it did not; the promise itself goes on
 */
export async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new LateAnswer(`no answer within ${Math.round(milliseconds)} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
