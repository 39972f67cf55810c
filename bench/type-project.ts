import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** How large an application is checked. */
export const typedTopics = 300;

/**
 * Writes an application of 300 topics and 300 subscribers, each as an author writes them: a schema of some depth, a filter, two routes
 * with templates, every tenth a handler that publishes, every twentieth on two topics. It imports `busbar` as a package. Returns the path
 * of its tsconfig.json.
 */
export async function writeTypeProject(folder: string, root: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "topics"), { recursive: true });
  await mkdir(join(folder, "subscribers"), { recursive: true });
  const indexes = Array.from({ length: typedTopics }, (_, index) => index);
  await Promise.all([
    ...indexes.map((index) => writeFile(join(folder, "topics", `order-placed-${index}.ts`), topic(index))),
    ...indexes.map((index) => writeFile(join(folder, "subscribers", `confirmation-${index}.ts`), subscriber(index))),
  ]);
  await writeFile(
    join(folder, "topics", "index.ts"),
    indexes.map((index) => `export { orderPlaced${index} } from "./order-placed-${index}.ts";\n`).join(""),
  );
  await writeFile(join(folder, "app.ts"), application);
  const config = join(folder, "tsconfig.json");
  await writeFile(config, JSON.stringify({ extends: relative(folder, join(root, "tsconfig.json")), include: ["."] }));
  return config;
}

function topic(index: number): string {
  return `import * as z from "zod";
import { defineTopic } from "busbar";

export const orderPlaced${index} = defineTopic(
  "order.placed_${index}",
  z.object({
    orderId: z.string(),
    total: z.number(),
    paymentMethod: z.enum(["cod", "prepaid"]),
    customer: z.object({ name: z.string(), email: z.email(), phone: z.e164().optional() }),
    items: z.array(z.object({ sku: z.string(), quantity: z.int(), tags: z.array(z.string()).default([]) })),
    address: z.object({ city: z.string(), geo: z.object({ lat: z.number(), lon: z.number() }).nullish() }),
    only${index}: z.string(),
  }),
  { key: (order) => order.orderId, retain: "30d" },
);
`;
}

function subscriber(index: number): string {
  const second = (index + 1) % typedTopics;
  const two = index % 20 === 0;
  const handler = `
    handler({
      handle: async ({ data }, { publishEvent, services, signal }) => {
        await services.store.save(data.orderId, signal);
        await publishEvent.orderPlaced${second}({ ...data, only${second}: data.orderId });
      },
    }),`;
  return `import * as z from "zod";
import { defineSubscriber, emailTemplate, smsTemplate } from "busbar";
import { orderPlaced${index} } from "../topics/order-placed-${index}.ts";
${two ? `import { orderPlaced${second} } from "../topics/order-placed-${second}.ts";\n` : ""}
const mail = emailTemplate({
  name: "confirmation-${index}",
  data: z.object({ orderId: z.string(), total: z.number(), items: z.array(z.object({ sku: z.string(), quantity: z.int() })), note: z.string().optional() }),
  subject: "{{orderId}}",
  mjml: "<mjml><mj-body></mj-body></mjml>",
  text: "{{total}}",
});
const text = smsTemplate({ name: "confirmation-${index}-sms", data: z.object({ orderId: z.string() }), text: "{{orderId}}" });

export default defineSubscriber(${two ? `[orderPlaced${index}, orderPlaced${second}]` : `orderPlaced${index}`}, {
  name: "confirmation-${index}",
  filter: { total: [{ numeric: [">", 0] }], customer: { email: [{ "anything-but": ["a@example.in"] }] }, address: { city: [{ prefix: "B" }] } },
  deliver: ({ email, sms${index % 10 === 5 ? ", handler" : ""} }) => [
    email({
      to: ({ data }) => data.customer.email,
      template: mail,
      data: ({ data }) => ({ orderId: data.orderId, total: data.total, items: data.items.map(({ sku, quantity }) => ({ sku, quantity })) }),
      priority: "high",
    }),
    sms({
      when: ({ data }) => data.paymentMethod === "cod",
      to: ({ data }) => data.customer.phone,
      template: text,
      data: ({ data }) => ({ orderId: data.orderId }),
    }),${index % 10 === 5 ? handler : ""}
  ],
});
`;
}

const application = `import { createBus } from "busbar";
import * as topics from "./topics/index.ts";

const services = { store: { save: async (id: string, signal: AbortSignal) => [id, signal.aborted] as const } };
declare module "busbar" {
  interface Register {
    topics: typeof topics;
    services: typeof services;
  }
}

export const bus = createBus({ application: "typed", topics, services, subscribers: new URL("./subscribers/", import.meta.url) });
export const published = bus.publishEvent.orderPlaced7.batch([]);
`;
