import { messageOf } from "../base/errors.ts";

/** A callback on its way. */
export interface CarriedCallback {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface CallbackAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** How the body begins. */
  readonly text: string;
}

/** Brings a callback to whoever takes it. Rejects where there is no answer. */
export type CallbackCarrier = (callback: CarriedCallback, signal: AbortSignal) => Promise<CallbackAnswer>;

/** Vendors wait no longer for an answer, milliseconds. */
const answerMs = 10_000;
const longestAnswer = 1_000;

/** Brings it over HTTP, and follows no redirect. */
export const overHttp: CallbackCarrier = async ({ method, url, headers, body }, signal) => {
  const limit = AbortSignal.timeout(answerMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal: AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, text: text.slice(0, longestAnswer) };
  } catch (error) {
    if (limit.aborted) throw new Error(`no answer within ${answerMs / 1_000} s`, { cause: error });
    const { cause } = error as { readonly cause?: { readonly code?: unknown } };
    throw new Error(typeof cause?.code === "string" ? `no answer: ${cause.code}` : messageOf(error), { cause: error });
  }
};
