import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { createProgram } from "../../src/cli/program.ts";
import { type ReplayCommand, requestOf, selectionOf } from "../../src/cli/replay.ts";
import { createBus, defineSubscriber, defineTopic, emailTemplate, smsTemplate, type Subscriber } from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const kept = busesOf();
const page = readFileSync(join(import.meta.dirname, "..", "..", "docs/replay.md"), "utf8");

const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), email: z.email(), phone: z.e164(), total: z.number() }), {
  key: ({ orderId }) => orderId,
});
const mail = (words: string) =>
  emailTemplate({
    name: "confirmation",
    data: z.object({ orderId: z.string(), total: z.string() }),
    subject: "Order {{orderId}}",
    mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>${words}</mj-text></mj-column></mj-section></mj-body></mjml>`,
    text: words,
  });
const text = smsTemplate({ name: "confirmed", data: z.object({ orderId: z.string() }), text: "Order {{orderId}}" });
const [wrong, mended] = ["Total: Rs.", "Total: Rs. {{total}}"];

/** The subscriber of the page, with the words of its e-mail, and whether large orders are told of to somebody else too. */
const confirmation = (words: string, alsoTo: readonly string[] = []): Subscriber =>
  defineSubscriber(orderPlaced, {
    name: "order-confirmation",
    deliver: ({ email, sms }) => [
      email({
        to: ({ data }) => (data.total > 100 ? [data.email, ...alsoTo] : data.email),
        template: mail(words),
        data: ({ data }) => ({ orderId: data.orderId, total: String(data.total) }),
      }),
      sms({ to: ({ data }) => data.phone, template: text, data: ({ data }) => ({ orderId: data.orderId }) }),
    ],
  });
const lateComer = defineSubscriber(orderPlaced, {
  name: "late-comer",
  deliver: ({ email }) => [
    email({
      to: () => "accounts@example.in",
      template: mail("New: {{orderId}}"),
      data: ({ data }) => ({ orderId: data.orderId, total: "" }),
    }),
  ],
});

/** A process with today's code; what it sends is noted. */
function today(...subscribers: readonly Subscriber[]) {
  const sends: { readonly channel: string; readonly to: string; readonly text: string; readonly at: number }[] = [];
  const provider = (channel: string): Provider<never> => ({
    name: channel,
    send: async ({ to, text: words }: { to: string; text: string }) => {
      sends.push({ channel, to, text: words, at: performance.now() });
      return { kind: "sent" };
    },
    close: async () => undefined,
  });
  const channels = {
    email: { from: "shop@example.in", rateLimit: false, providers: [provider("email")] },
    sms: { rateLimit: false, providers: [provider("sms")] },
  };
  const bus = kept(() =>
    createBus({
      application: "shop",
      topics: { orderPlaced },
      subscribers,
      redis: url,
      prefix,
      channels: channels as never,
      send: { live: true },
    }),
  );
  return { bus, sends };
}

/** The calls under a heading of the page, as the command line takes them. */
async function callsOf(
  situation: string,
  times: Readonly<Record<string, string>>,
): Promise<readonly (ReplayCommand & { topics: readonly string[] })[]> {
  const [, block = ""] = /^```sh\n(.*?)^```$/ms.exec(page.slice(page.indexOf(`**${situation}**`))) ?? [];
  const typed = Object.entries(times).reduce((words, [written, meant]) => words.replaceAll(written, meant), block);
  const taken: (ReplayCommand & { topics: readonly string[] })[] = [];
  for (const line of typed.split("\n").filter(Boolean)) {
    const words = [...line.replace(/ \|.*/, "").matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    const program = createProgram();
    const listen = (command: Command): void => {
      command.action((topics: string[], options: ReplayCommand) => void taken.push({ ...options, topics }));
      for (const below of command.commands) listen(below);
    };
    for (const command of program.commands) listen(command);
    await program.parseAsync(words.slice(1), { from: "user" });
  }
  expect(taken.length, situation).toBeGreaterThan(0);
  return taken;
}

const diff = async ({ bus }: ReturnType<typeof today>, call: Awaited<ReturnType<typeof callsOf>>[number]) =>
  bus.replays.diff(await selectionOf(call.topics, call));
const replay = async ({ bus }: ReturnType<typeof today>, call: Awaited<ReturnType<typeof callsOf>>[number]) =>
  bus.replay(await requestOf(call.topics, call));

/** A time that nothing has happened at yet: times name milliseconds. */
function moment(): string {
  const last = Date.now();
  while (Date.now() === last);
  return new Date(last + 1).toISOString();
}

let hour = { from: "", to: "" };
beforeAll(async () => {
  const { bus } = today(confirmation(wrong));
  await bus.start();
  const place = async (orderId: string, total: number): Promise<void> => {
    const sent = observed(bus, "sent", 2);
    await bus.publishEvent.orderPlaced({ orderId, total, email: `${orderId}@example.in`.toLowerCase(), phone: "+919845012345" });
    await sent;
  };
  await place("A-1", 10);
  const from = moment();
  await place("A-2", 20);
  await place("A-3", 300);
  hour = { from, to: moment() };
  await bus.stop();
});

describe("docs/replay.md", () => {
  it("a template was wrong for an hour: the diff names its messages, and they alone are sent again, mended", async () => {
    const calls = await callsOf("A template was wrong for an hour.", {
      "2026-11-24T10:00:00Z": hour.from,
      "2026-11-24T11:00:00Z": hour.to,
    });
    expect(calls).toHaveLength(2);
    const now = today(confirmation(mended));
    const seen = await diff(now, calls[0]!);
    expect(seen).toMatchObject({ events: 2, changed: 2, same: 0, added: 0, removed: 0 });
    expect(seen.differences.map(({ to }) => to).toSorted()).toEqual(["a-2@example.in", "a-3@example.in"]);
    expect(now.sends).toEqual([]);
    await now.bus.start();
    const sent = observed(now.bus, "sent", 2);
    expect(await replay(now, calls[1]!)).toMatchObject({ queued: 2, finished: true });
    await sent;
    expect(now.sends.map(({ to, text: words }) => `${to} ${words}`).toSorted()).toEqual([
      "a-2@example.in Total: Rs. 20",
      "a-3@example.in Total: Rs. 300",
    ]);
    await now.bus.stop();
  });

  it("a subscriber was added late: it gets what came before it, once", async () => {
    const [call] = await callsOf("A subscriber was added late.", {});
    const now = today(confirmation(wrong), lateComer);
    await now.bus.start();
    const sent = observed(now.bus, "sent", 3);
    expect(await replay(now, call!)).toMatchObject({ events: 3, missing: 3, queued: 3 });
    await sent;
    expect(now.sends.map(({ to }) => to)).toEqual(Array.from({ length: 3 }, () => "accounts@example.in"));
    expect(await replay(now, call!)).toMatchObject({ events: 3, missing: 0, queued: 0, sent: 3 });
    await now.bus.stop();
  });

  it("a provider lost a day: what it had accepted is sent again, slowly, and nothing by another channel", async () => {
    const [call] = await callsOf("A provider lost a day.", { "2026-11-23": hour.from, "2026-11-24": hour.to });
    expect(call).toMatchObject({ pace: "20" });
    const now = today(confirmation(wrong));
    await now.bus.start();
    const sent = observed(now.bus, "sent", 2);
    expect(await replay(now, { ...call!, mode: "missing" })).toMatchObject({ missing: 0, queued: 0 });
    expect(await replay(now, call!)).toMatchObject({ queued: 2, finished: true });
    await sent;
    expect(now.sends.map(({ channel, text: words }) => `${channel} ${words}`).toSorted()).toEqual(["sms Order A-2", "sms Order A-3"]);
    await now.bus.stop();
  });

  it("would this change have sent more: `added` counts it, and nothing is sent", async () => {
    const [call] = await callsOf("Would this change have sent more?", {});
    const now = today(confirmation(wrong, ["accounts@example.in"]));
    expect(await diff(now, call!)).toMatchObject({ events: 3, same: 6, added: 1, changed: 0, removed: 0 });
    expect(now.sends).toEqual([]);
    await now.bus.stop();
  });
});
