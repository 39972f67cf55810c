import { afterAll } from "vitest";
import * as z from "zod";
import type { Observations } from "../../src/define/observation.ts";
import type { EmailMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import {
  type Bus,
  type BusOptions,
  createBus,
  defineSubscriber,
  defineTopic,
  emailTemplate,
  type EmailOptions,
  type Subscriber,
} from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";

export const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), email: z.string(), note: z.string().optional() }), {
  key: (order) => order.orderId,
  index: ["orderId", "email"],
});

export const receiptEmail = emailTemplate({
  name: "receipt",
  data: z.object({ orderId: z.string() }),
  subject: "Order {{orderId}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>Order {{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "Order {{orderId}}",
});

export const receipt = defineSubscriber(orderPlaced, {
  name: "receipt",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.email,
      template: receiptEmail,
      data: ({ data }) => ({ orderId: data.orderId }),
      retry: { delay: 20, jitter: 0 },
    }),
  ],
});

export interface RecordedSend {
  readonly deliveryId: string;
  readonly message: EmailMessage;
}

/** A provider in memory: it records every try before it answers. */
export function recordingProvider(answer: (send: RecordedSend, earlier: number) => Outcome | Promise<Outcome> = () => ({ kind: "sent" })) {
  const sends: RecordedSend[] = [];
  const provider: Provider<EmailMessage> = {
    name: "recorder",
    async send(message, { deliveryId }) {
      const send = { deliveryId, message };
      const earlier = sends.filter((other) => other.deliveryId === deliveryId).length;
      sends.push(send);
      return answer(send, earlier);
    },
    close: async () => undefined,
  };
  return { provider, sends };
}

export interface TestLineOptions {
  readonly url: string;
  readonly prefix: string;
  readonly subscribers?: readonly Subscriber[];
  readonly provider?: Provider<EmailMessage>;
  readonly email?: Partial<EmailOptions>;
  /** Default: live where a provider is given. */
  readonly live?: boolean;
  readonly bus?: Partial<
    Pick<
      BusOptions,
      | "durability"
      | "replication"
      | "logger"
      | "partitions"
      | "publishDeadline"
      | "application"
      | "spool"
      | "outbox"
      | "callbacks"
      | "publicUrl"
    >
  >;
}

/** Buses on the test's Redis, stopped after the file. Rate limit off. */
export function testLine() {
  const buses: Bus[] = [];
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.stop()));
  });
  return {
    bus({
      url,
      prefix,
      subscribers = [receipt],
      provider,
      email,
      live = provider !== undefined,
      bus: more,
    }: TestLineOptions): Bus<{ orderPlaced: typeof orderPlaced }> {
      const bus = createBus({
        application: "test",
        topics: { orderPlaced },
        subscribers,
        redis: url,
        prefix,
        channels: {
          email: { from: "shop@example.com", rateLimit: false, ...(provider === undefined ? {} : { providers: [provider] }), ...email },
        },
        send: { live },
        ...more,
      });
      buses.push(bus as Bus);
      return bus;
    },
  };
}

/** Resolves with the facts of a kind when so many have been observed. Begin to wait before you cause them. */
export function observed<Name extends keyof Observations>(
  bus: Pick<Bus, "on" | "off">,
  name: Name,
  count = 1,
): Promise<Observations[Name][]> {
  return new Promise((resolve) => {
    const facts: Observations[Name][] = [];
    const listener = (fact: Observations[Name]): void => {
      facts.push(fact);
      if (facts.length < count) return;
      bus.off(name, listener);
      resolve(facts);
    };
    bus.on(name, listener);
  });
}
