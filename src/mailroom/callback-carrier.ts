import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

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
export type CallbackCarrier = (callback: CarriedCallback) => Promise<CallbackAnswer>;

/** Vendors wait no longer for an answer, milliseconds. */
const answerMs = 10_000;
const longestAnswer = 1_000;

/**
 * Brings it over HTTP, and follows no redirect. Not with `fetch`: that takes twice the time, and there may be many. Connections are kept until
 * the signal aborts, which ends them.
 */
export function httpCarrier(ending: AbortSignal): CallbackCarrier {
  const agents = { "http:": new HttpAgent({ keepAlive: true }), "https:": new HttpsAgent({ keepAlive: true }) };
  ending.addEventListener("abort", () => Object.values(agents).forEach((agent) => agent.destroy()));
  return ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const { protocol } = new URL(url);
      const agent = agents[protocol as keyof typeof agents];
      const request = (protocol === "https:" ? httpsRequest : httpRequest)(url, {
        method,
        agent,
        headers: withLength(headers, body),
      });
      const limit = setTimeout(() => request.destroy(new Error(`no answer within ${answerMs / 1_000} s`)), answerMs);
      request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => void (text += text.length < longestAnswer ? chunk : ""));
        response.on("end", () => resolve({ status: response.statusCode!, text: text.slice(0, longestAnswer) }));
        response.on("error", reject);
      });
      request.on("error", ({ code, message }: NodeJS.ErrnoException) =>
        reject(new Error(code === undefined ? message : `no answer: ${code}`)),
      );
      request.on("close", () => clearTimeout(limit));
      request.end(body);
    });
}

function withLength(headers: Readonly<Record<string, string>>, body = ""): Record<string, string> {
  return { ...headers, "content-length": String(Buffer.byteLength(body)) };
}
