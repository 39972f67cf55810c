import { appendFileSync } from "node:fs";
import * as z from "zod";
import { type Bus, createBus, defineSubscriber, defineTopic, smsTemplate } from "../../../src/index.ts";
import type { FaultKind } from "./calls.ts";

export const codeRequested = defineTopic("code.requested", z.object({ number: z.int() }));

const codeSms = smsTemplate({ name: "code", data: z.object({ number: z.int() }), text: "Code {{number}}" });

const texter = defineSubscriber(codeRequested, {
  name: "texter",
  deliver: ({ sms }) => [
    sms({ to: () => "+919812345678", template: codeSms, data: ({ data }) => ({ number: data.number }), retry: { delay: 50 } }),
  ],
});

export type CrashBus = Bus<{ codeRequested: typeof codeRequested }>;

export interface CrashBusOptions {
  readonly redis: string;
  readonly prefix: string;
  /** What the provider accepted, a line a message, written before it answers. */
  readonly sends: string;
  /** Asked before the provider takes a message. */
  readonly onSend?: () => FaultKind | undefined;
  readonly die?: () => never;
  readonly pause?: () => void;
}

/** One event, one SMS. */
export function crashBus({ redis, prefix, sends, onSend = () => undefined, die, pause }: CrashBusOptions): CrashBus {
  return createBus({
    application: "crash",
    topics: { codeRequested },
    subscribers: [texter],
    redis,
    prefix,
    channels: {
      sms: {
        rateLimit: false,
        providers: [
          {
            name: "file",
            async send({ text }) {
              const fault = onSend();
              if (fault === "die before") die!();
              if (fault === "error") return { kind: "retry", reason: "an injected error" };
              if (fault === "pause") pause!();
              appendFileSync(sends, `${text}\n`);
              if (fault === "die after") die!();
              if (fault === "reply lost") return { kind: "unknown", reason: "its answer was lost" };
              return { kind: "sent", messageId: "m-1" };
            },
            close: async () => undefined,
          },
        ],
      },
    },
    send: { live: true },
  });
}
