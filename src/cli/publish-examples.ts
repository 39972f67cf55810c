import { pause } from "../base/pause.ts";
import type { Bus } from "../bus/bus.ts";
import type { Catalog } from "../define/catalog.ts";
import { isMessageRoute } from "../define/route.ts";
import type { AnyTopic } from "../define/topic.ts";

/** Slow enough to see what follows from what. */
const betweenMs = 120;

/**
 * On the first run, publishes the example of each topic, one after the other, so that there is something to see. Those that write
 * to a whole audience are only named: a first look should not be hundreds of mails.
 */
export async function publishExamples(bus: Bus, say: (line: string) => void): Promise<void> {
  if ((await bus.inspect.events(1)).length > 0) return;
  const catalog = await bus.catalog();
  const examples = catalog.topics.filter((topic) => topic.example !== undefined);
  const [many, few] = [examples.filter((topic) => hasAudience(catalog, topic)), examples.filter((topic) => !hasAudience(catalog, topic))];
  if (examples.length === 0) return;
  say(`The log is empty: publishing the examples of ${few.length} topics.`);
  for (const { name, example } of few) {
    await bus.publish(name, example);
    await pause(betweenMs);
  }
  if (many.length > 0)
    say(
      `Not published, because it goes to many: ${many.map(({ name }) => name).join(", ")}. Try: busbar publish ${many[0]!.name} --example`,
    );
}

function hasAudience({ subscribers }: Catalog, topic: AnyTopic): boolean {
  return subscribers.some(
    ({ topics, routes }) => topics.includes(topic) && routes.some((route) => isMessageRoute(route) && route.audience !== undefined),
  );
}
