import type { Bus } from "../bus/bus.ts";

/** On the first run, publishes the example of each topic, so that there is something to see. */
export async function publishExamples(bus: Bus, say: (line: string) => void): Promise<void> {
  if ((await bus.inspect.events(1)).length > 0) return;
  const examples = (await bus.catalog()).topics.filter((topic) => topic.example !== undefined);
  if (examples.length === 0) return;
  say(`The log is empty: publishing the example of ${examples.map(({ name }) => name).join(", ")}.`);
  for (const { name, example } of examples) await bus.publish(name, example);
}
