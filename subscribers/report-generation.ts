import { defineSubscriber } from "../src/index.ts";
import { reportRequested } from "../topics/report-requested.ts";
import { csvLine } from "./_services/csv.ts";
import { dayRange } from "./_templates/format.ts";

const titles = { sales: "Sales", refunds: "Refunds" };
const oneDay = 86_400_000;
/** How long a link works, counted from the request: then a second try makes the same event. */
const linkDays = 7;

export default defineSubscriber(reportRequested, {
  name: "report-generation",
  description: "Makes the report, day by day, and says that it is ready.",
  deliver: ({ handler }) => [
    handler({
      async handle({ time, data: { reportId, kind, from, to, requestedBy } }, { services, signal, progress, publishEvent }) {
        const total = (Date.parse(to) - Date.parse(from)) / oneDay + 1;
        const lines = [csvLine(["date", "count", "amount"])];
        for (let done = 0; done < total; done++) {
          signal.throwIfAborted();
          const date = new Date(Date.parse(from) + done * oneDay).toISOString().slice(0, 10);
          const { count, amount } = await services.reports.day(kind, date);
          lines.push(csvLine([date, count, amount]));
          progress({ done: done + 1, total, note: "days" });
        }
        const { url, bytes } = await services.files.save(reportId, lines);
        await publishEvent.reportReady({
          reportId,
          title: `${titles[kind]}, ${dayRange(from, to)}`,
          rows: total,
          bytes,
          url,
          validUntil: new Date(Date.parse(time) + linkDays * oneDay).toISOString(),
          requestedBy,
        });
      },
    }),
  ],
});
