import { afterAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { closeRedis, connectRedis } from "../../src/base/redis.ts";
import { keyRing, newKey } from "../../src/vault/key-ring.ts";
import { redisSubjectKeys } from "../../src/vault/redis-subject-keys.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = connectRedis({ url, use: "command", name: "subject-keys", logger: silentLogger });
afterAll(() => closeRedis(redis));

const ring = keyRing([newKey("one")]);
const remember = 800;
let questions = 0;
const keysOf = () => redisSubjectKeys({ redis: () => ((questions += 1), redis), prefix, ring, secret: "test", remember });
describe("the key of a subject", () => {
  it("is made once, however many ask for it at once", async () => {
    const keys = keysOf();
    const hash = keys.hashOf("c-many");
    const before = questions;
    const all = await Promise.all(Array.from({ length: 50 }, () => keys.forWriting([hash])));
    expect(new Set(all.map((found) => found.get(hash)!.kid)).size).toBe(1);
    expect(questions - before).toBe(1);
  });

  it("is asked for again beside the work while it is used, so that nobody who publishes waits for it", async () => {
    const keys = keysOf();
    const hash = keys.hashOf("c-used");
    const first = (await keys.forWriting([hash])).get(hash)!;
    const end = performance.now() + 2 * remember;
    while (performance.now() < end) {
      expect(keys.known(hash)?.kid).toBe(first.kid);
      await redis.ping();
    }
  });

  it("that was destroyed is forgotten in time although it is used, and is not made anew by that", async () => {
    const [keys, other] = [keysOf(), keysOf()];
    const hash = keys.hashOf("c-gone");
    await keys.forWriting([hash]);
    expect(await other.destroy(hash)).toBe(true);
    await expect.poll(() => keys.known(hash), { interval: 5, timeout: 5_000 }).toBeUndefined();
    expect(await keys.standing(hash)).toMatchObject({ present: false, erased: expect.any(Number) as number });
  });

  it("that another ring has wrapped is no matter of the others: which key it needs is said", async () => {
    const strange = (text: string) => redisSubjectKeys({ redis: () => redis, prefix, ring: keyRing([text]), secret: "test", remember });
    const [keys, zz, otherOne] = [keysOf(), strange(newKey("zz")), strange(newKey("one"))];
    const [good, bad, another, broken] = ["c-good", "c-bad", "c-another", "c-broken"].map((subject) => keys.hashOf(subject)) as [
      string,
      ...string[],
    ];
    const made = [
      (await keys.forWriting([good])).get(good)!.kid,
      (await zz.forWriting([bad!])).get(bad!)!.kid,
      (await otherOne.forWriting([another!])).get(another!)!.kid,
    ];
    await redis.hset(`${prefix}:subject-keys:${broken!.slice(0, 2)}`, broken!, "{}");
    const found = await keys.forReading([...made, `subject.${broken}.n1`]);
    expect(found.get(made[0]!)).toHaveProperty("key");
    expect(found.get(made[1]!)).toEqual({ closedBy: "zz", why: "which BUSBAR_KEYS does not hold" });
    expect(found.get(made[2]!)).toEqual({ closedBy: "one", why: "which is another one than that of this name in BUSBAR_KEYS" });
    expect(found.get(`subject.${broken}.n1`)).toEqual({ closedBy: "?", why: "since what Redis keeps of it is no key" });
    await expect(keys.forWriting([bad!])).rejects.toMatchObject({ code: "INVALID_CONFIGURATION" });
  });
});
