import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import type { EmailMessage } from "../src/define/message.ts";
import { createBus, defineSubscriber, defineTopic, emailTemplate } from "../src/index.ts";
import type { Provider } from "../src/providers/index.ts";
import { pace } from "./pace.ts";
import { type Result, timesResult } from "./result.ts";
import { withRedis } from "./temporary.ts";

const recipients = 20_000;
const pageSize = 1_000;
const resets = 100;
const providerMs = 5;

const rankChanged = defineTopic("model.rank_changed", z.object({ rank: z.int() }));
const resetRequested = defineTopic("password.reset_requested", z.object({ email: z.email() }));
const mail = emailTemplate({
  name: "mail",
  data: z.object({ about: z.string() }),
  subject: "{{about}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{about}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{about}}",
});
const rankUpdate = defineSubscriber(rankChanged, {
  name: "rank-update",
  priority: "critical",
  deliver: ({ email }) => [
    email({
      audience: async (_event, { cursor }) => {
        const from = Number(cursor ?? 0);
        const page = Array.from({ length: pageSize }, (_, index) => `s${from + index}@example.in`);
        return { recipients: page, next: from + pageSize < recipients ? from + pageSize : undefined };
      },
      template: mail,
      data: () => ({ about: "rank" }),
    }),
  ],
});
const passwordReset = defineSubscriber(resetRequested, {
  name: "password-reset",
  priority: "critical",
  deliver: ({ email }) => [email({ to: ({ data }) => data.email, template: mail, data: ({ data }) => ({ about: data.email }) })],
});

/** One person's critical message while a large audience of the same priority is being sent: twenty e-mails at once, 5 ms each. */
export function audienceBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const arrivals = new Map<string, number>();
    const provider: Provider<EmailMessage> = {
      name: "clock",
      async send({ subject }) {
        if (subject !== "rank") arrivals.set(subject, performance.now());
        await pause(providerMs);
        return { kind: "sent" };
      },
      close: async () => undefined,
    };
    const bus = createBus({
      application: "bench",
      topics: { modelRankChanged: rankChanged, passwordResetRequested: resetRequested },
      subscribers: [rankUpdate, passwordReset],
      redis: redis.url,
      channels: { email: { from: "bench@example.com", rateLimit: false, concurrency: 20, providers: [provider] } },
      send: { live: true },
    });
    try {
      await bus.start();
      const begun = performance.now();
      const first = new Promise<void>((resolve) => bus.on("released", () => resolve()));
      const done = new Promise<void>((resolve) => bus.on("audienceDone", () => resolve()));
      await bus.publishEvent.modelRankChanged({ rank: 3 });
      await first;
      const published: number[] = [];
      await pace({ count: resets, perSecond: 20 }, async (index) => {
        published[index] = performance.now();
        await bus.publishEvent.passwordResetRequested({ email: `r${index}@example.in` });
      });
      while (arrivals.size < resets) await pause(20);
      const waits = published.map((start, index) => arrivals.get(`r${index}@example.in`)! - start);
      await done;
      const perRecipient = (performance.now() - begun) / recipients;
      return [
        timesResult(`one critical e-mail, while ${recipients} critical ones of an audience are sent`, waits),
        { what: `  the audience, per recipient`, unit: "ms", p50: perRecipient, p99: undefined, count: recipients, goal: undefined },
      ];
    } finally {
      await bus.stop();
    }
  });
}
