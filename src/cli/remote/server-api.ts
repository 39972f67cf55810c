import { messageOf } from "../../base/errors.ts";
import { pause } from "../../base/pause.ts";
import type { Problem } from "../../server/problem.ts";
import { UsageError } from "../usage-error.ts";
import { problemError } from "./problem-error.ts";
import { ServerError } from "./server-error.ts";
import { sentEvents } from "./sent-events.ts";
import type { ServerPlace } from "./server-place.ts";

/** A list is a name that stands several times. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface Sent {
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. Default: an empty object. */
  readonly body?: unknown;
}

/** A server's HTTP API, with its problems as errors. */
export interface ServerApi {
  readonly place: ServerPlace;
  /** Asks; what fails for a moment is tried again. */
  get<Answer>(path: string, query?: Query): Promise<Answer>;
  /** Has something done. It is sent once: whether a request without an answer was done, nobody knows. */
  send<Answer>(method: "POST" | "DELETE", path: string, sent?: Sent): Promise<Answer>;
  /** The data of each event of a stream, until it ends or `signal` aborts. */
  stream(path: string, query: Query, signal: AbortSignal): AsyncGenerator<string>;
}

/** Milliseconds that an answer may take: a look, and what does something, such as a preview of 10,000 events. */
const [lookMs, doMs] = [10_000, 300_000];
/** Milliseconds before a look is tried again, and the longest that a server may ask to be waited for instead. */
const [againMs, longestWaitMs] = [[300, 1_500], 10_000];
/** No connection came about, so nothing was sent. */
const unconnected: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The path of an address, with what was typed in it. @throws UsageError where it names nothing */
export function at(parts: TemplateStringsArray, ...typed: readonly string[]): string {
  return parts.reduce((path, part, index) => {
    const name = typed[index - 1]!;
    // An address with these would be another one.
    if (["", ".", ".."].includes(name)) throw new UsageError(`${JSON.stringify(name)} is the name of nothing`);
    return path + encodeURIComponent(name) + part;
  });
}

export function serverApi(place: ServerPlace): ServerApi {
  const { url, key } = place;
  const ask = async (path: string, init: RequestInit, query: Query = {}): Promise<Response> => {
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [value].flat().map((each): [string, string] => [name, String(each)]),
      ),
    );
    const headers = {
      ...(init.headers as Readonly<Record<string, string>>),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    };
    // The key is for this server alone: where it sends on to another, a person decides.
    const answer = await fetch(`${url}${path}${search.size === 0 ? "" : `?${search.toString()}`}`, {
      ...init,
      headers,
      redirect: "manual",
    });
    if (answer.status < 300 || answer.status >= 400) return answer;
    const to = answer.headers.get("location") ?? "nowhere";
    throw new ServerError(
      `${url} sends on to ${JSON.stringify(to)}: the key was not sent there. If that is the server, give its address with --url`,
    );
  };

  const answered = async <Answer>(answer: Response): Promise<Answer> => {
    const body = await bodyOf(answer);
    if (answer.ok && body !== undefined) return body as Answer;
    if (body !== undefined && typeof (body as Problem).code === "string") throw problemError(body as Problem, place);
    const type = answer.headers.get("content-type") ?? "nothing";
    throw new ServerError(
      `${url} answered ${answer.status} with ${type.split(";")[0]}, which is no answer of busbar: is the address that of its HTTP server?`,
    );
  };

  return {
    place,
    async get<Answer>(path: string, query?: Query): Promise<Answer> {
      for (let tries = 0; ; tries += 1) {
        const again = againMs[tries];
        try {
          const answer = await ask(path, { signal: AbortSignal.timeout(lookMs) }, query);
          const wait = Math.max(again ?? 0, secondsOf(answer.headers.get("retry-after")) * 1_000);
          if (again === undefined || !passing.has(answer.status) || wait > longestWaitMs) return await answered<Answer>(answer);
          await answer.body?.cancel();
          await pause(wait);
        } catch (error) {
          if (isAnswer(error)) throw error;
          if (again === undefined) throw unanswered(place, error, lookMs);
          await pause(again);
        }
      }
    },
    async send<Answer>(method: "POST" | "DELETE", path: string, { query, headers = {}, body = {} }: Sent = {}): Promise<Answer> {
      const sent = {
        method,
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
        signal: AbortSignal.timeout(doMs),
      };
      try {
        return await answered<Answer>(await ask(path, sent, query));
      } catch (error) {
        if (isAnswer(error)) throw error;
        const known = unconnected.has(String((error as { readonly cause?: { readonly code?: unknown } }).cause?.code));
        const done = known ? "Nothing was done" : "Whether it was done is not known: look before you call again";
        throw unanswered(place, error, doMs, `. ${done}`);
      }
    },
    async *stream(path, query, signal) {
      let answer: Response;
      try {
        answer = await ask(path, { signal, headers: { accept: "text/event-stream" } }, query);
      } catch (error) {
        if (signal.aborted || isAnswer(error)) throw error;
        throw unanswered(place, error, lookMs);
      }
      if (!answer.ok || answer.body === null) await answered(answer);
      else yield* sentEvents(answer.body);
    },
  };
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A page of something in between, or of another server.
    return undefined;
  }
}

const isAnswer = (error: unknown): boolean =>
  error instanceof ServerError || error instanceof UsageError || (error as Error).name === "BusbarError";

function secondsOf(header: string | null): number {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) ? seconds : 0;
}

function unanswered({ url }: ServerPlace, error: unknown, within: number, more = ""): ServerError {
  const late = (error as Error).name === "TimeoutError";
  // fetch itself only says that it failed.
  const { cause } = error as { readonly cause?: unknown };
  const why = late ? `within ${within / 1_000} s` : messageOf(cause ?? error) || String((cause as { code?: unknown } | undefined)?.code);
  return new ServerError(late ? `${url} does not answer ${why}${more}` : `${url} does not answer: ${why}${more}`);
}
