import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import { createBus, defineSchedule, defineSubscriber, defineTopic, emailTemplate, PermanentError, pii } from "../../src/index.ts";
import type { ApiKeyRequest } from "../../src/server/api-key.ts";
import type { Server } from "../../src/server/server.ts";
import { busesOf } from "./buses.ts";
import { type CliRun, runCli } from "./cli.ts";
import { root } from "./cli-session.ts";
import { httpDoor } from "./http.ts";
import { testKeys } from "./keys.ts";
import { recordingProvider } from "./line.ts";
import type { TestRedis } from "./redis.ts";

const subject = "customer.id";
const orderPlaced = defineTopic(
  "order.placed",
  z.object({
    orderId: z.string(),
    total: z.number(),
    customer: z.object({ id: z.string(), email: pii(z.email(), { subject }) }),
    delivery: z.string(),
  }),
  { key: (order) => order.orderId, index: ["orderId"] },
);
const reportRequested = defineTopic("report.requested", z.object({ day: z.string() }));
const confirmation = emailTemplate({
  name: "confirmation",
  data: z.object({ orderId: z.string() }),
  subject: "Order {{orderId}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>Order {{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "Order {{orderId}}",
});

/** What of it is as files: the topics, for commands that need the application itself. */
const files = {
  "package.json": '{ "type": "module" }',
  "busbar.config.ts": `import { defineConfig } from "busbar";
import * as topics from "./topics/index.ts";
export default defineConfig({ application: "shop", topics });
`,
  "topics/index.ts": `import * as z from "zod";
import { defineTopic, pii } from "busbar";
const subject = "customer.id";
export const orderPlaced = defineTopic(
  "order.placed",
  z.object({ orderId: z.string(), total: z.number(), customer: z.object({ id: z.string(), email: pii(z.email(), { subject }) }), delivery: z.string() }),
  { key: (order) => order.orderId, index: ["orderId"] },
);
export const reportRequested = defineTopic("report.requested", z.object({ day: z.string() }));
`,
};

/** A shop whose router, workers and server are in this process, with faults that can be switched on, and commands that are done on it. */
export function shopInService({ url, prefix }: TestRedis) {
  const faults: { provider: string | undefined; invoice: boolean } = { provider: undefined, invoice: false };
  const { provider, sends } = recordingProvider(() =>
    faults.provider === undefined ? { kind: "sent", messageId: "m-1" } : { kind: "reject", reason: faults.provider },
  );
  const subscribers = [
    defineSubscriber(orderPlaced, {
      name: "order-confirmation",
      deliver: ({ email }) => [
        email({ to: ({ data }) => data.customer.email, template: confirmation, data: ({ data }) => ({ orderId: data.orderId }) }),
      ],
    }),
    defineSubscriber(orderPlaced, {
      name: "invoice",
      deliver: ({ handler }) => [
        handler({
          when: ({ data }) => {
            if (data.delivery.startsWith("by ")) throw new Error(`there is no delivery ${data.delivery}`);
            return true;
          },
          handle: async () => {
            if (faults.invoice) throw new PermanentError("the template has no place for a discount");
          },
        }),
      ],
    }),
    defineSubscriber(reportRequested, { name: "nightly-report", deliver: ({ handler }) => [handler({ handle: async () => undefined })] }),
  ];
  const kept = busesOf();
  const bus = kept(() =>
    createBus({
      application: "shop",
      topics: { orderPlaced, reportRequested },
      subscribers,
      schedules: [defineSchedule(reportRequested, { name: "nightly-report", cron: "30 2 * * *", data: ({ date }) => ({ day: date }) })],
      redis: url,
      prefix,
      keys: testKeys,
      channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
      send: { live: true },
    }),
  );
  const door = httpDoor({ redis: url, prefix, application: "shop" });
  let server: Server;
  let key: string;
  let folder: string;
  afterAll(() => rm(folder, { recursive: true, force: true }));

  return {
    bus,
    faults,
    sends,
    key: (asked: Partial<ApiKeyRequest>) => door.key(asked),
    async begin(): Promise<void> {
      folder = await mkdtemp(join(tmpdir(), "busbar-shop-"));
      await mkdir(join(folder, "elsewhere"));
      await symlink(join(root, "node_modules"), join(folder, "node_modules"));
      for (const [path, code] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), code.replaceAll('from "busbar"', `from ${JSON.stringify(join(root, "src/index.ts"))}`));
      }
      await bus.start();
      server = await door.serve({ bus: bus as never });
      key = await door.key({ name: "on-call" });
    },
    /** Hands out what waits in a queue for its next try, as if that had come. */
    async handOut(name: string): Promise<void> {
      const clock = { now: () => Date.now() + 4 * 3_600_000 };
      const keepCompleted = { age: 60_000, count: 10 };
      const queue = bullmqQueue({ url, prefix, application: "shop", name, logger: silentLogger, clock, keepCompleted });
      await queue.handOutDue();
      await queue.close();
    },
    /** On the server, as a person who has nothing but its address and a key. */
    onServer: (args: readonly string[], own = key): Promise<CliRun> =>
      runCli(args, { cwd: join(folder, "elsewhere"), env: { BUSBAR_URL: server.url, BUSBAR_KEY: own } }),
    /** With the application's files, on its Redis. */
    inFolder: (args: readonly string[]): Promise<CliRun> => runCli(args, { cwd: folder, env: { REDIS_URL: url, QUEUE_PREFIX: prefix } }),
  };
}
