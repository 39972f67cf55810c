import { join } from "node:path";
import type { TopicInFile } from "../../bus/load/load-topics.ts";
import { UsageError } from "../usage-error.ts";
import { checkTopicName } from "./names.ts";
import { freeTestFile, type Project } from "./project.ts";
import { topicNames, topicTestText, topicText, withBarrelLine } from "./topic-file.ts";
import type { Scaffold } from "./write.ts";

/**
 * The files of a new topic.
 * @throws UsageError when its name cannot be used, or is another topic's
 */
export function newTopicFiles(
  name: string,
  { project, topics }: { readonly project: Project; readonly topics: readonly TopicInFile[] },
): Scaffold {
  checkTopicName(name);
  const names = topicNames(name);
  const same = topics.find(({ topic, exported }) => topic.name === name || exported === names.exported);
  if (same !== undefined) throw new UsageError(`${same.file} defines the topic "${same.topic.name}" already, as ${same.exported}`);

  const { ending } = project;
  const topicFile = join(project.topics, `${names.file}${ending}`);
  const barrel = join(project.topics, `index${ending}`);
  const test = freeTestFile(project, { name: names.file, kind: "topic", beside: project.subscribers });
  const testing = project.product(test, "testing");
  return {
    files: [
      { path: topicFile, text: topicText(names, project.product(topicFile)) },
      { path: test, text: topicTestText(names, { testing, topicFile: project.specifier(test, topicFile) }) },
    ],
    changes: [
      {
        path: barrel,
        change: (text) => withBarrelLine(text, `export { ${names.exported} } from "${project.specifier(barrel, topicFile)}";`),
      },
    ],
    next: [
      `put into ${project.name(topicFile)} what those who listen need to know`,
      `busbar new subscriber <name> --topic ${name}`,
      `publishEvent.${names.exported}({ … }) publishes it`,
    ],
  };
}
