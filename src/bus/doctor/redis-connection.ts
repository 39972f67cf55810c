import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { messageOf } from "../../base/errors.ts";
import { isCluster, openRedis, type RedisConnection } from "../../base/redis.ts";
import { maskUrl, readRedisAddress } from "../../base/redis-address.ts";
import { connectionVerdict } from "./connection-verdict.ts";
import type { Diagnosis } from "./diagnosis.ts";

export interface Connected {
  readonly redis: RedisConnection;
  /** Milliseconds that a PING took. */
  readonly roundTrip: number;
}

const patienceMs = 2_500;
const otherPatienceMs = 1_500;
/** Of those that mean that there is nothing to talk to at all. */
const nobody = /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/;

/**
 * Tries an address once, so that the first failure is told instead of repeated.
 * @throws BusbarError `INVALID_CONFIGURATION` when it is no address
 */
export async function tryRedis(url: string, prefix: string): Promise<Connected | Diagnosis> {
  const redis = openRedis(readRedisAddress(url), {
    lazyConnect: true,
    connectionName: "busbar-doctor",
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    // INFO may be forbidden: what it says of a server that is loading, the commands below say too.
    enableReadyCheck: false,
  });
  // The last one is that of the cause; what comes to nothing afterwards only says that the connection is closed.
  let cause: unknown;
  redis.on("error", (failure) => (cause = failure));
  try {
    await redis.connect();
    if (!isCluster(redis)) await redis.select(redis.options.db ?? 0);
    const before = performance.now();
    await redis.ping();
    const roundTrip = performance.now() - before;
    // What only reads needs the same rights on the keys and for scripts as the rest.
    await redis.exists(`${prefix}:topics`);
    await redis.eval("return 1", 1, `${prefix}:topics`);
    return { redis, roundTrip };
  } catch (failure) {
    redis.disconnect();
    const reason = isClosed(failure) ? (cause ?? failure) : failure;
    const tls = url.startsWith("rediss");
    const code = (reason as { code?: string } | null)?.code;
    const said = messageOf(reason);
    // Redis' own errors begin with a word in capitals: who sends one has understood us.
    const understood = nobody.test(code ?? "") || /^[A-Z]{3,} /.test(said);
    const answersOtherwise = !understood && (await (tls ? speaksPlainly(url) : speaksTls(url)));
    return connectionVerdict({ shown: maskUrl(url), tls, code, message: said, answersOtherwise });
  }
}

function isClosed(failure: unknown): boolean {
  return /Connection is closed|max retries/i.test(messageOf(failure));
}

/** Whether a TLS server is behind a port. Nothing is sent, so its certificate does not matter. */
function speaksTls(url: string): Promise<boolean> {
  return answered((resolve) => connectTls({ ...placeOf(url), rejectUnauthorized: false }, () => resolve(true)));
}

/** Whether what is behind a port answers to Redis' protocol without TLS. */
function speaksPlainly(url: string): Promise<boolean> {
  return answered((resolve) => {
    const socket = connect(placeOf(url), () => socket.write("PING\r\n"));
    return socket.once("data", (data) => resolve(/^[-+][A-Z]/.test(data.toString())));
  });
}

function placeOf(url: string): { readonly host: string; readonly port: number } {
  const address = readRedisAddress(url);
  if (address.kind !== "server") return address.places[0]!;
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 6_379) };
}

async function answered(open: (resolve: (answer: boolean) => void) => Socket): Promise<boolean> {
  let socket: Socket | undefined;
  try {
    return await new Promise((resolve) => {
      socket = open(resolve);
      const nothing = (): void => resolve(false);
      socket.setTimeout(otherPatienceMs).once("timeout", nothing).once("error", nothing).once("close", nothing);
    });
  } finally {
    socket?.destroy();
  }
}
