import { describe, expect, it, inject } from "vitest";
import { runCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };

interface Told {
  readonly ok: boolean;
  readonly findings: readonly { readonly level: string; readonly about: string; readonly message: string; readonly fix?: string }[];
}

describe("busbar doctor", () => {
  it(
    "D6: ends with 0 where nothing is wrong, with 1 where Redis keeps less than is asked for, and with --strict on a warning",
    {
      timeout: 60_000,
    },
    async () => {
      const [well, less, strict] = await Promise.all([
        runCli(["doctor", "--json"], { env: { ...env, DURABILITY: "memory" } }),
        runCli(["doctor"], { env: { ...env, DURABILITY: "fsync" } }),
        runCli(["doctor", "--strict"], { env: { ...env, REDIS_URI: "redis://127.0.0.1:6379" } }),
      ]);
      const told = JSON.parse(well.stdout) as Told;
      expect([well.code, told.ok, told.findings.filter(({ level }) => level === "error")]).toEqual([0, true, []]);
      expect(told.findings.find(({ about }) => about === "idle commands")?.message).toMatch(/commands a day .* a month/);
      expect(less.code).toBe(1);
      expect(less.stdout).toMatch(/^error +persistence +.*DURABILITY=fsync is asked for\.\n +→ redis-cli CONFIG SET appendfsync always/m);
      expect(strict.code).toBe(1);
      expect(strict.stdout).toMatch(/^warning +configuration +REDIS_URI is no variable of busbar: did you mean REDIS_URL\?$/m);
      expect(strict.stdout).toMatch(/^0 errors, \d+ warnings?$/m);
    },
  );

  it("D6: tells what is wrong with an address, once, without its password, and tries no other", { timeout: 60_000 }, async () => {
    const { host } = new URL(inject("redisUrl"));
    const [wrong, rest] = await Promise.all([
      runCli(["doctor"], { env: { REDIS_URL: `redis://nobody:pass-wrong@${host}` } }),
      runCli(["doctor"], { env: { REDIS_URL: "https://eu1.example.io" } }),
    ]);
    expect([wrong.code, wrong.stderr]).toEqual([1, ""]);
    expect(wrong.stdout).toMatch(
      /^error +connection +Redis at redis:\/\/nobody:\*\*\*@\S+ refuses the user or the password\.\n.*\n1 error, 0 warnings\n$/,
    );
    expect([rest.code, rest.stdout]).toEqual([
      1,
      expect.stringMatching(/^error +configuration +.*rediss:\/\/.*\n.*\n1 error, 0 warnings\n$/),
    ]);
  });
});
