import type { FastifyReply, FastifyRequest } from "fastify";
import type { RateLimiterMemory } from "rate-limiter-flexible";
import type { By } from "../bus/by.ts";
import type { ApiKey } from "./api-key.ts";
import { keyCheck, type KeyCheckOptions, unauthenticated } from "./key-check.ts";
import { HttpProblem } from "./problem.ts";
import type { RateLimits } from "./redis-rate-limits.ts";
import { allows } from "./scopes.ts";

/** Who asks. */
export interface Caller {
  /** The key's name, for the time line and the log. */
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Decides who may do what. */
export interface Access {
  /**
   * Lets a request pass or ends it; to be called before its body is read.
   * @param needed a scope such as `read` or `publish:order.placed`; undefined: any valid key
   * @throws HttpProblem `UNAUTHENTICATED`, `FORBIDDEN` or `RATE_LIMITED`
   */
  admit(request: FastifyRequest, reply: FastifyReply, needed: string | undefined): Promise<void>;
  /** Who was let in. */
  callerOf(request: FastifyRequest): Caller;
}

export interface AccessOptions extends KeyCheckOptions {
  readonly limits: RateLimits;
  /** A request without a key may do everything; one that presents a key must present a valid one all the same. */
  readonly open: boolean;
}

/** So many requests without a valid key are answered, for each address and minute, with what is wrong about them. */
const withoutKey = { points: 30, duration: 60 } as const;
const local: Caller = { name: "local", scopes: ["admin"] };

export function keyAccess({ limits, open, ...check }: AccessOptions): Access {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const ownerOf = keyCheck(check);
  let wrong: Promise<RateLimiterMemory> | undefined;

  /** Only these are counted and held up: others behind the same address go on with their keys. */
  const refused = async (request: FastifyRequest, problem: HttpProblem): Promise<HttpProblem> => {
    wrong ??= import("rate-limiter-flexible").then((limiters) => new limiters.RateLimiterMemory(withoutKey));
    const wait = await (await wrong).consume(request.ip).then(
      () => undefined,
      (state: { msBeforeNext: number }) => state.msBeforeNext,
    );
    return wait === undefined ? problem : tooMany("Too many requests without a valid API key came from this address.", wait);
  };

  const identify = async (request: FastifyRequest): Promise<ApiKey | undefined> => {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      if (open) return undefined;
      const how = unauthenticated("An API key is needed: send `Authorization: Bearer bb_…`; `busbar keys create` makes one.");
      throw await refused(request, how);
    }
    try {
      return await ownerOf(authorization);
    } catch (error) {
      throw error instanceof HttpProblem ? await refused(request, error) : error;
    }
  };

  return {
    async admit(request, reply, needed) {
      const key = await identify(request);
      const caller = key ?? local;
      callers.set(request, caller);
      if (key !== undefined) {
        const allowance = await limits.take(key);
        if (allowance !== undefined) {
          const headers = {
            "ratelimit-limit": String(allowance.limit),
            "ratelimit-remaining": String(allowance.remaining),
            "ratelimit-reset": String(Math.ceil(allowance.resetAfter / 1_000)),
          };
          if (!allowance.allowed)
            throw tooMany(`The API key "${key.name}" is at its limit of ${allowance.limit} requests.`, allowance.resetAfter, headers);
          reply.headers(headers);
        }
      }
      if (needed !== undefined) checkScope(caller, needed);
    },
    callerOf(request) {
      const caller = callers.get(request);
      if (caller === undefined) throw new Error("a request was handled that nobody let in");
      return caller;
    },
  };
}

/**
 * @param why a sentence that stands before it
 * @throws HttpProblem `FORBIDDEN` naming what is needed and what the key has
 */
export function checkScope({ name, scopes }: Caller, needed: string, why?: string): void {
  if (allows(scopes, needed)) return;
  const problem = `This needs the scope "${needed}"; the API key "${name}" has ${scopes.join(", ") || "none"}.`;
  throw new HttpProblem("FORBIDDEN", why === undefined ? problem : `${why} ${problem}`);
}

/** What the time line and the log say of who did it. */
export function byOf(caller: Caller, reason: string | undefined): By {
  return { actor: caller.name, ...(reason === undefined ? {} : { reason }) };
}

function tooMany(detail: string, after: number, headers: Readonly<Record<string, string>> = {}): HttpProblem {
  const seconds = Math.max(1, Math.ceil(after / 1_000));
  return new HttpProblem("RATE_LIMITED", `${detail} Try again in ${seconds} s.`, {
    headers: { ...headers, "retry-after": String(seconds) },
  });
}
