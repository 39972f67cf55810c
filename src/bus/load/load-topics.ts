import { readFile } from "node:fs/promises";
import { repeated } from "../../define/names.ts";
import { type AnyTopic, isTopic } from "../../define/topic.ts";
import { filesOf, isModule, loadFiles, type LoadOptions, type Module } from "./load-files.ts";
import { pathOf } from "./load-problems.ts";

export interface TopicInFile {
  readonly topic: AnyTopic;
  /** The name of its export in the file. */
  readonly exported: string;
  readonly file: string;
}

export interface LoadedTopics {
  /** Each topic once, with the file that defines it. */
  readonly topics: readonly TopicInFile[];
  /** One sentence each, beginning with the file that is to be mended. */
  readonly problems: readonly string[];
}

const barrelName = /^index\.[mc]?[jt]s$/;

/**
 * Imports each file of a folder of topics alone, so that a broken one is told by its name, and sees whether the barrel exports what
 * they define. An application without such a folder has nothing here that could be wrong.
 */
export async function loadTopics(folder: URL, options: LoadOptions = {}): Promise<LoadedTopics> {
  const within = { folder, title: "topics" };
  const names = (await filesOf(folder).catch(() => [])).filter((name) => isModule(name) && !/\/[_.]/.test(name));
  const own = names.filter((name) => !barrelName.test(name));
  const loaded = await loadFiles(within, own, options);
  const topics = loaded.files.flatMap(({ file, module }) => topicsIn(file, module)).filter(firstOfIts);

  const barrelFile = names.find((name) => barrelName.test(name));
  if (barrelFile === undefined) return { topics, problems: [...loaded.problems, ...namesakes(topics)] };
  const barrel = await loadFiles(within, [barrelFile], options);
  const inBarrel = barrel.files.flatMap(({ file, module }) => topicsIn(file, module));
  const all = [...topics, ...inBarrel].filter(firstOfIts);
  const source = await readFile(`${pathOf(folder)}${barrelFile}`, "utf8");
  const isExported = ({ topic, file }: TopicInFile): boolean =>
    // A barrel that cannot be imported is read as text.
    barrel.files.length > 0 ? inBarrel.some((each) => each.topic === topic) : source.includes(`./${withoutEnding(file, "topics/")}.`);
  const missing = topics.filter((each) => !isExported(each)).map((each) => notExported(each, barrelFile, source));
  return { topics: all, problems: [...new Set([...loaded.problems, ...barrel.problems, ...namesakes(all), ...missing])] };
}

/** An older version that a file exports beside the newest one is no topic of its own. */
function topicsIn(file: string, module: Module): TopicInFile[] {
  const found = Object.entries(module).flatMap(([exported, topic]) => (isTopic(topic) ? [{ topic, exported, file }] : []));
  return found.filter(({ topic }) => !found.some((other) => other.topic.name === topic.name && other.topic.version > topic.version));
}

function firstOfIts({ topic }: TopicInFile, index: number, all: readonly TopicInFile[]): boolean {
  return all.findIndex((each) => each.topic === topic) === index;
}

function withoutEnding(file: string, folder: string): string {
  return file.slice(folder.length).replace(/\.[mc]?[jt]s$/, "");
}

/** With the line to add, written as the barrel's other lines are. */
function notExported({ exported, file }: TopicInFile, barrelFile: string, source: string): string {
  const ending = /from "\.\/[^"]*?(\.[mc]?[jt]s)?"/.exec(source)?.[1] ?? /\.[mc]?[jt]s$/.exec(file)![0];
  const line = `export { ${exported} } from "./${withoutEnding(file, "topics/")}${ending}";`;
  return `${file} is not exported by topics/${barrelFile}: add \`${line}\``;
}

function namesakes(topics: readonly TopicInFile[]): string[] {
  return repeated(topics.map(({ topic }) => topic.name)).map((name) => {
    const files = [...new Set(topics.filter(({ topic }) => topic.name === name).map(({ file }) => file))];
    return `${files.join(" and ")}: ${files.length === 1 ? "defines twice" : "both define"} the topic "${name}": give each a name of its own`;
  });
}
