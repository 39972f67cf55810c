import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { remoteInspector } from "../../src/cli/remote/remote-inspector.ts";
import { serverApi } from "../../src/cli/remote/server-api.ts";
import type { BusEvent } from "../../src/define/event.ts";
import { createBus, defineSubscriber, defineTopic, PermanentError, pii } from "../../src/index.ts";
import type { Server } from "../../src/server/server.ts";
import { busesOf } from "../support/buses.ts";
import { type CliRun, runCli } from "../support/cli.ts";
import { root } from "../support/cli-session.ts";
import { httpDoor } from "../support/http.ts";
import { observed } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

/** The application that both speak of: as objects for the server, which is in this process, and as files for the command line. */
const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), amount: z.number(), email: pii(z.string()) }), {
  key: (order) => order.orderId,
  index: ["orderId"],
  example: { orderId: "A-0", amount: 5, email: "asha.iyer@example.in" },
});
const reminderDue = defineTopic("reminder.due", z.object({ orderId: z.string() }));
const subscribers = [
  defineSubscriber(orderPlaced, {
    name: "booking",
    deliver: ({ handler }) => [
      handler({
        handle: async ({ data }) => {
          if (data.orderId.startsWith("BAD")) throw new PermanentError(`no account for ${data.email}`);
        },
      }),
    ],
  }),
  defineSubscriber(reminderDue, { name: "reminder", delay: "1h", deliver: ({ handler }) => [handler({ handle: async () => undefined })] }),
];
const files = {
  "package.json": '{ "type": "module" }',
  "busbar.config.ts": `import { defineConfig } from "busbar";
import * as topics from "./topics/index.ts";
export default defineConfig({ application: "small", topics, subscribers: new URL("./subscribers/", import.meta.url) });
`,
  "topics/index.ts": `import * as z from "zod";
import { defineTopic, pii } from "busbar";
export const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), amount: z.number(), email: pii(z.string()) }), {
  key: (order) => order.orderId,
  index: ["orderId"],
  example: { orderId: "A-0", amount: 5, email: "asha.iyer@example.in" },
});
export const reminderDue = defineTopic("reminder.due", z.object({ orderId: z.string() }));
`,
  "subscribers/booking.ts": `import { defineSubscriber } from "busbar";
import { orderPlaced } from "../topics/index.ts";
export default defineSubscriber(orderPlaced, { name: "booking", deliver: ({ handler }) => [handler({ handle: async ({ data }) => void data })] });
`,
  "subscribers/reminder.ts": `import { defineSubscriber } from "busbar";
import { reminderDue } from "../topics/index.ts";
export default defineSubscriber(reminderDue, { name: "reminder", delay: "1h", deliver: ({ handler }) => [handler({ handle: async () => undefined })] });
`,
};

const { url, prefix } = testRedis();
const kept = busesOf();
const door = httpDoor({ redis: url, prefix, application: "small" });
const bus = kept(() =>
  createBus({
    application: "small",
    topics: { orderPlaced, reminderDue },
    subscribers,
    redis: url,
    prefix,
    channels: { email: { from: "busbar@example.com" } },
  }),
);
let server: Server;
let key: string;
let here: string;
let elsewhere: string;

const local = (...args: string[]): Promise<CliRun> => runCli(args, { cwd: here, env: { REDIS_URL: url, QUEUE_PREFIX: prefix } });
const remote = (...args: string[]): Promise<CliRun> => runCli(args, { cwd: elsewhere, env: { BUSBAR_URL: server.url, BUSBAR_KEY: key } });

beforeAll(async () => {
  await bus.start();
  server = await door.serve({ bus: bus as never });
  key = await door.key({ name: "on-call" });
  [here, elsewhere] = [await mkdtemp(join(tmpdir(), "busbar-here-")), await mkdtemp(join(tmpdir(), "busbar-elsewhere-"))];
  await symlink(join(root, "node_modules"), join(here, "node_modules"));
  for (const [path, code] of Object.entries(files)) {
    await mkdir(dirname(join(here, path)), { recursive: true });
    await writeFile(join(here, path), code.replaceAll('from "busbar"', `from ${JSON.stringify(join(root, "src/index.ts"))}`));
  }
  return () => Promise.all([here, elsewhere].map((folder) => rm(folder, { recursive: true, force: true })));
});

