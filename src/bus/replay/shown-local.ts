import type { Topics } from "../../define/catalog.ts";
import { replaceMarked } from "../../define/marked-values.ts";
import { maskValue, secretText } from "../../define/mask.ts";
import type { Subscriber } from "../../define/subscriber.ts";
import { newestEvent } from "../../define/upcast.ts";
import { lookAt } from "../../vault/look.ts";
import type { LocalDelivery, LocalRun } from "./local.ts";
import { shownMade } from "./shown-made.ts";

export interface ShownLocalOptions {
  readonly subscriber: Subscriber;
  readonly topics: Topics;
  /** Personal data is shown as it is: somebody may see it, or it is nobody's. */
  readonly open: boolean;
}

/** A local run as people see it: the code ran on the event as it is, and what came of it is masked. Pure. */
export function shownLocal(run: LocalRun, { subscriber, topics, open }: ShownLocalOptions): LocalRun {
  const topicOf = (type: string) => Object.values(topics).find(({ name }) => name === type);
  const looked = lookAt(topicOf(run.event.type), run.event);
  const sight = shownMade({ subscriber, event: newestEvent(subscriber.topics, run.event) }, { open });
  const words = (value: unknown): unknown => {
    if (typeof value === "string") return sight.text(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(words);
    return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, words(below)]));
  };
  /** Another topic has marks of its own. */
  const payloadOf = (topic: string, payload: unknown): unknown => {
    const place = topicOf(topic)?.marks?.places.at(-1);
    if (place === undefined) return words(payload);
    return words(
      replaceMarked(place, payload, ({ mark, value }) => (mark.kind === "secret" ? secretText : open ? value : maskValue(value))),
    );
  };
  const shown = ({ rendered, problem, published, progress, ...delivery }: LocalDelivery): LocalDelivery => ({
    ...delivery,
    to: sight.recipient(delivery),
    ...(rendered === undefined ? {} : { rendered: sight.fields(rendered) }),
    ...(problem === undefined ? {} : { problem: sight.text(problem) }),
    ...(published === undefined
      ? {}
      : { published: published.map(({ topic, payload }) => ({ topic, payload: payloadOf(topic, payload) })) }),
    ...(progress === undefined ? {} : { progress: words(progress) as NonNullable<LocalDelivery["progress"]> }),
  });
  return {
    ...run,
    event: open ? looked.clear : looked.masked,
    skipped: run.skipped.map(({ route, reason }) => ({ route, reason: sight.text(reason) })),
    deliveries: run.deliveries.map(shown),
  };
}
