import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };
/** By the binary: its exit codes, and what goes in and out of it. */
const alone = true;

describe("busbar publish", () => {
  it("publishes JSON from an argument, from standard input, and a topic's example", async () => {
    const [example, piped] = await Promise.all([
      runCli(["publish", "vote.created", "--example", "--json"], { env, alone }),
      runCli(["publish", "vote.created", "-"], { env, alone, input: '{"not":"a vote"}' }),
    ]);
    expect(JSON.parse(example.stdout)).toMatchObject({ topic: "vote.created", repeated: false });
    const twice = [
      await runCli(["publish", "vote.created", "--example", "--idempotency-key", "k"], { env }),
      await runCli(["publish", "vote.created", "--example", "--idempotency-key", "k"], { env }),
    ];
    expect(twice.map(({ stdout }) => stdout.split(":")[0])).toEqual(["Published", "It was published before"]);
    expect(piped.code).toBe(1);
    expect(piped.stderr).toMatch(/^busbar: vote\.created: the event was not published:\n( {2}- \w+: .*\n)+$/);
  });

  it("suggests the topic that was meant, and tells a wrong call from a wrong event", async () => {
    expect(await runCli(["publish", "order.place", "{}"], { env })).toMatchObject({
      code: 1,
      stderr: 'busbar: No topic is called "order.place". Did you mean "order.placed"?\n',
    });
    expect(await runCli(["publish", "order.placed"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/payload \(JSON, or - for standard input\) or --example/) as string,
    });
    expect(await runCli(["publish", "order.placed", "{oops"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/the payload is not JSON/) as string,
    });
    const large = await runCli(["publish", "order.placed", "-"], { env, input: JSON.stringify({ note: "x".repeat(300_000) }) });
    expect(large.code).toBe(1);
  });
});

describe("busbar", () => {
  it("shows its commands with examples, and tells a wrong call by exit code 2", async () => {
    const help = await runCli(["--help"], { alone });
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Commands:.*dev.*start.*mailroom.*publish.*check.*Examples:/s) as string,
    });
    expect((await runCli(["publish", "--help"])).stdout).toMatch(/Examples:/);
    expect(await runCli(["fly"], { alone })).toMatchObject({ code: 2, stderr: expect.stringMatching(/unknown command 'fly'/) as string });
  });
});
