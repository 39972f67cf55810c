import { readFile } from "node:fs/promises";
import { catalogueText } from "../schema/catalogue.ts";
import { type RegisteredTopic, registeredTopic } from "../schema/registry.ts";
import { print, printJson } from "./output.ts";
import { chosenServer } from "./remote/chosen-server.ts";
import { askedPages } from "./remote/remote-pages.ts";
import { type ServerApi, serverApi } from "./remote/server-api.ts";
import { tellLeftOut } from "./sound-parts.ts";
import { type Column, tableLines } from "./table.ts";
import { lookAtTopics, readTopics } from "./topics-of.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine } from "./visible.ts";
import { writeOutput } from "./write-output.ts";

export interface TopicsCommand {
  readonly markdown?: boolean;
  readonly out?: string;
  readonly check?: string;
  readonly json?: boolean;
}

const columns: readonly Column[] = [{ title: "topic" }, { title: "version", right: true }, { title: "who listens" }, { title: "what" }];

/** Lists the topics, or writes their catalogue in Markdown; with `check`, exit code 1 where a written one is out of date. */
export async function topics({ markdown = false, out, check, json }: TopicsCommand): Promise<void> {
  if (check !== undefined && (out !== undefined || markdown))
    throw new UsageError("--check compares a file, and writes nothing: leave --out and --markdown away");
  const server = chosenServer();
  const pages = markdown || out !== undefined || check !== undefined;
  if (server !== undefined) {
    if (pages)
      throw new UsageError(
        "the catalogue is written of the topics of this folder: leave --url away (BUSBAR_URL= on the command line), or --json",
      );
    return printTopics(await topicsOfServer(serverApi(server)), json);
  }
  if (!pages) {
    const { catalog, left } = await lookAtTopics();
    printTopics(
      catalog.topics.map((topic) => registeredTopic(topic, catalog)),
      json,
    );
    return tellLeftOut(left);
  }
  const { settings, catalog: readCatalog } = await readTopics();
  const catalog = await readCatalog();
  const catalogue = (): string => catalogueText({ application: settings.application, catalog });
  if (check !== undefined) return checkCatalogue(check, catalogue());
  return writeOutput(catalogue(), out);
}

async function topicsOfServer(api: ServerApi): Promise<readonly RegisteredTopic[]> {
  type Page = { readonly topics: readonly RegisteredTopic[]; readonly next?: string };
  const { items } = await askedPages(api, { path: "/v1/topics", query: { details: true }, itemsOf: ({ topics: some }: Page) => some });
  return items;
}

function printTopics(all: readonly RegisteredTopic[], json: boolean | undefined): void {
  const known = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (json === true) return printJson(known);
  const rows = known.map(({ name, version, listeners, description = "" }) => [
    name,
    String(version),
    listeners.map(({ subscriber }) => subscriber).join(", ") || "nobody",
    oneLine(description),
  ]);
  print(...(rows.length === 0 ? ["No topics."] : tableLines(columns, rows)));
}

async function checkCatalogue(file: string, text: string): Promise<void> {
  const written = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (written === text) return print(`${file} is up to date.`);
  process.exitCode = 1;
  process.stderr.write(
    `busbar: ${file} ${written === undefined ? "is not there" : "is out of date"}: run busbar topics --out ${file}, and commit it.\n`,
  );
}
