import type { RedisConnection } from "../base/redis.ts";
import { type CircuitStore, storedCircuit } from "./circuit-store.ts";

const swapScript =
  "if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1";

/**
 * The circuits of an application in Redis. `<p>` is the prefix, `<a>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:circuits:<a>` | hash | `<channel>:<provider>` → the state of the provider's circuit, JSON (its form stands in circuit.ts); never expires |
 */
export function redisCircuits(
  redis: RedisConnection,
  { prefix, application }: { readonly prefix: string; readonly application: string },
): CircuitStore {
  const key = `${prefix}:circuits:${application}`;
  return {
    read: async (name) => storedCircuit((await redis.hget(key, name)) ?? ""),
    swap: async (name, { version }, after) => (await redis.eval(swapScript, 1, key, name, version, JSON.stringify(after))) === 1,
    async all() {
      const stored = await redis.hgetall(key);
      return new Map(Object.entries(stored).map(([name, version]) => [name, storedCircuit(version).state]));
    },
  };
}
