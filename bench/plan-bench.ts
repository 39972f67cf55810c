import * as z from "zod";
import type { BusEvent } from "../src/index.ts";
import { defineSubscriber, emailTemplate, smsTemplate } from "../src/index.ts";
import { plan } from "../src/router/plan.ts";
import { orderPlaced } from "../topics/index.ts";
import type { Result } from "./result.ts";
import { percentile } from "./percentile.ts";

const perRound = 5_000;
const rounds = 60;

const email = emailTemplate({
  name: "confirmation-email",
  data: z.object({
    name: z.string(),
    orderId: z.string(),
    total: z.number(),
    lines: z.array(z.object({ name: z.string(), quantity: z.int() })),
  }),
  subject: "Order {{orderId}}",
  mjml: "<mjml><mj-body></mj-body></mjml>",
  text: "{{name}}, {{total}}",
});
const sms = smsTemplate({
  name: "confirmation-sms",
  data: z.object({ orderId: z.string(), total: z.number() }),
  text: "{{orderId}}: {{total}}",
});

const confirmation = defineSubscriber(orderPlaced, {
  name: "order-confirmation",
  filter: { total: [{ numeric: [">", 0] }] },
  deliver: ({ email: mail, sms: text }) => [
    mail({
      to: ({ data }) => data.customer.email,
      template: email,
      data: ({ data }) => ({
        name: data.customer.name,
        orderId: data.orderId,
        total: data.total,
        lines: data.items.map(({ name, quantity }) => ({ name, quantity })),
      }),
      priority: "high",
    }),
    text({
      when: ({ data }) => data.customer.phone !== undefined,
      to: ({ data }) => data.customer.phone,
      template: sms,
      data: ({ data }) => ({ orderId: data.orderId, total: data.total }),
    }),
  ],
});

/** What the router's decision costs: filter, recipients, data checked against the templates, policy, ids. Nothing else runs. */
export function planBench(): Result {
  const events: BusEvent[] = Array.from({ length: 100 }, (_, index) => ({
    specversion: "1.0",
    id: `01a2097f-707c-76c8-9e25-${String(index).padStart(12, "0")}`,
    source: "/bench",
    type: orderPlaced.name,
    time: "2026-01-01T00:00:00.000Z",
    datacontenttype: "application/json",
    dataversion: 1,
    data: orderPlaced.example,
  }));
  const options = { application: "bench" };
  const round = (): number => {
    const start = performance.now();
    for (let index = 0; index < perRound; index++) plan(confirmation, events[index % events.length]!, options);
    return ((performance.now() - start) / perRound) * 1_000;
  };
  for (let warm = 0; warm < 5; warm++) round();
  const times = Array.from({ length: rounds }, round);
  const what = "plan of a subscriber with a filter and two routes (each round's mean)";
  return { what, unit: "µs", p50: percentile(times, 0.5), p99: percentile(times, 0.99), count: rounds * perRound, goal: 10 };
}
