import type { Agent } from "node:http";
import type { Readable } from "node:stream";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: Buffer;
  /** Where the request's time ends, and whoever made it gives up. */
  readonly signal: AbortSignal;
  readonly agent?: Agent;
}

export interface HttpAnswer {
  readonly status: number;
  /** Their names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** How the body begins: at most 64 KB of it, as text; empty where it is packed. */
  readonly body: string;
}

export type HttpClient = (request: HttpRequest) => Promise<HttpAnswer>;

/** Of an answer's body, no more is read. */
const longestBody = 64 * 1024;
/** Once the status is there, the body is waited for no longer than this, in milliseconds. */
const bodyTime = 1_000;

let loaded: Promise<HttpClient> | undefined;

/**
 * The one HTTP client of all providers without an SDK of their own: axios, loaded at the first call. It follows no redirect, uses
 * no proxy, unpacks nothing, and resolves with whatever answer comes: it is the status that counts, so what is wrong with the body
 * (too long, too slow, broken off) only cuts it.
 * @returns a function that throws axios' error where no answer came; its `request` is Node's, its `code` that of the cause
 */
export function httpClient(): Promise<HttpClient> {
  loaded ??= load();
  // What failed once may work the next time.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

async function load(): Promise<HttpClient> {
  const { default: axios } = await import("axios");
  const client = axios.create({
    adapter: "http",
    maxRedirects: 0,
    proxy: false,
    decompress: false,
    responseType: "stream",
    validateStatus: () => true,
    // Signed bytes are sent as they were signed.
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
  });
  return async ({ method, url, headers, body, signal, agent }) => {
    const answer = await client.request<Readable>({
      method,
      url,
      headers: { accept: "*/*", "accept-encoding": "identity", ...headers },
      signal,
      ...(body === undefined ? {} : { data: body }),
      ...(agent === undefined ? {} : { httpAgent: agent, httpsAgent: agent }),
    });
    const packed = /\S/.test(String(answer.headers["content-encoding"] ?? "").replace(/^identity$/i, ""));
    const text = await beginningOf(answer.data);
    return { status: answer.status, headers: { ...answer.headers }, body: packed ? "" : text };
  };
}

/** Reads to the end where that is near, so that the other side sees its answer taken. Does not throw. */
async function beginningOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => stream.destroy(), bodyTime);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= longestBody) break;
    }
  } catch {
    // What came before it broke off is the beginning.
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
  return Buffer.concat(chunks).subarray(0, longestBody).toString();
}
