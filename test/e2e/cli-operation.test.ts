import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { Redis } from "ioredis";
import * as z from "zod";
import { createBus, defineSubscriber, defineTopic } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { runCli, startCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";
import { smallApplication } from "../support/small-application.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };
const kept = busesOf();

const topics = {
  orderPlaced: defineTopic("order.placed", z.object({ orderId: z.string(), amount: z.number() }), {
    key: (order) => order.orderId,
    index: ["orderId"],
  }),
  reminderDue: defineTopic("reminder.due", z.object({ orderId: z.string() }), { index: ["orderId"] }),
};

describe("the command line on a running system", () => {
  it("A3 A11 B6 C3 C10 D5: follows events, tells what became of each, and repairs", { timeout: 120_000 }, async () => {
    const { folder: cwd, addLate } = await smallApplication();
    const run = (...args: string[]) => runCli(args, { cwd, env });
    const bus = kept(() => createBus({ application: "small", topics, redis: url, prefix }));
    const service = startCli(["start", "--only", "router,workers"], { cwd, env });
    const tail = startCli(["tail", "--json"], { cwd, env });
    await service.until(/"msg":"started"/);

    const good = await bus.publishEvent.orderPlaced(
      { orderId: "A-1", amount: 10 },
      { idempotencyKey: "order A-1", correlationId: "cart-7" },
    );
    const bad = await bus.publishEvent.orderPlaced({ orderId: "BAD-1", amount: 2_000 });
    const reminder = await bus.publishEvent.reminderDue({ orderId: "A-1" });

    const deliveryOf = async (id: string, subscriber: string) => {
      const routings = await bus.inspect.deliveries((await bus.inspect.event(id))!);
      return routings.find((routing) => routing.subscriber === subscriber)!.deliveries[0]!;
    };

    const traced = await run("trace", "order A-1", "--watch");
    const published = `^order\\.placed ${good.id}\\n {2}published +\\S+ by /small\\n {2}key +A-1\\n {2}idempotency key +order A-1\\n {2}correlation +cart-7$`;
    expect(traced.stdout).toMatch(new RegExp(published, "m"));
    expect(traced.stdout).toMatch(/^ {2}large: its filter turned it away: .*amount/m);
    expect(traced.stdout).toMatch(/try 1 +sent +handler/);
    await expect.poll(async () => (await bus.deadLetters.counts())["handler"]).toBe(1);

    const [letter, delayed] = [(await deliveryOf(bad.id, "fragile")).id, (await deliveryOf(reminder.id, "reminder")).id];
    const [list, shown, refused, figures, status, positions] = await Promise.all([
      run("dead-letters", "list"),
      run("dead-letters", "show", letter),
      run("dead-letters", "discard", "--all", "--reason", "a test"),
      run("stats"),
      run("deliveries", "show", delayed),
      run("subscribers", "--json"),
    ]);
    // What code of the application says is shown, and not obeyed.
    const listed = `^${letter} .* 1 try\\n.*\\(order\\.placed ${bad.id}\\)\\n.*no account \\\\u001b\\[2J busbar: all is well\\n1 dead letter\\. `;
    expect(list.stdout).toMatch(new RegExp(listed));
    expect(shown.stdout).toMatch(
      /^ {2}reason +.*no account.*\n {2}class +rejected, .*\n {2}tries +1 try, from .*\n {2}build +busbar@.*\n {2}stack\n {4}│ PermanentError: no account/m,
    );
    expect(shown.stdout).toMatch(/^ {4}│ .*"orderId": "BAD-1"/m);
    expect(shown.stdout).toMatch(/^ {2}stack\n {4}│ /m);
    expect(shown.stdout).toMatch(/^ {2}time line\n.*try 1 +dead/m);
    expect(refused).toEqual({
      code: 2,
      stdout: expect.stringMatching(/^To be discarded: 1 dead letter\n/) as string,
      stderr: "busbar: Discard 1 dead letter for good? Nobody can be asked here, so nothing was changed: give --yes to do it.\n",
    });
    expect(figures.stdout).toMatch(/^published 3 {2}waiting 0 {2}active 0 {2}delayed 1 {2}completed 4 {2}dead 1 {2}lag 0\n/);
    expect(figures.stdout).toMatch(/^handler +on +0 +0 +1 +4 +1 +- +1 +5 +-$/m);
    expect(figures.stdout).toMatch(/^order\.placed +2 +2$/m);
    expect(figures.stdout).toMatch(/^Redis \d+\.\d+\.\d+: [\d,]+ keys, .*MB, \d+ clients$/m);
    expect(status.stdout).toMatch(new RegExp(`^${delayed} handler\\n(.*\\n)+ {2}state +waiting\\n {2}queue +delayed, 0 tries used up\\n`));
    expect(JSON.parse(positions.stdout)).toMatchObject([
      { name: "booking", topics: ["order.placed"], lag: 0, pending: 0, gaps: 0 },
      { name: "fragile" },
      { name: "large" },
      { name: "reminder" },
    ]);

    const [discarded, cancelled, paused, held, asked, set] = await Promise.all([
      run("dead-letters", "discard", letter, "--yes", "--reason", "sent by hand"),
      run("deliveries", "cancel", "--event", reminder.id, "--reason", "withdrawn", "--yes"),
      run("channels", "pause", "handler"),
      run("subscribers", "pause", "large"),
      run("subscribers", "seek", "booking", "--to", "beginning"),
      run("channels", "set", "handler", "--concurrency", "2", "--rate", "50/1s", "--reason", "slow"),
    ]);
    expect(set.stdout).toMatch(
      /^handler: 2 at once in each process, rate 50\/1s over all processes; it holds until it is reset\.\nhandler: RATE 50\/1s and not off, SET by \S+ .*: slow; busbar channels reset handler goes back\nhandler: CONCURRENCY 2 and not 5, SET /,
    );
    expect(held.stdout).toMatch(/^large is paused for all processes/);
    expect(asked).toMatchObject({
      code: 2,
      stdout: "booking: 2 events would be routed again; what was sent is not sent again, 0 events skipped.\n",
      stderr: expect.stringMatching(/^busbar: Move booking\? Nobody can be asked/) as string,
    });
    expect([discarded.stdout, cancelled.stdout]).toEqual([
      "1 dead letter discarded.\n",
      "1 delivery would be cancelled, of 1 event.\n1 delivery was cancelled: it will not be sent, of 1 event.\n",
    ]);
    expect(paused).toMatchObject({ code: 0, stdout: expect.stringMatching(/^handler is paused for all processes/) as string });
    const handler = (await bus.channels.list()).find(({ name }) => name === "handler");
    expect(handler).toMatchObject({ paused: true, delayed: 0, dead: 0 });
    expect((await deliveryOf(bad.id, "fragile")).timeline.at(-1)).toMatchObject({
      step: "discarded",
      detail: expect.stringMatching(/^by \S+.*: sent by hand$/) as string,
    });

    await addLate();
    const replay = (...more: string[]) => run("replay", "order.placed", "--subscriber", "late", ...more);
    const [preview, cleaned, moved] = await Promise.all([
      replay("--preview"),
      run("channels", "clean", "handler", "--yes", "--json"),
      run("subscribers", "seek", "large", "--to", "1h", "--yes", "--json"),
    ]);
    expect(JSON.parse(moved.stdout)).toEqual({ subscriber: "large", again: 2, skipped: 0, forgotten: 0, moved: true });
    expect(preview.stdout).toMatch(/2 events, of which 2 match.*\n {4}missing +2 {2}would be queued\n/);
    expect(preview.stdout).toMatch(/ {2}Missing:\n( {4}.* handler → late d_\w+ of event .*\n){2}$/);
    expect(JSON.parse(cleaned.stdout)).toEqual({ channel: "handler", forgotten: 4 });
    expect((await replay("--yes")).stdout).toMatch(/\nDone: 2 deliveries queued\.\n$/);

    await tail.until(new RegExp(reminder.id));
    tail.signal("SIGINT");
    expect(await tail.ended).toBe(0);
    const lines = tail.text().trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([good.id, bad.id, reminder.id]);
  });

  it("lets a reader such as head leave", { timeout: 60_000 }, async () => {
    const { folder: cwd } = await smallApplication();
    const ended = kept(() => createBus({ application: "small", topics, redis: url, prefix: `${prefix}-head` }));
    await ended.publishEvent.orderPlaced({ orderId: "A-1", amount: 10 });
    const binary = join(import.meta.dirname, "..", "..", "bin", "with-packages.mjs");
    const shell = spawn("sh", ["-c", `{ "${process.execPath}" "${binary}" busbar tail; echo "code $?" >&2; } | head -n 1`], {
      cwd,
      env: { ...process.env, ...env, QUEUE_PREFIX: `${prefix}-head` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors = text(shell.stderr);
    const first = await once(shell.stdout, "data");
    expect(String(first[0])).toMatch(/^\S+Z order\.placed \S+ A-1\n$/);
    // It learns of it with what it writes next.
    const more = setInterval(() => void ended.publishEvent.orderPlaced({ orderId: "A-2", amount: 10 }), 50);
    expect(await errors).toBe("code 0\n");
    clearInterval(more);
  });
});

describe("what a person does at run time", () => {
  it(
    "B4 C8 E2: drains, resumes and removes a subscriber, resets limits and cleans all queues, and the record has who and why",
    { timeout: 60_000 },
    async () => {
      const { folder: cwd } = await smallApplication();
      const own = { ...env, QUEUE_PREFIX: `${prefix}-verbs` };
      const run = (...args: string[]) => runCli(args, { cwd, env: own });
      const gone = defineSubscriber(topics.orderPlaced, {
        name: "gone",
        deliver: ({ handler }) => [handler({ handle: async () => undefined })],
      });
      const older = kept(() => createBus({ application: "small", topics, subscribers: [gone], redis: url, prefix: own.QUEUE_PREFIX }));
      await older.start({ only: ["router"] });
      await older.stop();
      const redis = new Redis(url);
      await redis.hset(`${own.QUEUE_PREFIX}:{0}:log-groups:order.placed`, "small.gone|seen", Date.now() - 200_000);
      redis.disconnect();

      expect((await run("subscribers", "drain", "large")).stdout).toMatch(/^large has nothing in hand, and reads no more\./);
      expect((await run("subscribers", "resume", "large", "--reason", "it is mended")).stdout).toBe("large goes on where it was.\n");
      expect(await run("subscribers", "remove", "gone")).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^busbar: Remove gone for good from order\.placed\? .* Nobody can be asked/) as string,
      });
      expect((await run("subscribers", "remove", "gone", "--yes")).stdout).toMatch(
        /^gone was removed: order\.placed no longer wait for it\./,
      );
      await run("channels", "set", "handler", "--concurrency", "1");
      expect((await run("channels", "reset", "handler")).stdout).toBe(
        "handler: 5 at once in each process, no limit of its rate, as the configuration says.\n",
      );
      expect((await run("channels", "clean", "all", "--older-than", "1h", "--yes")).stdout).toBe(
        "0 finished deliveries of all queues forgotten.\n",
      );
      const recorded = await run("audit", "--json");
      expect(recorded.stdout).toMatch(
        /"what":"channel\.clean".*"what":"channel\.reset".*"what":"channel\.set".*"what":"subscriber\.remove"/s,
      );
      expect(recorded.stdout).toContain('"what":"subscriber.resume","of":"large","reason":"it is mended"');
    },
  );
});

describe("a wrong call", () => {
  it("ends with exit code 2 and the name that was meant, and changes nothing", { timeout: 60_000 }, async () => {
    const { folder: cwd } = await smallApplication();
    const calls: readonly (readonly [args: string, said: RegExp])[] = [
      ["tail order.place", /^busbar: No topic is called "order\.place"\. Did you mean "order\.placed"\?\n$/],
      ["subscribers pause larg", /^busbar: No subscriber is called "larg"\. Did you mean "large"\?\n$/],
      [
        "channels set email --rate 0/40d",
        /^busbar: --rate 0\/40d: its number must be a whole number from 1 to 1000000, not 0; its time must be a time from 1 ms to 31 d, not "40d"\n$/,
      ],
      ["channels set email --rate 5/", /^busbar: --rate takes a number and a time, such as 10\/1s or 100\/1h, or off, not "5\/"\n$/],
      ["deliveries cancel --yes", /^busbar: say which deliveries: .* All at once are never cancelled\n$/],
      ["channels paus", /^busbar: channels knows no verb "paus": did you mean "pause"\?\n$/],
      ["replay order.placed --subscriber larg", /^busbar: No subscriber is called "larg"\. Did you mean "large"\?\n$/],
      ["replay order.placed --subscriber reminder", /^busbar: Subscriber "reminder" does not listen to "order\.placed"\./],
      ["replay order.placed --subscriber large --from 1h --to 2h", /^busbar: --from is after --to/],
      ["replay order.placed --subscriber large --preview --yes", /^busbar: --preview only looks/],
      ["replay order.placed", /^busbar: --subscriber says for whom: name at least one\n$/],
    ];
    const runs = await Promise.all(calls.map(([args]) => runCli(args.split(" "), { cwd, env })));
    for (const [index, [, said]] of calls.entries()) {
      expect(runs[index]).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(said) as string });
    }
  });

  it(
    "D5: trace finds all that an order caused by its search key, and says what was searched where there is nothing",
    {
      timeout: 60_000,
    },
    async () => {
      const { folder: cwd } = await smallApplication();
      const run = (...args: string[]) => runCli(["trace", ...args], { cwd, env });
      const bus = kept(() => createBus({ application: "small", topics, redis: url, prefix }));
      const placed = await bus.publishEvent.orderPlaced({ orderId: "S-1", amount: 10 }, { idempotencyKey: "S-1", key: "k" });
      const due = await bus.publishEvent.reminderDue({ orderId: "S-1" });

      const [named, newest, json, byKey, watched, several, mistyped, missing] = await Promise.all([
        run("order", "S-1"),
        run("ORDERID", "S-1", "--limit", "1"),
        run("order", "S-1", "--json"),
        run("S-1"),
        run("order", "S-1", "--watch"),
        run("order", "S-1", "--limit", "0"),
        run("ordr", "S-1"),
        run("order", "S-2"),
      ]);
      expect(named).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          new RegExp(`^"S-1" at orderId: 2 events, the newest first\n\nreminder\\.due ${due.id}\n[^]*\n\norder\\.placed ${placed.id}\n`),
        ) as string,
      });
      expect(newest.stdout).toMatch(/^"S-1" at orderId: the newest 1 event\n[^]*\n\nthere are older ones: --limit shows more\n$/);
      expect(JSON.parse(json.stdout)).toMatchObject({ key: "order", value: "S-1", events: [{ event: { id: due.id } }, {}], more: false });
      expect(byKey.stdout).toMatch(
        new RegExp(`^order\\.placed ${placed.id}\n[^]*others have the value at orderId: busbar trace orderId "S-1"\n$`),
      );
      expect(watched).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/--watch looks at one event/) as string });
      expect(several).toMatchObject({ code: 2, stdout: "" });
      expect(mistyped).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/called "ordr"; did you mean order\? There are: order\.placed \(orderId\), reminder\.due/) as string,
      });
      expect(missing).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(
          /^busbar: no event has "S-2" there\. Search keys that were looked through: order\.placed \(orderId\), .*\n$/,
        ) as string,
      });
    },
  );

  it("and one for what is not there, or without Redis, with exit code 1 and one line", { timeout: 60_000 }, async () => {
    const { folder: cwd } = await smallApplication();
    // It takes connections and says nothing.
    const silent = createServer();
    onTestFinished(() => void silent.close());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const [unknown, away] = await Promise.all([
      runCli(["trace", "nobody"], { cwd, env }),
      runCli(["stats"], { cwd, alone: true, env: { REDIS_URL: `redis://me:secret@127.0.0.1:${port}` } }),
    ]);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^busbar: no event, delivery or idempotency key is "nobody": .*\n$/) as string,
    });
    expect(away).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^busbar: No Redis answers at redis:\/\/me:\*\*\*@127\.0\.0\.1:\d+ within [12]\.\d s\. .*\n$/,
      ) as string,
    });
  });
});
