import * as z from "zod";
import { type BusOptions, defineSubscriber, defineTopic } from "../src/index.ts";

export const taskAsked = defineTopic("task.asked", z.object({ number: z.int() }));

export interface Controlled {
  readonly redis: string;
  readonly handle: () => Promise<void>;
}

/** One topic and one handler, whose channel is controlled at run time. */
export function controlled({ redis, handle }: Controlled): BusOptions<{ readonly taskAsked: typeof taskAsked }> {
  return {
    application: "bench",
    redis,
    topics: { taskAsked },
    subscribers: [defineSubscriber(taskAsked, { name: "task", deliver: ({ handler }) => [handler({ handle })] })],
    channels: {
      handler: { concurrency: 4 },
      sms: { enabled: false },
      whatsapp: { enabled: false },
      push: { enabled: false },
      webhook: { enabled: false },
    },
  };
}
