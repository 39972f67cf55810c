import { expect, it } from "vitest";
import { createBus } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { runCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";
import { smallApplication } from "../support/small-application.ts";

const { url, prefix } = testRedis();
const kept = busesOf();
const phone = "+919845012345";

it("busbar suppressions: an address is added, listed, shown and released, by whom and why", { timeout: 60_000 }, async () => {
  const { folder: cwd } = await smallApplication();
  const run = (...args: string[]) => runCli(["suppressions", ...args], { cwd, env: { REDIS_URL: url, QUEUE_PREFIX: prefix } });
  const bus = kept(() => createBus({ application: "small", topics: {}, redis: url, prefix }));
  await bus.suppressions.add({ channel: "sms", address: phone, reason: "asked\u001b[2J by phone", by: "ravi" });

  const [added, refused] = await Promise.all([
    run("add", "sms", phone, "--category", "marketing", "--for", "30d", "--reason", "opted out"),
    run("add", "sms", "98450", "--reason", "x", "--category", "Big News"),
  ]);
  expect(added.stdout).toMatch(/^From now on, marketing messages of sms to \+919845012345 are not sent until 20\d\d-.* \(UTC\)\.\n$/);
  expect(refused).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/is not a phone number[^]*must be lower case/) as string,
  });

  const [list, open, unasked] = await Promise.all([run(), run("list", "--show-pii"), run("release", "sms", phone)]);
  // What somebody typed is shown, and not obeyed.
  expect(open.stdout).toMatch(/^sms +\+919845012345 +all +/m);
  expect(list.stdout).toMatch(/^sms +\+91…45 +all +20\S+ \S+ +- +ravi +asked\\u001b\[2J by phone$/m);
  expect(list.stdout).toMatch(/^2 suppressed addresses\. Send to one again: busbar suppressions release <channel> <address>\n$/m);
  const question = "Send messages of sms to +919845012345 again? Nobody can be asked here";
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining(question) as string });

  const notice = {
    kind: "consent",
    channel: "sms",
    provider: "twilio",
    address: phone,
    wish: "out",
    said: "STOP\u001b[2J by SMS",
  } as const;
  await bus.preferences.apply({ ...notice, eventId: "SM1", at: Date.parse("2026-01-31T09:30:00Z") });
  const [shown, asJson] = await Promise.all([run("show", "sms", phone), run("show", "sms", phone, "--json")]);
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.stdout).toMatch(
    /\n\nWhat its reader has said:\nwhen +wish +messages +how +told by\n2026-01-31 09:30:00 +out +all +STOP\\u001b\[2J by SMS +twilio\n$/i,
  );
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    suppressions: [{ by: "ravi" }, { category: "marketing" }],
    consents: [{ wish: "out", source: "twilio", at: "2026-01-31T09:30:00.000Z" }],
  });

  const released = await run("release", "sms", phone, "--all", "--yes", "--json");
  expect(JSON.parse(released.stdout)).toMatchObject({ released: [{ by: "ravi" }, { category: "marketing", source: "manual" }] });
  expect(await run("show", "sms", phone)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("STOP") as string,
    stderr: `busbar: nothing keeps messages of sms from ${phone}\n`,
  });
});
