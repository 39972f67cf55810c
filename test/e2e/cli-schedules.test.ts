import { expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { documentedProject } from "../support/documented-project.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };

it("C5: the command line lists schedules, runs one, and says what it cannot pause", { timeout: 30_000 }, async () => {
  const [list, ran, refused, unknown] = await Promise.all([
    runCli(["schedules", "--json"], { env }),
    runCli(["schedules", "run", "stock-check", "--reason", "a test", "--json"], { env }),
    runCli(["schedules", "pause", "stock-check"], { env }),
    runCli(["schedules", "run", "stock-chek"], { env }),
  ]);
  expect(JSON.parse(list.stdout)).toHaveLength(5);
  expect(JSON.parse(list.stdout)).toContainEqual(
    expect.objectContaining({ name: "stock-check", state: "not started", timeZone: "Asia/Kolkata", missed: 0 }),
  );
  expect(JSON.parse(ran.stdout)).toMatchObject({ topic: "maintenance.due", repeated: false });
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No process has begun with the schedule "stock-check"') as string,
  });
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "stock-check"?') as string });
  const audit = await runCli(["audit", "--json"], { env });
  expect(audit.stdout).toContain('"what":"schedule.run","of":"stock-check","reason":"a test"');
});

const subscriber = (name: string) => `import { defineSubscriber } from "busbar";
import { orderPlaced } from "../topics/index.ts";
export default defineSubscriber(orderPlaced, { name: "${name}", deliver: ({ handler }) => [handler({ handle: async () => undefined })] });
`;
const schedule = (name: string, orderId: string) => `import { defineSchedule } from "busbar";
import { orderPlaced } from "../topics/index.ts";
export default defineSchedule(orderPlaced, { name: "${name}", cron: "0 9 * * *", timeZone: "Asia/Kolkata", data: () => ({ orderId: ${orderId} }) });
`;

it("commands that only look answer in a folder with broken files, and name those that they left out", { timeout: 60_000 }, async () => {
  const { folder: cwd } = await documentedProject(
    {},
    {
      "busbar.config.ts": `import { defineConfig } from "busbar";
import * as topics from "./topics/index.ts";
const here = (path: string): URL => new URL(path, import.meta.url);
export default defineConfig({ application: "broken", topics, subscribers: here("./subscribers/"), schedules: here("./schedules/") });
`,
      "topics/index.ts": 'export { orderPlaced } from "./order-placed.ts";\n',
      "topics/order-placed.ts": `import * as z from "zod";
import { defineTopic } from "busbar";
export const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string() }), { index: ["orderId"] });
`,
      "topics/of-tomorrow.ts": 'throw new Error("not written yet");\n',
      "subscribers/booking.ts": subscriber("booking"),
      "subscribers/namesake.ts": subscriber("booking"),
      "subscribers/half.ts": 'throw new Error("half a file");\n',
      "schedules/morning.ts": schedule("morning", '"A-1"'),
      "schedules/wrong.ts": schedule("wrong", "1"),
    },
  );
  const run = (...args: string[]) => runCli(args, { cwd, env });
  const [schedules, subscribers, trace, audit, topics, paused] = [
    await run("schedules", "--json"),
    await run("subscribers"),
    await run("trace", "A-1"),
    await run("audit"),
    await run("topics"),
    await run("subscribers", "pause", "booking"),
  ];
  expect(JSON.parse(schedules.stdout)).toMatchObject([{ name: "morning", topic: "order.placed", state: "not started" }]);
  const left = "busbar: What has errors is left out here; busbar check looks at all of it:";
  const ofTopics = "  - topics/of-tomorrow.ts: cannot be imported: not written yet";
  expect(schedules.stderr.split("\n").map((line) => line.slice(0, 80).replace(/-\d\d-$/, ""))).toEqual([
    left,
    ofTopics,
    "  - subscribers/half.ts: cannot be imported: half a file",
    '  - two subscribers are called "booking" (subscribers/booking.ts, subscribers/na',
    '  - schedules/wrong.ts: schedule "wrong": its payload for the firing of ' + String(new Date().getFullYear()),
    "",
  ]);
  expect(schedules.code).toBe(1);
  expect(subscribers).toMatchObject({ code: 1, stdout: expect.stringMatching(/^SUBSCRIBER .*\nbooking +running .*\n$/) as string });
  expect(subscribers.stderr).toBe(schedules.stderr);
  expect(trace).toMatchObject({ code: 1, stderr: expect.stringContaining("no event") as string });
  expect(audit).toEqual({ code: 1, stdout: "Nothing of this kind is in the audit record.\n", stderr: `${left}\n${ofTopics}\n` });
  expect(topics.stdout).toMatch(/^order\.placed +1 +booking +-$/m);
  expect(topics).toMatchObject({ code: 1, stderr: expect.stringMatching(/of-tomorrow.*half\.ts.*two subscribers/s) as string });
  expect(paused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("The application cannot start:") as string });
});
