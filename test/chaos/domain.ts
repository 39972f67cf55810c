import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { type Bus, createBus, defineSubscriber, defineTopic, emailTemplate, type Logger, type Subscriber } from "../../src/index.ts";
import type { Durability } from "../../src/base/redis-suitability.ts";
import { deliveryStatusChanged } from "../../src/define/delivery-topics.ts";
import { appendingProvider } from "./appending-provider.ts";
import type { Sabotage } from "./sabotage.ts";

/** What the plan of the subscriber `trapped`, or the handler of `handled`, does with an event: end its process, block it, or throw until a time (ms since 1970). */
const trap = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("kill") }),
  z.object({ kind: z.literal("spin"), milliseconds: z.number() }),
  z.object({ kind: z.literal("throw"), until: z.number() }),
]);
export type Trap = z.infer<typeof trap>;

export const orderPlaced = defineTopic("order.placed", z.object({ number: z.int(), trap: trap.optional() }));

/** How a process finds its way: the arguments of a role's process, in JSON. */
export interface ChaosOptions {
  readonly redis: string;
  readonly application: string;
  /** One e-mail an event each; `handled` runs code for it in place of that. `trapped` and `handled` fall into the events' traps, the others do not. */
  readonly subscribers: readonly string[];
  /** The oldest names of those that were renamed; their e-mails go on as before. */
  readonly formerly?: Readonly<Record<string, string>> | undefined;
  /** Where the deliveries go: the mailroom, or a file that an own provider appends to. */
  readonly sendTo?:
    | { readonly kind: "mailroom"; readonly url: string; readonly smtp: { readonly host: string; readonly port: number } }
    | { readonly kind: "file"; readonly path: string; /** Milliseconds that an answer takes. */ readonly delay?: number };
  /** Where events wait while Redis is away. Default: nowhere. */
  readonly spool?: string | undefined;
  /** The PostgreSQL of the outbox. Default: there is none. */
  readonly database?: string | undefined;
  /** Default: what Redis happens to give. */
  readonly durability?: Durability | undefined;
  /** Default: it is sent again. */
  readonly onUnknown?: "resend" | { readonly hold: number } | undefined;
  /** What is wrong with this process. Default: nothing. */
  readonly sabotage?: Sabotage | undefined;
}

export const prefix = "chaos";
/** Long enough that whoever is begun with a trap is under way when it ends the process. */
const handledMs = 300;
export type ChaosBus = Bus<{ orderPlaced: typeof orderPlaced; deliveryStatusChanged: typeof deliveryStatusChanged }>;

export function chaosBus(options: ChaosOptions, logger?: Logger): ChaosBus {
  const { redis, application, subscribers, formerly, sendTo, spool, database, onUnknown, durability } = options;
  const providers = sendTo?.kind === "file" ? { providers: [appendingProvider(sendTo.path, sendTo.delay)] } : {};
  const mailroom = sendTo?.kind === "mailroom" ? { mailroom: { url: sendTo.url, smtp: sendTo.smtp } } : {};
  return createBus({
    application,
    topics: { orderPlaced, deliveryStatusChanged },
    subscribers: subscribers.map((name) => (name === "handled" ? handled(sendTo) : mailer(name, formerly?.[name]))),
    redis,
    prefix,
    channels: {
      email: {
        from: "chaos@example.com",
        rateLimit: false,
        retry: { delay: 250 },
        ...(onUnknown === undefined ? {} : { onUnknown }),
        ...providers,
      },
    },
    send: { live: sendTo?.kind === "file", ...mailroom },
    ...(durability === undefined ? {} : { durability }),
    ...(spool === undefined ? {} : { spool: { folder: spool, limit: 256 * 1_048_576 } }),
    ...(database === undefined ? {} : { outbox: { database } }),
    ...(logger === undefined ? {} : { logger }),
  });
}

function mailer(name: string, formerly?: string): Subscriber {
  const letter = formerly ?? name;
  const template = emailTemplate({
    name: letter,
    data: z.object({ number: z.int() }),
    subject: `${letter} {{number}}`,
    mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>Order {{number}}</mj-text></mj-column></mj-section></mj-body></mjml>",
    text: "Order {{number}}",
  });
  return defineSubscriber(orderPlaced, {
    name,
    ...(formerly === undefined ? {} : { formerly }),
    deliver: ({ email }) => [
      email({
        to({ data }) {
          if (name === "trapped" && data.trap !== undefined) spring(data.trap);
          return `order-${data.number}@example.com`;
        },
        template,
        data: ({ data }) => ({ number: data.number }),
      }),
    ],
  });
}

/** Own code, which takes its time over what is no trap, and then writes what a provider would. */
function handled(sendTo: ChaosOptions["sendTo"]): Subscriber {
  const provider = appendingProvider(sendTo?.kind === "file" ? sendTo.path : "/dev/null");
  return defineSubscriber(orderPlaced, {
    name: "handled",
    deliver: ({ handler }) => [
      handler({
        async handle({ data: { number, trap: set } }) {
          if (set !== undefined) spring(set);
          await pause(handledMs);
          await provider.send({ to: `order-${number}@example.com`, subject: `handled ${number}` } as never, undefined as never);
        },
      }),
    ],
  });
}

function spring(set: Trap): void {
  if (set.kind === "kill") process.kill(process.pid, "SIGKILL");
  if (set.kind === "throw" && Date.now() < set.until) throw new Error("the trap is set");
  const end = set.kind === "spin" ? performance.now() + set.milliseconds : 0;
  while (performance.now() < end);
}
