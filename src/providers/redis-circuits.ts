import type { Redis } from "ioredis";
import { type CircuitStore, storedCircuit } from "./circuit-store.ts";

const swapScript =
  "if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1";

/** A provider that nothing goes to is forgotten after so long, milliseconds: 7 d. */
const keepMs = 7 * 24 * 3_600_000;

/**
 * The circuits of an application in Redis. `<p>` is the prefix, `<a>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:circuit:<a>:<channel>:<provider>` | string | the state of a provider's circuit, JSON (its form stands in circuit.ts) |
 */
export function redisCircuits(
  redis: Redis,
  { prefix, application }: { readonly prefix: string; readonly application: string },
): CircuitStore {
  const keyOf = (name: string): string => `${prefix}:circuit:${application}:${name}`;
  return {
    read: async (name) => storedCircuit((await redis.get(keyOf(name))) ?? ""),
    swap: async (name, { version }, after) => (await redis.eval(swapScript, 1, keyOf(name), version, JSON.stringify(after), keepMs)) === 1,
  };
}
