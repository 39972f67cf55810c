import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { readJournal } from "../../src/mailroom/journal.ts";
import { startMailroom } from "../../src/mailroom/mailroom.ts";
import { runCli, startCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();

it("A2: what a worker held when it was killed is taken over and finished by another one", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "busbar-killed-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const mailroom = await startMailroom({ folder });
  onTestFinished(() => mailroom.stop());
  const env = { REDIS_URL: url, QUEUE_PREFIX: prefix, MAILROOM_URL: mailroom.url, MAILROOM_SMTP_PORT: String(mailroom.smtp.port) };
  const arrived = new Promise<string | undefined>((resolve) => mailroom.inbox.on("message", ({ deliveryId }) => resolve(deliveryId)));

  // The first worker dies in the middle of a send: its provider does not answer.
  mailroom.fail("sendgrid", { hang: true, times: 1 });
  const first = startCli(["start", "--only", "router,workers"], { env });
  await first.until(/"msg":"started"/);
  expect((await runCli(["publish", "vote.created", "--example"], { env })).code).toBe(0);
  const hung = await vi.waitUntil(() => readJournal(folder).find(({ deliveryId }) => deliveryId !== undefined), { timeout: 10_000 });
  first.signal("SIGKILL");
  await first.ended;

  const second = startCli(["start", "--only", "router,workers"], { env });
  expect(await arrived).toBe(hung.deliveryId);
  expect(mailroom.inbox.received).toBe(1);
  // It says that the first try may have been accepted.
  await second.until(/"msg":"may arrive twice"/);

  second.signal("SIGTERM");
  expect(await second.ended).toBe(0);
});
