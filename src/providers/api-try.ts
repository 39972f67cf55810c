import type { Outcome } from "../define/outcome.ts";
import type { HttpAnswer } from "./http-client.ts";
import { timedTry } from "./timed-try.ts";
import { watchedAgent } from "./watched-agent.ts";

export interface ApiRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the work of one try is done with. */
export interface ApiTry {
  /** @throws the client's error where no answer came */
  readonly post: (request: ApiRequest) => Promise<HttpAnswer>;
  /** Aborts when the time of the try is over. */
  readonly signal: AbortSignal;
}

/** Tries at the HTTP API of a vendor that is asked without an SDK. */
export interface ApiTries {
  /** One try. Does not throw: where no answer came, the outcome says whether the request can have left. */
  make(signal: AbortSignal, work: (tools: ApiTry) => Promise<Outcome>): Promise<Outcome>;
  /** Closes the connections that are kept open. */
  close(): void;
}

export interface ApiTriesOptions {
  /** Milliseconds that a try may take in all. */
  readonly timeout: number;
  /** The requests do nothing that must not be done twice: where no answer came, they are known not to have been accepted. */
  readonly harmless?: boolean;
}

/** @param base the vendor's address: its scheme is that of all requests */
export function apiTries(base: URL, { timeout, harmless = false }: ApiTriesOptions): ApiTries {
  const connections = watchedAgent(base.protocol === "https:");
  const neverLeft = (request: unknown): boolean => harmless || connections.neverLeft(request);
  return {
    make: (signal, work) =>
      timedTry({ signal, timeout, neverLeft }, ({ request, signal: ending }) =>
        work({
          signal: ending,
          post: ({ url, headers, body }) =>
            request({ method: "POST", url, headers, body: Buffer.from(body), signal: ending, agent: connections.agent }),
        }),
      ),
    close: () => connections.close(),
  };
}
