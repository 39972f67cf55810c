import * as http from "node:http";
import * as https from "node:https";
import type { LookupFunction } from "node:net";
import { watchedAgent, type WatchedAgent } from "../watched-agent.ts";
import type { Destination } from "./guard.ts";

/** Even an `import()` of what is there asks the loader each time. */
let loaded: Promise<typeof import("request-filtering-agent")> | undefined;

/**
 * An agent for one request, which connects to the destination's addresses and to no other: the name is not looked up again. Where
 * nothing of it had to be allowed, `request-filtering-agent` looks at the addresses too. No connection is kept for a next request.
 * @param ca certificates of authorities to trust in place of the system's, PEM
 */
export async function guardedAgent(url: URL, { addresses, allowed }: Destination, ca?: string): Promise<WatchedAgent> {
  const secure = url.protocol === "https:";
  const options = { keepAlive: false, lookup: fixedLookup(addresses), ...(ca === undefined ? {} : { ca }) };
  if (allowed) return watchedAgent(secure, secure ? new https.Agent(options) : new http.Agent(options));
  const { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } = await (loaded ??= import("request-filtering-agent"));
  return watchedAgent(secure, secure ? new RequestFilteringHttpsAgent(options) : new RequestFilteringHttpAgent(options));
}

function fixedLookup(addresses: Destination["addresses"]): LookupFunction {
  const { address, family } = addresses[0]!;
  return (_host, { all }, done) => {
    if (all === true) done(null, [...addresses]);
    else done(null, address, family);
  };
}
