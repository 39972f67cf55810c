import { expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";
import { smallApplication } from "../support/small-application.ts";

const { url, prefix } = testRedis();
const phone = "+919845012345";

it("busbar suppressions: an address is added, listed, shown and released, by whom and why", { timeout: 60_000 }, async () => {
  const { folder: cwd } = await smallApplication();
  const run = (...args: string[]) => runCli(["suppressions", ...args], { cwd, env: { REDIS_URL: url, QUEUE_PREFIX: prefix } });

  const [added, offers, mail] = await Promise.all([
    run("add", "sms", phone, "--reason", "asked\u001b[2J by phone", "--json"),
    run("add", "sms", phone, "--category", "marketing", "--for", "30d", "--reason", "opted out"),
    run("add", "email", "Asha@Example.com", "--reason", "bounced"),
  ]);
  expect(JSON.parse(added.stdout)).toMatchObject({ channel: "sms", address: phone, source: "manual", by: expect.any(String) });
  expect(offers.stdout).toMatch(/^From now on, marketing messages of sms to \+919845012345 are not sent until 20\d\d-.* \(UTC\)\.\n$/);
  expect(mail.stdout).toBe("From now on, messages of email to asha@example.com are not sent until it is released.\n");

  const [list, found, shown, refused, wrong, mistyped] = await Promise.all([
    run(),
    run("list", "--search", "ASHA", "--json"),
    run("show", "sms", phone, "--json"),
    run("release", "sms", phone),
    run("add", "sms", "98450", "--reason", "x", "--category", "Big News"),
    run("lst"),
  ]);
  // What somebody typed is shown, and not obeyed.
  expect(list.stdout).toMatch(/^sms +\+919845012345 +all +20\d\d-\S+ \S+ +- +\S.* +asked\\u001b\[2J by phone$/m);
  expect(list.stdout).toMatch(/^3 suppressed addresses\. Send to one again: /m);
  expect(JSON.parse(found.stdout)).toMatchObject({ suppressions: [{ address: "asha@example.com" }], total: 3 });
  expect(JSON.parse(shown.stdout)).toMatchObject([{ reason: "asked\u001b[2J by phone" }, { category: "marketing" }]);
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^busbar: Send messages of sms to \+\d+ again\? Nobody can be asked/),
  });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/is not a phone number[^]*must be lower case/) });
  expect(mistyped).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "list"') });

  const released = await run("release", "sms", phone, "--yes");
  expect(released).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Released: messages of sms to \+919845012345, from the next/) });
  const [again, all, nobody] = await Promise.all([
    run("release", "sms", phone, "--yes"),
    run("release", "email", "asha@example.com", "--all", "--yes", "--json"),
    run("show", "push", "token"),
  ]);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("for single categories: busbar suppressions show") });
  expect(JSON.parse(all.stdout)).toMatchObject({ released: [{ channel: "email", reason: "bounced" }] });
  expect(nobody).toMatchObject({ code: 1, stderr: "busbar: nothing keeps messages of push from token\n" });
});
