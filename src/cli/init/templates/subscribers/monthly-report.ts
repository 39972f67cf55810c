import { defineSubscriber } from "busbar";
import { reportRequested } from "../topics/index.ts";

export default defineSubscriber(reportRequested, {
  name: "monthly-report",
  description: "Adds up the orders of a month.",
  deliver: ({ handler }) => [
    handler({
      // Two tries, a second apart: while you are trying things out, what fails is soon a dead letter to look at. Without this line
      // there are four, with waits of 2, 4 and 8 s.
      retry: { attempts: 2, delay: "1s" },
      async handle({ data: { month } }, { services, progress }) {
        const amounts = await services.orders.amountsOf(month);
        progress({ done: amounts.length, total: amounts.length, note: `orders of ${month}` });
        const revenue = amounts.reduce((sum, amount) => sum + amount, 0);
        // A handler may be called more than once for one event. Saving the report of a month again changes nothing, so that is safe.
        await services.reports.save({ month, orders: amounts.length, revenue });
      },
    }),
  ],
});