const published = { good: "", bad: "", reminder: "" };
const planned = { letter: "", delayed: "" };

beforeAll(async () => {
  const [dead, routed] = [observed(bus as never, "dead"), observed(bus as never, "routed", 3)];
  published.good = (
    await bus.publishEvent.orderPlaced({ orderId: "A-1", amount: 10, email: "asha.iyer@example.in" }, { idempotencyKey: "order A-1" })
  ).id;
  published.bad = (await bus.publishEvent.orderPlaced({ orderId: "BAD-1", amount: 20, email: "asha.iyer@example.in" })).id;
  published.reminder = (await bus.publishEvent.reminderDue({ orderId: "A-1" })).id;
  planned.letter = (await dead)[0]!.delivery.id;
  planned.delayed = (await routed).flatMap((fact) => fact.planned).find(({ subscriber }) => subscriber === "reminder")!.id;
  await vi.waitUntil(async () => (await bus.deadLetters.show(planned.letter)) !== undefined);
  await bus.suppressions.add({ channel: "sms", address: "+919845012345", reason: "asked by phone" });
});

/** What differs by when it was asked is the same for all. */
const timeless = ({ code, stdout, stderr }: CliRun): CliRun => ({ code, stdout: withoutTimes(stdout), stderr: withoutTimes(stderr) });

const withoutTimes = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?/g, "TIME")
    .replaceAll(/"(oldestAge|seen)":\d+/g, '"$1":0')
    .replaceAll(/,"lastUsed":"TIME"/g, "")
    .replaceAll(/\b\d+(\.\d)? (ms|s|min)\b/g, "AGE");

