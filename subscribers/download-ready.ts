import { defineSubscriber } from "../src/index.ts";
import { fileExportReady } from "../topics/file-export-ready.ts";
import { reportReady } from "../topics/report-ready.ts";
import { downloadReadyEmail } from "./_templates/download-ready-email.ts";
import { count, day, fileSize, firstName } from "./_templates/format.ts";

export default defineSubscriber([reportReady, fileExportReady], {
  name: "download-ready",
  description: "Sends the link of a finished report or export to whoever asked for it.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.requestedBy.email,
      template: downloadReadyEmail,
      data: ({ data: { requestedBy, title, rows, bytes, validUntil, url } }) => ({
        name: firstName(requestedBy.name),
        title,
        rows: count(rows),
        size: fileSize(bytes),
        validUntil: day(validUntil),
        url,
      }),
    }),
  ],
});
