import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { allowList, hostOf } from "./allow-list.ts";
import { specialRange } from "./special-ranges.ts";

/**
 * Keeps requests whose address somebody else chose out of our own network (SSRF).
 *
 * The life of an address: `problem` looks at it as it is written, after the URL parser has turned all spellings of an IP address into
 * one; `destination` looks its host up, once, and at every address that it has. A connection is made to these addresses and to no
 * other (guarded-agent.ts), so that a name which changes its mind between the look and the connection gains nothing. Redirects are
 * followed nowhere. Any port goes: what is not on the allow-list is spoken to in TLS, which no other protocol takes for its own.
 */
export interface OutgoingGuard {
  /** What is wrong with the address as it is written; undefined: nothing. Asks nobody. */
  problem(url: URL): string | undefined;
  /** @throws what the look-up throws: the host may be found another time */
  destination(url: URL): Promise<Destination | { readonly problem: string }>;
}

/** Where a connection may be made to. */
export interface Destination {
  /** At least one. */
  readonly addresses: readonly Address[];
  /** Some of it is reached only because the team allowed it. */
  readonly allowed: boolean;
}

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface GuardOptions {
  /** Hosts, and networks such as `10.20.0.0/16`, that may be reached whatever they are; hosts and addresses of these also by `http://`. */
  readonly allow?: readonly string[];
  /** How to allow a host, for the reasons: an imperative such as "name it in …". */
  readonly advice: string;
  /** Default: that of the system. */
  readonly lookup?: (host: string) => Promise<readonly Address[]>;
}

export function outgoingGuard({ allow = [], advice, lookup = lookUp }: GuardOptions): OutgoingGuard {
  const allowed = allowList(allow);
  const problem = (url: URL): string | undefined => {
    const host = hostOf(url);
    if (allowed.host(host)) return undefined;
    const range = isIP(host) === 0 ? localName(host) : specialRange(host);
    if (range !== undefined) return `${host} is ${range}: to allow it, ${advice}`;
    return url.protocol === "https:" ? undefined : `${url.origin} is not encrypted: use https://, or ${advice}`;
  };
  return {
    problem,
    async destination(url) {
      const asWritten = problem(url);
      if (asWritten !== undefined) return { problem: asWritten };
      const host = hostOf(url);
      const named = allowed.host(host);
      const addresses = isIP(host) === 0 ? await lookup(host) : [{ address: host, family: isIP(host) as 4 | 6 }];
      if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
      const special = addresses.filter(({ address }) => specialRange(address) !== undefined);
      const refused = named ? undefined : special.find(({ address }) => !allowed.address(address));
      if (refused !== undefined) {
        return { problem: `${host} has the address ${refused.address}, which is ${specialRange(refused.address)}: to allow it, ${advice}` };
      }
      return { addresses, allowed: special.length > 0 };
    },
  };
}

/** Names that are never looked up anywhere else: RFC 6761. */
function localName(host: string): string | undefined {
  return host === "localhost" || host.endsWith(".localhost") ? "this machine" : undefined;
}

async function lookUp(host: string): Promise<readonly Address[]> {
  return (await systemLookup(host, { all: true })) as Address[];
}
