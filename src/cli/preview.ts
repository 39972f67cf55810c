import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BusbarError, messageOf } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { loadSubscribers } from "../bus/load/load.ts";
import { templatesOf } from "../bus/load/template-files.ts";
import { readApplication } from "./application.ts";
import { type KnownTemplate, knownTemplates, templatesNamed } from "./preview-find.ts";
import { gmailLimit, renderedLines, sizeOf, templateLines } from "./preview-print.ts";
import { type Rendered, renderTemplates } from "./preview-render.ts";
import { UsageError } from "./usage-error.ts";
import { visibleJson, visibleLines } from "./visible.ts";

export interface PreviewCommand {
  /** A file of JSON, or `-` for standard input, in place of the templates' examples. */
  readonly data?: string;
  /** Where the HTML of e-mails is written. Default: `.busbar/preview`. */
  readonly out?: string;
  /** Print this part alone. */
  readonly part?: string;
  readonly json?: boolean;
}

/** Shows what templates make of their examples, or of data; without a name, which templates there are. Connects to nothing. */
export async function preview(name: string | undefined, options: PreviewCommand): Promise<void> {
  if (name === undefined && (options.data ?? options.part ?? options.out) !== undefined)
    throw new UsageError("--data, --part and --out need the name of a template; busbar preview alone lists them");
  const { templates, subscribers, problems } = await applicationTemplates();
  if (name === undefined) return print(options.json === true ? [visibleJson(templates.map(facts))] : templateLines(templates));
  const found = templatesNamed(name, templates, subscribers);
  if ("nearest" in found) throw new UsageError(unknownName(name, found.nearest, problems.length));
  if (options.part !== undefined && found.length > 1)
    throw new UsageError(
      `--part is for one template, and ${JSON.stringify(name)} means ${found.length}: ${found.map(({ template }) => `${template.name}/${template.channel}`).join(", ")}`,
    );

  const data = options.data === undefined ? undefined : { value: await readData(options.data) };
  const rendered = await renderTemplates(found, data);
  const wrong = rendered.flatMap((each, index) =>
    "problems" in each ? each.problems.map((problem) => `${titleOf(found[index]!)}: ${visibleLines(problem).join(" ")}`) : [],
  );
  if (wrong.length > 0) throw new BusbarError("INVALID_DEFINITION", "There is nothing to be seen:", { problems: wrong });
  const right = rendered as readonly Rendered[];
  if (options.part !== undefined) return print(visibleLines(partOf(found[0]!, right[0]!, options.part)));

  const saved = await Promise.all(found.map((each, index) => save(each, right[index]!, options.out)));
  if (options.json === true) {
    const all = found.map((each, index) => ({ ...facts(each), ...jsonOf(right[index]!, saved[index]) }));
    print([visibleJson(all)]);
  } else print(found.flatMap((each, index) => [...(index === 0 ? [] : [""]), ...renderedLines(each, right[index]!, saved[index])]));
}

async function applicationTemplates() {
  const { options, bus, problems } = await readApplication({ logger: silentLogger });
  await bus?.stop();
  const { subscribers = [] } = options;
  const loaded = subscribers instanceof URL ? await loadSubscribers(subscribers) : { subscribers, templates: [], problems: [] };
  return {
    templates: knownTemplates(templatesOf(loaded), loaded.subscribers),
    subscribers: loaded.subscribers,
    problems: [...problems, ...loaded.problems],
  };
}

function unknownName(name: string, nearest: string | undefined, problems: number): string {
  const advice = nearest === undefined ? "busbar preview lists all templates" : `did you mean ${JSON.stringify(nearest)}?`;
  const broken =
    problems === 0 ? "" : `${nearest === undefined ? "." : ""} Files of this application cannot be used; busbar check says which.`;
  return `no template and no subscriber that sends messages is called ${JSON.stringify(name)}: ${advice}${broken}`;
}

async function readData(source: string): Promise<unknown> {
  const what = source === "-" ? "standard input" : JSON.stringify(source);
  const json = await (source === "-" ? text(process.stdin) : readFile(source, "utf8")).catch((error: unknown) => {
    throw new UsageError(`the data cannot be read: ${messageOf(error)}`);
  });
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${visibleLines(messageOf(error)).join(" ")}`);
  }
}

function partOf({ template }: KnownTemplate, { parts }: Rendered, wanted: string): string {
  if (Object.hasOwn(parts, wanted)) return parts[wanted]!;
  throw new UsageError(
    `${template.name} (${template.channel}) has no part ${JSON.stringify(wanted)}: it has ${Object.keys(parts).join(", ")}`,
  );
}

/** Writes an e-mail's HTML for a browser, and returns where. */
async function save({ template }: KnownTemplate, { parts }: Rendered, folder = join(".busbar", "preview")): Promise<string | undefined> {
  if (parts["html"] === undefined) return undefined;
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${template.name}.html`);
  await writeFile(file, parts["html"]);
  return file;
}

function titleOf({ template: { name, channel }, file }: KnownTemplate): string {
  return file === undefined ? `${channel} template "${name}"` : `${file}: ${channel} template "${name}"`;
}

function facts({ template: { name, channel, version, example }, file, usedBy }: KnownTemplate): object {
  return { name, channel, version, ...(file === undefined ? {} : { file }), usedBy, example: example !== undefined };
}

function jsonOf({ parts: { html, ...texts }, segments, whatsapp }: Rendered, saved: string | undefined): object {
  return {
    ...texts,
    ...(html === undefined ? {} : { html: { bytes: sizeOf(html), gmailShowsAll: sizeOf(html) <= gmailLimit, file: saved } }),
    ...(segments === undefined ? {} : { segments }),
    ...whatsapp,
  };
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
