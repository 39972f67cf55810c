import { defineSubscriber, PermanentError } from "../src/index.ts";
import { fileImportRequested } from "../topics/file-import-requested.ts";
import { importCsv } from "./_services/import-csv.ts";

export default defineSubscriber(fileImportRequested, {
  name: "file-import",
  description: "Reads an uploaded CSV file in, batch by batch: new and changed products, or the stock of known ones.",
  deliver: ({ handler }) => [
    handler({
      async handle({ data: { fileId, kind } }, { services: { files, inventory }, signal, progress, log }) {
        const { name, type, bytes } = await files.facts(fileId);
        const file = JSON.stringify(name);
        if (type !== "text/csv") throw new PermanentError(`${file} is no CSV file: only text/csv can be read in`);
        if (bytes > files.largestImport)
          throw new PermanentError(`${file} has ${bytes} bytes, and at most ${files.largestImport} can be read in: split it`);

        const { done, refused, reasons } = await importCsv(files.lines(fileId), { kind, inventory, signal, progress });
        if (refused > 0) log.warn({ fileId, refused, reasons }, "lines of a file were not read in");
        if (done === 0 && refused > 0) throw new PermanentError(`no line of ${file} could be read in: ${reasons[0]}`);
      },
    }),
  ],
});
