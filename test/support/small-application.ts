import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { documentedProject } from "./documented-project.ts";

const topics = `import * as z from "zod";
import { defineTopic } from "busbar";

export const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), amount: z.number() }), { key: (order) => order.orderId, index: ["orderId"] });
export const reminderDue = defineTopic("reminder.due", z.object({ orderId: z.string() }), { index: ["orderId"] });
`;

const handler = (topic: string, name: string, more: { readonly options?: string; readonly handle?: string } = {}): string => `
import { defineSubscriber, PermanentError } from "busbar";
import { ${topic} } from "../topics/index.ts";

export default defineSubscriber(${topic}, {
  name: "${name}",
  ${more.options ?? ""}
  deliver: ({ handler }) => [handler({ handle: async (event) => { ${more.handle ?? "void event;"} void PermanentError; } })],
});
`;

export interface SmallApplication {
  readonly folder: string;
  /** Adds a subscriber of `order.placed` called \`late\`. */
  addLate(): Promise<void>;
}

/**
 * An application without templates, which is loaded in a moment: on `order.placed` there are `booking`, `large` (its filter asks for
 * an amount over 1,000) and `fragile` (it refuses every order whose id begins with BAD); on `reminder.due` there is `reminder`, an hour later.
 */
export async function smallApplication(): Promise<SmallApplication> {
  const { folder } = await documentedProject(
    {},
    {
      "busbar.config.ts": `import { defineConfig } from "busbar";
import * as topics from "./topics/index.ts";

export default defineConfig({ application: "small", topics, subscribers: new URL("./subscribers/", import.meta.url) });
`,
      "topics/index.ts": topics,
      "subscribers/booking.ts": handler("orderPlaced", "booking"),
      "subscribers/large.ts": handler("orderPlaced", "large", { options: 'filter: { amount: [{ numeric: [">", 1000] }] },' }),
      "subscribers/fragile.ts": handler("orderPlaced", "fragile", {
        handle: 'if (event.data.orderId.startsWith("BAD")) throw new PermanentError("no account \\u001b[2J\\nbusbar: all is well");',
      }),
      "subscribers/reminder.ts": handler("reminderDue", "reminder", { options: 'delay: "1h",' }),
    },
  );
  const late = handler("orderPlaced", "late").replaceAll('"busbar"', JSON.stringify(join(import.meta.dirname, "../../src/index.ts")));
  return { folder, addLate: () => writeFile(join(folder, "subscribers", "late.ts"), late) };
}
