import { describe, expect, it } from "vitest";
import { copyOfProject, runCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };

describe("busbar publish", () => {
  it("publishes JSON from an argument, from standard input, and a topic's example", async () => {
    const [example, piped] = await Promise.all([
      runCli(["publish", "vote.created", "--example", "--json"], { env }),
      runCli(["publish", "vote.created", "-"], { env, input: '{"not":"a vote"}' }),
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

const subscriber = (name: string, subject: string): string => `
  import * as z from "zod";
  import { defineSubscriber, emailTemplate } from "../src/index.ts";
  import { voteCreated } from "../topics/vote-created.ts";
  const template = emailTemplate({ name: "t", data: z.object({ total: z.string() }), subject: "${subject}", text: "x {{total}}",
    mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{total}}</mj-text></mj-column></mj-section></mj-body></mjml>" });
  export default defineSubscriber(voteCreated, { name: "${name}", deliver: ({ email }) => [email({ to: () => "a@b.co", template, data: () => ({ total: "1" }) })] });`;

describe("busbar check", () => {
  it("finds no problem in this repository", async () => {
    expect(await runCli(["check"])).toEqual({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^No problem found: \d+ topics, \d+ subscribers, \d+ routes, \d+ templates\.\n/) as string,
    });
    expect(JSON.parse((await runCli(["check", "--json"])).stdout)).toMatchObject({ ok: true, problems: [] });
  });

  it("reports every problem of environment, topics, subscribers and templates at once; so does a start", { timeout: 40_000 }, async () => {
    const project = await copyOfProject({
      "topics/index.ts":
        'export { orderPlaced } from "./order-placed.ts";\nexport { voteCreated as voteMade } from "./vote-created.ts";\nexport { withdrawalProcessed } from "./withdrawal-processed.ts";\n',
      "subscribers/throws.ts": 'throw new Error("no price list");',
      "subscribers/empty.ts": "export const nothing = 1;",
      "subscribers/one.ts": subscriber("same", "{{totl}}"),
      "subscribers/two.ts": subscriber("same", "{{total}}"),
    });
    const expected = [/SMTP_URL: must look like/, /"vote\.created" is exported as "voteMade": rename the export to "voteCreated"/];
    const checked = await runCli(["check"], { project, env: { SMTP_URL: "nonsense" } });
    expect(checked.code).toBe(1);
    for (const pattern of expected) expect(checked.stderr).toMatch(pattern);
    const others = [
      /subscribers\/throws\.ts: cannot be imported: no price list/,
      /subscribers\/empty\.ts: has no default export/,
      /two subscribers are called "same"/,
      /totl/,
    ];
    for (const pattern of others) expect(checked.stderr).toMatch(pattern);
    const started = await runCli(["start"], { project, env: { ...env, SMTP_URL: "nonsense" } });
    expect(started.code).toBe(1);
    for (const pattern of [...expected, ...others]) expect(started.stderr).toMatch(pattern);
  });
});

describe("busbar", () => {
  it("shows its commands with examples, and tells a wrong call by exit code 2", async () => {
    const help = await runCli(["--help"]);
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Commands:.*dev.*start.*mailroom.*publish.*check.*Examples:/s) as string,
    });
    expect((await runCli(["publish", "--help"])).stdout).toMatch(/Examples:/);
    expect(await runCli(["fly"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/unknown command 'fly'/) as string });
  });
});
