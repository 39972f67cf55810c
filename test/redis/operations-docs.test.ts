import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { CliRun } from "../support/cli.ts";
import { root } from "../support/cli-session.ts";
import { observed } from "../support/line.ts";
import { shopInService } from "../support/shop-in-service.ts";
import { testRedis } from "../support/redis.ts";

const page = readFileSync(join(root, "docs/operations.md"), "utf8");
const situations = page.split(/^## /m).slice(1);
const { url, prefix } = testRedis();
const shop = shopInService({ url, prefix });
const { bus } = shop;

/** Waits for what no fact is told of. */
const until = (holds: () => Promise<boolean>): Promise<boolean> => vi.waitUntil(holds, { timeout: 30_000, interval: 20 });

/** The words of a line of shell. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, ...parts]) => parts.find((part) => part !== undefined)!);

/** What stands for an id on the page, and where it is found in what the commands before have printed. */
const placeholders: readonly (readonly [RegExp, RegExp])[] = [
  [/^d_k3v2…$/, /\b[dr]_[a-z2-7]{32}\b/],
  [/^9c1e…$/, /^(\w{6,})  \d+ dead letter/m],
  [/^k3v2abcdef$/, /^([a-z2-7]{10}) +shop-backend /m],
];

/** Runs the commands of a situation as the page prints them, from its beginning, or on where the last ones ended. */
function commandsOf(number: number) {
  const lines = /^```sh\n(.*?)^```$/ms
    .exec(situations.find((text) => text.startsWith(`${number}. `))!)![1]!
    .trimEnd()
    .split("\n");
  let printed = "";
  return {
    async run(count = lines.length): Promise<readonly CliRun[]> {
      const runs: CliRun[] = [];
      for (const line of lines.splice(0, count)) {
        const args = words(line.replace(/\s# .*$/, "")).slice(1);
        const known = args.map((word) => {
          const found = placeholders.find(([shown]) => shown.test(word))?.[1].exec(printed);
          return found === undefined ? word : (found?.[1] ?? found?.[0] ?? word);
        });
        const run = await (["doctor", "erase"].includes(args[0]!) ? shop.inFolder(known) : shop.onServer(known));
        printed += run.stdout;
        expect([line, run.stderr], line).toEqual([
          line,
          expect.stringMatching(/^(busbar: this is the key of .*\n|Replaying: .*\n)?$/) as string,
        ]);
        runs.push(run);
      }
      return runs;
    },
    left: () => lines.length,
  };
}

beforeAll(() => shop.begin());

const placed = (orderId: string, more: object = {}) =>
  bus.publishEvent.orderPlaced({ orderId, total: 900, customer: { id: "usr_1", email: "asha@example.in" }, delivery: "standard", ...more });
const dead = async (begin: () => Promise<unknown>): Promise<void> => {
  const fact = observed(bus as never, "dead");
  await begin();
  const id = (await fact)[0]!.delivery.id;
  await until(async () => (await bus.deadLetters.show(id)) !== undefined);
};
const sentTo = (address: string): number => shop.sends.filter(({ message }) => message.to === address).length;

/** A process with a router looks for replays every few seconds; here it is done at once. */
const workedOn = (): Promise<boolean> =>
  until(async () => {
    const running = (await bus.replays.list()).replays.find(({ state }) => state === "running");
    if (running !== undefined) await bus.replays.work(running.id);
    return running !== undefined;
  });

describe("docs/operations.md", () => {
  it("B6: 1. a provider is down: its channel is paused, and what was given up is queued again", async () => {
    shop.faults.provider = "HTTP 503";
    await dead(() => placed("KR-1000"));
    const commands = commandsOf(1);
    const [channels, paused] = await commands.run(2);
    expect(channels!.stdout).toMatch(/^email .* 1 /m);
    expect(paused!.stdout).toMatch(/^email is paused for all processes/);
    shop.faults.provider = undefined;
    const sent = observed(bus as never, "sent");
    const [, preview, redriven] = await commands.run();
    expect(preview!.stdout).toMatch(/^To be queued again: 1 dead letter\n/);
    expect(redriven!.stdout).toMatch(/\n1 dead letter queued again\.\n$/);
    expect((await sent)[0]!.delivery.to).toBe("asha@example.in");
  });

  it("B6 D5: 2. dead letters of one cause are found, and queued again when it is mended", async () => {
    shop.faults.invoice = true;
    await dead(() => placed("KR-2000"));
    const commands = commandsOf(2);
    const [groups, shown] = await commands.run(2);
    expect(groups!.stdout).toMatch(/1 dead letter .*\n.*invoice.*\n.*no place for a discount/);
    expect(shown!.stdout).toContain("no place for a discount");
    shop.faults.invoice = false;
    const [redriven] = await commands.run();
    expect(redriven!.stdout).toMatch(/\n1 dead letter queued again\.\n$/);
    await until(async () => (await bus.deadLetters.counts())["handler"] === 0);
  });

  it("3. a payload that cannot be planned is mended for its subscriber", async () => {
    await placed("KR-5000", { delivery: "by pigeon" });
    await until(async () => {
      await shop.handOut("routing");
      return (await bus.deadLetters.counts())["routing"] === 1;
    });
    const [{ id } = { id: "" }] = (await bus.deadLetters.list({ queue: "routing" })).deadLetters;
    expect((await shop.onServer(["trace", id])).stderr).toBe(`busbar: that is a dead letter of routing: busbar dead-letters show ${id}\n`);
    const [list, edited] = await commandsOf(3).run();
    expect(list!.stdout).toContain("by pigeon");
    expect(edited!.stdout).toMatch(/is changed: .*delivery/);
    await until(async () => (await bus.deadLetters.counts())["routing"] === 0);
  });

  it("C3: 4. a subscriber is held up, looked at, and goes on", async () => {
    const commands = commandsOf(4);
    await commands.run(1);
    await placed("KR-3000");
    const [positions, sought] = await commands.run(2);
    expect(positions!.stdout).toMatch(/^order-confirmation +paused +1 /m);
    expect(sought!.stdout).toMatch(/^order-confirmation: \d+ events? would be routed again; what was sent is not sent again/);
    const sent = observed(bus as never, "sent");
    await commands.run();
    expect((await sent)[0]!.delivery.subscriber).toBe("order-confirmation");
  });

  it("C10: 5. why somebody got no e-mail, and how they get it", async () => {
    await bus.suppressions.add({ channel: "email", address: "ravi@example.in", reason: "the mailbox was full" });
    const suppressed = observed(bus as never, "suppressed");
    await placed("KR-4000", { customer: { id: "usr_4", email: "ravi@example.in" } });
    await suppressed;
    const commands = commandsOf(5);
    const [trace, shown, released] = await commands.run(3);
    const [[replayed]] = await Promise.all([commands.run(), workedOn()]);
    expect(trace!.stdout).toContain("the mailbox was full");
    expect(shown!.stdout).toContain("ravi@example.in");
    expect(released!.stdout).toMatch(/^Released: messages of email to ravi@example\.in/);
    expect(replayed!.stdout).toMatch(/\nDone: 1 delivery queued\.\n$/);
    await until(async () => sentTo("ravi@example.in") === 1);
  });

  it("C3: 6. a rate is set for all processes, with who did it and why, and reset", async () => {
    const [set, list, reset] = await commandsOf(6).run();
    expect(set!.stdout).toMatch(/^email: .*rate 2\/1s/);
    expect(list!.stdout).toMatch(/^email: RATE 2\/1s .* SET by on-call .*: the provider asked for it/m);
    expect(reset!.stdout).toMatch(/^email: .*as the configuration says\.\n$/);
  });

  it("7. what may go is taken out of Redis", async () => {
    const [doctor, stats, cleaned, discarded] = await commandsOf(7).run();
    expect(doctor!.stdout).toContain("memory");
    expect(stats!.stdout).toMatch(/^Redis \d/m);
    expect(cleaned!.stdout).toMatch(/finished deliver(y|ies) of all queues forgotten\.\n$/);
    expect(discarded!.stdout).toMatch(/No dead letters are meant: nothing was changed/);
    const mistyped = await shop.onServer(["dead-letters", "list", "--subscriber", "order-confirmaton"]);
    expect(mistyped).toMatchObject({
      code: 0,
      stdout: 'No dead letters.\nNo subscriber is called "order-confirmaton" here: did you mean "order-confirmation"?\n',
    });
  });

  it("C4: 8. a key that leaked is taken away, and what was done with it is known", async () => {
    const leaked = await shop.key({ name: "shop-backend", scopes: ["operate"] });
    await shop.onServer(["channels", "pause", "sms"], leaked);
    const [, , created, audit] = await commandsOf(8).run();
    expect(created!.stdout).toMatch(/^bb_/);
    expect(audit!.stdout).toMatch(/shop-backend +channel\.pause +sms/);
    expect((await bus.audit({ what: "key.revoke" })).entries[0]).toMatchObject({ by: "on-call", reason: "it was in a log" });
  });

  it("C5: 9. a schedule that did not fire is run by hand, and goes on", async () => {
    await bus.schedules.pause("nightly-report", { actor: "ravi", reason: "the month's end" });
    const ran = observed(bus as never, "sent");
    const [list, run, resumed] = await commandsOf(9).run();
    expect(list!.stdout).toMatch(/nightly-report.*(\n.*)*paused/i);
    expect(run!.stdout).toMatch(/^nightly-report was run: report\.requested /);
    expect((await ran)[0]!.delivery.subscriber).toBe("nightly-report");
    expect(resumed!.stdout).toMatch(/^nightly-report goes on, next /);
  });

  it("C11: 10. a person is erased, and the record says who asked for it", async () => {
    const sent = observed(bus as never, "sent", 2);
    const { id } = await placed("KR-7000", { customer: { id: "usr_2077", email: "meera@example.in" } });
    await sent;
    const [looked, erased, audit] = await commandsOf(10).run();
    expect(looked!.stdout).toMatch(/^This would be erased of "usr_2077":\n +key +is there/);
    expect(erased!.stdout).toMatch(/^Erased of "usr_2077":\n +key +is destroyed\n +events +1 event/);
    expect(audit!.stdout).toMatch(/erase +the subject \w+ +request 4711/);
    expect(JSON.stringify(await bus.inspect.event(id, { showPii: { actor: "tests" } }))).not.toContain("meera");
  });

  it("C3: 11. what waits is ended unsent", async () => {
    const routed = observed(bus as never, "routed", 2);
    await bus.publishEvent.orderPlaced(
      { orderId: "KR-6000", total: 1, customer: { id: "usr_6", email: "ravi@example.in" }, delivery: "standard" },
      { delay: "1h" },
    );
    await routed;
    const before = sentTo("ravi@example.in");
    const [seen, cancelled] = await commandsOf(11).run();
    expect(seen!.stdout).toMatch(/^2 deliveries would be cancelled, of 1 event\./);
    expect(cancelled!.stdout).toMatch(/2 deliveries were cancelled: they will not be sent, of 1 event\./);
    expect(sentTo("ravi@example.in")).toBe(before);
  });

  it("runs every command that the page has", () => {
    expect(situations.map((text) => Number(/^(\d+)\. /.exec(text)?.[1]))).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
    const calls = [...page.matchAll(/^busbar .*$/gm)];
    expect(calls.length).toBeGreaterThan(30);
    expect([...page.matchAll(/^```sh$/gm)]).toHaveLength(11);
  });
});
