export interface Deadline {
  readonly signal: AbortSignal;
  /** Why it was aborted, for people; `undefined` while it was not. */
  reason(): string | undefined;
  /** Ends it before its time. */
  abort(why: string): void;
  /** Takes the timer and the listener away. */
  clear(): void;
}

/**
 * A signal that can be let go of, unlike those of `AbortSignal.any` and `AbortSignal.timeout`, which hold what listens to them
 * until their time is over. It aborts when the given one does, or when the time is over.
 * @param timeout milliseconds
 */
export function deadline(signal: AbortSignal, timeout: number): Deadline {
  const controller = new AbortController();
  let reason: string | undefined;
  const abort = (why: string): void => {
    reason ??= why;
    controller.abort();
  };
  const stop = (): void => abort("the try was stopped");
  const timer = setTimeout(() => abort(`no answer within ${timeout} ms`), timeout);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return {
    signal: controller.signal,
    reason: () => reason,
    abort,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    },
  };
}
