import type { Catalog } from "../define/catalog.ts";
import type { AnyTopic } from "../define/topic.ts";
import { fieldRows } from "./fields.ts";
import { listenersOf } from "./listeners.ts";
import { publishedVersion } from "./published.ts";

export interface CatalogueOptions {
  readonly application: string;
  readonly catalog: Pick<Catalog, "topics" | "subscribers">;
}

/** All topics of an application in Markdown, for people: what each is about, its fields, who listens, an example. Pure. */
export function catalogueText({ application, catalog }: CatalogueOptions): string {
  const topics = catalog.topics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = [
    `# Topics of ${application}`,
    "",
    "<!-- Made by `busbar topics --out`; `busbar topics --check` says when it is out of date. -->",
    "",
    "| topic | version | what | who listens |",
    "|---|---|---|---|",
    ...topics.map((topic) => summaryRow(topic, catalog)),
    ...topics.flatMap((topic) => ["", ...topicLines(topic, catalog)]),
  ];
  return `${lines.join("\n")}\n`;
}

function summaryRow({ name, version, description = "" }: AnyTopic, catalog: CatalogueOptions["catalog"]): string {
  const listening = listenersOf(catalog, name).map(({ subscriber }) => subscriber);
  return `| [${name}](#${anchor(name)}) | ${version} | ${cell(description)} | ${listening.join(", ") || "nobody"} |`;
}

/** As code hosts make it of a heading. */
const anchor = (name: string): string => name.replaceAll(/[^\w-]/g, "");

function topicLines(topic: AnyTopic, catalog: CatalogueOptions["catalog"]): string[] {
  const { name, version, description, index, retain, example, schema, upcasts } = topic;
  const { event } = publishedVersion(schema, version);
  const rows = fieldRows(event);
  const listeners = listenersOf(catalog, name);
  const facts = [
    `Version ${version}`,
    ...(upcasts.length === 0 ? [] : [`events of versions 1 to ${version - 1} are brought up to it`]),
    `kept for ${daysText(retain)}`,
    ...(index.length === 0 ? [] : [`found by ${index.map((path) => `\`${path}\``).join(", ")}`]),
  ];
  return [
    `## ${name}`,
    "",
    ...(description === undefined ? [] : [description, ""]),
    `${facts.join("; ")}.`,
    "",
    "| field | type | there | notes |",
    "|---|---|---|---|",
    ...rows.map(({ path, type, presence, notes }) => `| \`${path}\` | ${cell(type)} | ${presence} | ${cell(notes.join("; "))} |`),
    "",
    ...(listeners.length === 0 ? ["Nobody listens.", ""] : []),
    ...listeners.map(({ subscriber, channels, filter, description: words }) => {
      const where = filter === undefined ? "" : `, where ${filter}`;
      return `- **${subscriber}** by ${channels.join(", ")}${where}${words === undefined ? "" : `. ${words}`}`;
    }),
    ...(listeners.length === 0 ? [] : [""]),
    ...(example === undefined ? [] : ["```json", JSON.stringify(example, null, 2), "```", ""]),
  ].slice(0, -1);
}

/** What stands in one cell of a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();
}

function daysText(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.round(hours * 10) / 10} h`;
}
