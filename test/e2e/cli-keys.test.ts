import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };
const busbar = (...args: string[]) => runCli(["keys", ...args], { env });

describe("busbar keys", () => {
  it("prints a new key alone on standard output, lists it without its secret, and revokes it", async () => {
    const made = await busbar(
      "create",
      "--name",
      "shop-backend",
      "--scope",
      "publish:order.*",
      "--scope",
      "read",
      "--rate",
      "100/1s",
      "--expires",
      "90d",
    );
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/^bb_[a-z2-7]{10}_[\w-]{43}\n$/);
    const [, id, secret] = /^bb_([a-z2-7]{10})_(.*)\n$/.exec(made.stdout)!;
    expect(made.stderr).toContain(`It is shown this once; Redis keeps a hash of it. Take it back: busbar keys revoke ${id}`);

    const listed = await busbar("list", "--json");
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { id, name: "shop-backend", scopes: ["publish:order.*", "read"], rate: { max: 100, per: 1_000 } },
    ]);
    expect(listed.stdout).not.toContain(secret);

    const rotated = await busbar("rotate", id!, "--overlap", "2h", "--reason", "every quarter");
    const [, next] = /^bb_([a-z2-7]{10})_[\w-]{43}\n$/.exec(rotated.stdout)!;
    expect(rotated.stderr).toMatch(new RegExp(`the old one, ${id}, is valid until \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ`));
    expect((await busbar()).stdout).toMatch(new RegExp(`^${id} .*T\\d\\d:\\d\\dZ +never +${next}$`, "m"));
    expect(await busbar("rotate", id!)).toMatchObject({ code: 1, stderr: expect.stringContaining(`replaced by ${next}`) });
    expect(await busbar("revoke", next!, "--yes")).toMatchObject({ code: 0 });
    const record = await runCli(["audit", "--what", "key", "--since", "1h", "--json"], { env });
    expect(JSON.parse(record.stdout).entries.map(({ what }: { what: string }) => what)).toEqual(["key.revoke", "key.rotate", "key.create"]);
    expect(await runCli(["audit", "--what", "key.rotte"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"key.rotate"'),
    });

    expect(await busbar("revoke", id!)).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
    expect(await busbar("revoke", id!, "--yes")).toMatchObject({ code: 0, stdout: "Revoked: it is refused within five seconds.\n" });
    expect((await busbar()).stdout).toContain("There is no API key");
  });

  it("tells everything that is wrong with a request, and makes nothing", async () => {
    const { code, stderr } = await busbar("create", "--name", "x\u001b[2J", "--scope", "write", "--rate", "fast");
    expect(code).toBe(2);
    expect(stderr).toMatch(/the scope "write" is not known[^]*the name says who holds[^]*the rate is a number/);
    expect(stderr).not.toContain("\u001b");
  });
});