describe("a command on a server", () => {
  it(
    "C4 E2: says the same as in the folder of the application, of what is there, of what is not, and of what was typed wrongly",
    { timeout: 180_000 },
    async () => {
      const { good, letter, delayed } = { ...published, ...planned };
      // What is printed for people is made of what is printed as JSON.
      const calls: readonly (readonly string[])[] = [
        ["topics", "--json"],
        ["asyncapi"],
        ["subscribers", "--json"],
        ["channels", "--json"],
        ["trace", "order A-1", "--json"],
        ["trace", "order", "A-1", "--json"],
        ["trace", "nothing"],
        ["deliveries", "show", delayed, "--json"],
        ["deliveries", "show", "d_none"],
        ["deliveries", "cancel", "d_none"],
        ["deliveries", "cancel", letter],
        ["dead-letters", "list", "--json"],
        ["dead-letters", "list", "--queue", "emial"],
        ["dead-letters", "list", "--from", "1h", "--reason-class", "rejected", "--recipient", "booking"],
        ["dead-letters", "groups", "--subscriber", "booking", "--json"],
        ["dead-letters", "redrive", "--queue", "handler", "--preview"],
        ["dead-letters", "redrive", "--queue", "emial", "--preview"],
        ["dead-letters", "discard", "--queue", "handler", "--reason", "old"],
        ["dead-letters", "edit", letter, "--data", '{"orderId":7}'],
        ["dead-letters", "edit", "d_none", "--data", "{}"],
        ["dead-letters", "operations"],
        ["dead-letters", "operations", "dl_none"],
        ["dead-letters", "cancel", "dl_none"],
        ["dead-letters", "rebuild"],
        ["dead-letters", "show", letter, "--json"],
        ["dead-letters", "show", "d_none"],
        ["dead-letters", "redrive", "d_none"],
        ["suppressions", "list", "--search", "98450", "--json"],
        ["suppressions", "show", "sms", "+919845012345"],
        ["suppressions", "show", "sms", "+919845000000"],
        ["suppressions", "show", "sms", "nobody"],
        ["replay", "list"],
        ["replay", "show", "rp_none"],
        ["replay", "pause", "rp_none"],
        ["replay", "order.placed", "--subscriber", "bookin", "--preview"],
        ["replay", "order.placed", "--subscriber", "booking", "--from", "1h", "--filter", '{"amount":[{"numeric":[">",15]}]}', "--preview"],
        ["channels", "pause", "emial"],
        ["subscribers", "seek", "booking", "--to", "beginning", "--preview"],
        ["subscribers", "seek", "booking", "--to", "beginning"],
        ["subscribers", "pause", "bookin"],
        ["subscribers", "remove", "booking", "--yes"],
        ["channels", "set", "emial", "--rate", "1/1s"],
        ["schedules"],
        ["schedules", "run", "nightly"],
        ["keys", "list", "--json"],
        ["keys", "rotate", "none"],
        ["audit", "--what", "suppression", "--json"],
        ["audit", "--cursor", "none"],
        ["deliveries", "cancel", "--event", "none", "--yes"],
        ["deliveries", "cancel", "--event", good, "--key", "order=A-1", "--preview"],
        ["deliveries", "cancel", "--subscriber", "reminder", "--preview", "--json"],
        ["publish", "order.place", "{}"],
        ["publish", "order.placed", '{"orderId":1}'],
      ];
      for (const call of calls) {
        const [one, other] = [await local(...call), await remote(...call)];
        expect(timeless(other), `busbar ${call.join(" ")}`).toEqual(timeless(one));
      }
      const figures = async (run: typeof local) => Object.keys(JSON.parse((await run("stats", "--json")).stdout) as object);
      expect(await figures(remote)).toEqual(await figures(local));
    },
  );

  it("C11: masks personal data as it does there, and records who saw it in the clear, and why", async () => {
    const masked = await remote("dead-letters", "show", planned.letter);
    expect(masked.stdout).toContain("as…@example.in");
    expect(masked.stdout).not.toContain("asha.iyer");
    const shown = await remote("dead-letters", "show", planned.letter, "--show-pii", "ticket 7");
    expect(shown.stdout).toContain("asha.iyer@example.in");
    expect((await local("audit", "--json")).stdout).toMatch(
      /"by":"on-call","what":"show-pii","of":"the dead letter d_\w+","reason":"ticket 7"/,
    );
  });

  it("does what it is told there: publishes, pauses, cancels, redrives, suppresses and replays", async () => {
    const event = JSON.parse(
      (await remote("publish", "order.placed", "--example", "--json", "--idempotency-key", "schlüssel 1")).stdout,
    ) as { id: string };
    const again = JSON.parse(
      (await remote("publish", "order.placed", "--example", "--json", "--idempotency-key", "schlüssel 1")).stdout,
    ) as object;
    expect(again).toMatchObject({ id: event.id, repeated: true });
    expect((await bus.inspect.event(event.id))?.type).toBe("order.placed");

    expect((await remote("channels", "pause", "sms", "--reason", "its provider moves")).stdout).toMatch(/^sms is paused for all processes/);
    expect((await remote("channels", "set", "sms", "--rate", "100/1h", "--concurrency", "2")).stdout).toMatch(/^sms: 2 at once .*100\/1h/);
    expect((await remote("channels", "reset", "sms", "--rate")).stdout).toMatch(/^sms: 2 at once .*10\/1s/);
    const made = JSON.parse((await remote("keys", "create", "--name", "shop", "--scope", "publish:*", "--json")).stdout) as { id: string };
    const next = JSON.parse((await remote("keys", "rotate", made.id, "--overlap", "1h", "--json")).stdout) as { next: { id: string } };
    expect((await remote("keys", "revoke", next.next.id, "--yes")).stdout).toBe("Revoked: it is refused within five seconds.\n");
    expect((await bus.channels.list()).find(({ name }) => name === "sms")).toMatchObject({
      paused: true,
      pausedBy: { by: "on-call", reason: "its provider moves" },
    });
    expect((await remote("subscribers", "drain", "booking", "--json")).stdout).toBe(
      '{"subscriber":"booking","state":"draining","pending":0}\n',
    );
    expect((await remote("subscribers", "resume", "booking")).stdout).toBe("booking goes on where it was.\n");
    expect((await remote("deliveries", "cancel", planned.delayed, "--reason", "withdrawn")).stdout).toMatch(
      / is cancelled: it will not be sent\.\n$/,
    );
    const { subscribers: [reminder] = [] } = (await bus.inspect.trace(published.reminder))!;
    expect(reminder?.deliveries[0]?.timeline.at(-1)).toMatchObject({ step: "cancelled", detail: "by on-call: withdrawn" });
    expect((await remote("suppressions", "add", "sms", "+919845099999", "--reason", "asked", "--for", "2h")).code).toBe(0);
    expect((await remote("suppressions", "release", "sms", "+919845099999", "--yes")).stdout).toMatch(/^Released/);
    const dead = observed(bus as never, "dead");
    expect((await remote("dead-letters", "redrive", planned.letter)).stdout).toBe("1 dead letter queued again.\n");
    await dead;
    const replaying = remote(
      "replay",
      "order.placed",
      "--subscriber",
      "booking",
      "--from",
      "1h",
      "--mode",
      "again",
      "--confirm",
      "booking",
      "--reason",
      "wrong price",
      "--yes",
    );
    // A process with a router looks for replays every few seconds; here it is done at once.
    await vi.waitUntil(async () => (await bus.replays.list()).replays.length > 0, { timeout: 30_000 });
    await bus.replays.work((await bus.replays.list()).replays[0]!.id);
    const replay = await replaying;
    expect(replay.stderr + replay.stdout).toMatch(/\nDone: \d+ deliver(y|ies) queued\.\n$/);
    expect(JSON.parse((await local("replay", "list", "--json")).stdout)).toMatchObject({
      replays: [{ actor: "on-call", state: "finished" }],
    });
  });

  it("takes its key from a file, and says what to do where there is none, or one that may not", async () => {
    const reader = join(elsewhere, "reader.key");
    await writeFile(reader, `${await door.key({ name: "reader", scopes: ["read"] })}\n`);
    const asReader = (...args: string[]) => runCli([...args, "--url", server.url, "--key-file", reader], { cwd: elsewhere, env: {} });
    expect((await asReader("channels")).code).toBe(0);
    expect(await asReader("channels", "pause", "email")).toEqual({
      code: 1,
      stdout: "",
      stderr: `busbar: ${server.url} answered 403: This needs the scope "operate"; the API key "reader" has read.\n`,
    });
    const without = await runCli(["stats"], { cwd: elsewhere, env: { BUSBAR_URL: server.url } });
    expect(without.stderr).toMatch(
      /takes no call without a valid API key: .* Put one into BUSBAR_KEY, or name its file with --key-file\.\n$/,
    );
    expect(await runCli(["doctor", "--url", server.url], { cwd: elsewhere, env: {} })).toMatchObject({
      code: 2,
      stderr: "busbar: busbar doctor looks at Redis itself, and not on a server: leave --url and --key-file away\n",
    });
  });

  it("D3 C11: takes an event from there to run it here, with other people in it", async () => {
    const run = await runCli(["replay", "local", published.good, "--subscriber", "booking", "--url", server.url, "--json"], {
      cwd: here,
      env: { BUSBAR_KEY: key },
    });
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toMatchObject({
      event: { id: published.good, data: { orderId: "A-1", email: expect.stringMatching(/^reader-\w{10}@example\.com$/) as string } },
      deliveries: [{ channel: "handler", to: "booking" }],
    });
  });

  it("follows events as they are published, masked, from the newest on, by topic and filter, until it is ended", async () => {
    const ending = new AbortController();
    onTestFinished(() => ending.abort());
    const inspect = remoteInspector(serverApi({ url: server.url, key }));
    const follow = async (options: object, count: number): Promise<BusEvent[]> => {
      const seen: BusEvent[] = [];
      const own = new AbortController();
      for await (const event of inspect.tail({ ...options, signal: AbortSignal.any([own.signal, ending.signal]) })) {
        seen.push(event);
        if (seen.length === count) own.abort();
      }
      return seen;
    };
    const large = follow({ topics: ["order.placed"], patterns: ['{"amount":[{"numeric":[">",1000]}]}'], last: 100 }, 1);
    await bus.publishEvent.orderPlaced({ orderId: "A-2", amount: 1, email: "asha.iyer@example.in" });
    const { id } = await bus.publishEvent.orderPlaced({ orderId: "A-3", amount: 2_000, email: "asha.iyer@example.in" });
    expect(await large).toMatchObject([{ id, data: { orderId: "A-3", email: "as…@example.in" } }]);
    expect((await follow({ topics: ["reminder.due"], last: 1 }, 1)).map((event) => event.id)).toEqual([published.reminder]);
    await expect(follow({ topics: ["reminder.du"] }, 1)).rejects.toThrow('Did you mean "reminder.due"?');
  });
});
