import { expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
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
