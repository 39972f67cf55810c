import { fileURLToPath } from "node:url";
import { silentLogger } from "../base/logger.ts";
import { loadSubscribers } from "../bus/load/load.ts";
import { isTopic } from "../define/topic.ts";
import { readApplication } from "./application.ts";
import { applicationFile, applicationFolder } from "./application-file.ts";
import { newSubscriberFiles, type NewSubscriber } from "./scaffold/new-subscriber.ts";
import { newTopicFiles } from "./scaffold/new-topic.ts";
import { type Project, projectIn } from "./scaffold/project.ts";
import { changeFile, type Scaffold, writeNewFiles } from "./scaffold/write.ts";
import { visibleJson } from "./visible.ts";

export interface NewCommand {
  readonly json?: boolean;
}

/** Writes a topic to begin with, its line in the barrel and its test. */
export async function newTopic(name: string, { json }: NewCommand): Promise<void> {
  const { project, topics } = await lookAround();
  await write(newTopicFiles(name, { project, topics }), { project, json });
}

/** Writes a subscriber to begin with, its template where the channel needs one, and its test. */
export async function newSubscriber(name: string, { json, ...options }: NewCommand & Omit<NewSubscriber, "name">): Promise<void> {
  const { project, topics, subscribers, known } = await lookAround();
  const { subscribers: others, templates } = await loadSubscribers(subscribers).catch(() => ({ subscribers: [], templates: [] }));
  await write(newSubscriberFiles({ name, ...options }, { project, topics, known, subscribers: others, templates }), { project, json });
}

/** What is there already, as far as it can be read: what is broken elsewhere keeps nobody from writing something new. */
async function lookAround() {
  const root = applicationFolder(applicationFile());
  const { options, bus, topics } = await readApplication({ logger: silentLogger });
  await bus?.stop();
  const subscribers = options.subscribers instanceof URL ? options.subscribers : new URL("subscribers/", root);
  const project = projectIn(fileURLToPath(root), fileURLToPath(subscribers));
  const known = Object.values(options.topics).filter(isTopic);
  return { project, topics, subscribers, known };
}

async function write(
  scaffold: Scaffold,
  { project, json }: { readonly project: Project; readonly json: boolean | undefined },
): Promise<void> {
  await writeNewFiles(scaffold.files, project);
  for (const { path, change } of scaffold.changes) await changeFile(path, change);
  const written = scaffold.files.map(({ path }) => project.name(path));
  const changed = scaffold.changes.map(({ path }) => project.name(path));
  const next = project.has("vitest") ? scaffold.next : [...scaffold.next, "npm install -D vitest, which runs the test"];
  const lines = [
    "Written:",
    ...written.map((file) => `  ${file}`),
    ...(changed.length === 0 ? [] : ["Changed:", ...changed.map((file) => `  ${file}`)]),
    "Next:",
    ...next.map((step) => `  ${step}`),
  ];
  process.stdout.write(json === true ? `${visibleJson({ written, changed, next })}\n` : `${lines.join("\n")}\n`);
}
