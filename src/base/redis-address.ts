import { BusbarError } from "./errors.ts";

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How a Redis is reached. */
export type RedisAddress =
  /** One server; whoever is behind its name may change. */
  | { readonly kind: "server"; readonly url: string }
  /** Sentinels know which of several servers is the master. */
  | ({
      readonly kind: "sentinel";
      readonly places: readonly Place[];
      /** The name that the sentinels know the master by. */
      readonly master: string;
      readonly database: number;
      readonly sentinelUsername: string | undefined;
      readonly sentinelPassword: string | undefined;
    } & Credentials)
  /** Some servers of a Cluster; the others are found by them. */
  | ({ readonly kind: "cluster"; readonly places: readonly Place[] } & Credentials);

interface Credentials {
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const manyHosts = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^/@]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?$/i;
const defaultPort = { sentinel: 26_379, cluster: 6_379 } as const;

/**
 * Reads an address:
 * - `redis://[user:password@]host[:6379][/database]`, a server;
 * - `redis+sentinel://[user:password@]host[:26379][,host…]/master[/database]`, whose query may hold `sentinel_username` and `sentinel_password`;
 * - `redis+cluster://[user:password@]host[:6379][,host…]`;
 *
 * and each with `rediss` in place of `redis` for TLS. User and password are those of the servers.
 * @throws BusbarError `INVALID_CONFIGURATION` saying what to write instead
 */
export function readRedisAddress(url: string): RedisAddress {
  const [, scheme = "", kind = "", credentials, hosts = "", path = "", query = ""] = manyHosts.exec(url) ?? [];
  if (kind === "") {
    const protocol = URL.canParse(url) ? new URL(url).protocol : "";
    if (protocol === "redis:" || protocol === "rediss:") return { kind: "server", url };
    throw noAddress(url, adviceFor(protocol, url));
  }
  const sentinel = kind.toLowerCase() === "sentinel";
  const places = hosts.split(",").map((host) => placeOf(host, defaultPort[sentinel ? "sentinel" : "cluster"]));
  const known = places.flatMap((place) => (place === undefined ? [] : [place]));
  if (known.length < places.length) throw noAddress(url, `Write hosts and ports as host:port, with commas between them.`);
  const shared = { places: known, tls: scheme.toLowerCase() === "rediss", ...credentialsOf(credentials) };
  const [, first = "", second = "", more] = path.split("/").map(decoded);
  if (!sentinel) {
    if (first !== "" && first !== "0") throw noAddress(url, "A Cluster has one database: leave out what stands behind the hosts.");
    return { kind: "cluster", ...shared };
  }
  if (first === "" || more !== undefined || !/^\d*$/.test(second))
    throw noAddress(url, "Write the name that the sentinels know the master by behind the hosts: redis+sentinel://host:26379/mymaster.");
  const options = new URLSearchParams(query);
  return {
    kind: "sentinel",
    ...shared,
    master: first,
    database: Number(second),
    sentinelUsername: options.get("sentinel_username") ?? undefined,
    sentinelPassword: options.get("sentinel_password") ?? undefined,
  };
}

/** An address as it may be shown: without its passwords. */
export function maskUrl(url: string): string {
  return url
    .replace(/\/\/([^/@]*)@/, (_, credentials: string) => `//${credentials.split(":")[0]}:***@`)
    .replace(/(sentinel_password=)[^&#]*/g, "$1***");
}

function placeOf(text: string, otherwise: number): Place | undefined {
  const [, six, name = six, port] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text.trim()) ?? [];
  const number = port === undefined ? otherwise : Number(port);
  return name === undefined || number < 1 || number > 65_535 ? undefined : { host: name, port: number };
}

function credentialsOf(text: string | undefined): Pick<Credentials, "username" | "password"> {
  if (text === undefined || text === "") return { username: undefined, password: undefined };
  const [username = "", ...password] = text.split(":");
  return {
    username: username === "" ? undefined : decoded(username),
    password: password.length === 0 ? undefined : decoded(password.join(":")),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function adviceFor(protocol: string, url: string): string {
  if (protocol === "http:" || protocol === "https:")
    return "This is the REST address of a hosted Redis: use the one that begins with rediss:// from the same page of your host.";
  if (/^rediss?:\/\/[^/]*,/.test(url)) return "Several hosts are those of redis+sentinel:// or of redis+cluster://.";
  return "Write redis://[user:password@]host:6379[/database], or rediss:// for TLS; redis+sentinel://host:26379,host:26379/mymaster; or redis+cluster://host:6379,host:6379.";
}

function noAddress(url: string, advice: string): BusbarError {
  return new BusbarError("INVALID_CONFIGURATION", `REDIS_URL ${JSON.stringify(maskUrl(url))} is no Redis address. ${advice}`);
}
