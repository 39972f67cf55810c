import { type AddressInfo, createServer, isIPv6 } from "node:net";
import type { FastifyInstance } from "fastify";
import { BusbarError, messageOf } from "../base/errors.ts";
import { isLoopback } from "../providers/loopback.ts";

export interface ListenOptions {
  /** A name or an address of this machine. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tryNextPort: boolean;
  /** The variable that chooses the port, for those who have to choose another. Default `PORT`. */
  readonly variable?: string;
}

/**
 * Connections that may wait until they are taken. Of a crowd that is larger, the rest tries again after a second and more, and a probe may be
 * among them; the system may allow fewer.
 */
const backlog = 4_096;

/** How many ports after the first one are tried. */
const mostFurther = 20;

export interface ListenRules {
  /** Requests without a key may do everything. */
  readonly open: boolean;
  /** There is a place where API keys are kept. */
  readonly keys: boolean;
}

/** @throws BusbarError `INVALID_CONFIGURATION` with every problem found */
export function checkListenOptions({ host, port }: ListenOptions, { open, keys }: ListenRules): void {
  const problems: string[] = [];
  if (!isLoopback(host) && (open || !keys)) {
    problems.push(
      `host: ${JSON.stringify(host)} can be reached from other machines, and this server asks for no keys. ` +
        "Use 127.0.0.1, and reach it from elsewhere through an SSH tunnel; or run `busbar start`, which asks for keys",
    );
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) problems.push(`port: must be a whole number from 0 to 65535, not ${port}`);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The server cannot start:", { problems });
}

/** @throws BusbarError `INVALID_CONFIGURATION` where other machines could reach a server that nobody has a key of */
export function checkKeysExist(host: string, keys: readonly { readonly expires?: number }[], now: number): void {
  if (isLoopback(host) || keys.some(({ expires }) => expires === undefined || expires > now)) return;
  throw new BusbarError(
    "INVALID_CONFIGURATION",
    `The server does not listen on ${host} before there is an API key. Create one: busbar keys create --name shop-backend --scope 'publish:*'`,
  );
}

/**
 * Listens, and returns the URL.
 * @throws BusbarError `PORT_IN_USE`, or `INVALID_CONFIGURATION` when the port cannot be opened for another reason
 */
export async function listen(app: FastifyInstance, { host, port, tryNextPort, variable = "PORT" }: ListenOptions): Promise<string> {
  const last = tryNextPort && port !== 0 ? Math.min(port + mostFurther, 65_535) : port;
  for (let candidate = port; ; candidate++) {
    try {
      await app.listen({ host, port: candidate, backlog });
      const address = app.server.address() as AddressInfo;
      return `http://${isIPv6(host) ? `[${host}]` : host}:${address.port}`;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EADDRINUSE") throw cannotOpen({ port: candidate, variable }, error);
      if (candidate >= last) throw inUse({ port, last, variable }, error);
    }
  }
}

/** The first port from `first` on that nobody listens on at this moment, on loopback; `first` itself where none of the next 20 is free. */
export async function nextFreePort(first: number): Promise<number> {
  for (let port = first; port <= first + mostFurther; port++) if (await isFree(port)) return port;
  return first;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

interface Tried {
  readonly port: number;
  readonly variable: string;
}

function inUse({ port, last, variable }: Tried & { readonly last: number }, cause: unknown): BusbarError {
  const message =
    port === last
      ? `Port ${port} is taken by another process: end that process, or choose another port with ${variable}=${port === 65_535 ? port - 1 : port + 1}.`
      : `The ports ${port} to ${last} are all taken by other processes: end one of them, or choose another port with ${variable}=….`;
  return new BusbarError("PORT_IN_USE", message, { cause });
}

function cannotOpen({ port, variable }: Tried, cause: unknown): BusbarError {
  return new BusbarError(
    "INVALID_CONFIGURATION",
    `The server cannot listen on port ${port} (${messageOf(cause)}): choose another port with ${variable}=….`,
    { cause },
  );
}
