import { messageOf } from "../base/errors.ts";
import type { Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import { replaceMarked } from "../define/marked-values.ts";
import { replaceStandIns, type SealedSecrets, standInOf } from "../define/sealed.ts";
import { isSubscriber, type Subscriber, subscriberTitle } from "../define/subscriber.ts";
import type { AnyTopic } from "../define/topic.ts";
import { plan } from "../router/plan.ts";
import { eventOf } from "../testing/event-of.ts";

export interface SecretFindings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * What subscribers make of the examples of topics with `secret()` fields when stand-ins are in their place, as they are when the router plans. A problem is
 * what cannot be planned with them. A warning is what differs between two sets of stand-ins of other lengths, beginnings and ends in more than the stand-ins: code
 * that took a part of one, its length, or asked about it. Pure, as far as subscribers are.
 */
export function secretExamples(subscribers: readonly unknown[]): SecretFindings {
  const found = subscribers
    .filter(isSubscriber)
    .flatMap((subscriber) =>
      subscriber.topics
        .filter(({ example, marks }) => example !== undefined && marks?.secrets === true)
        .map((topic) => findingsOf(subscriber, topic)),
    );
  return { problems: found.flatMap(({ problems }) => problems), warnings: found.flatMap(({ warnings }) => warnings) };
}

/** Two sets of stand-ins with nothing in common. */
const first = (number: number): string => standInOf(`Ab3_${number}Kq7Zr9-Xw2`);
const second = (number: number): string => `4711-${standInOf(`${number}fG8hJ6kL5mN4pQ3rS2tV1-`)}9z`;

function findingsOf(subscriber: Subscriber, topic: AnyTopic): SecretFindings {
  const planned = (standIn: (number: number) => string): ReadonlyMap<string, Delivery> => {
    const event = withStandIns(topic, standIn);
    const { deliveries } = plan(subscriber, event, { application: "check" });
    return new Map(
      deliveries.map((one) => [one.id, { ...one, data: replaceStandIns(one.data, event.sealed ?? {}, (own) => event.sealed![own]!.path) }]),
    );
  };
  const title = subscriberTitle(subscriber);
  try {
    plan(subscriber, eventOf(topic), { application: "check" });
  } catch {
    // It is wrong without stand-ins too, and told so.
    return { problems: [], warnings: [] };
  }
  try {
    const [before, other, again] = [planned(first), planned(second), planned(first)];
    const ids = [...new Set([...before.keys(), ...other.keys()])];
    const warnings = ids.flatMap((id) => {
      const [one, two, same] = [before.get(id), other.get(id), again.get(id)];
      const { route } = (one ?? two)!;
      if (one === undefined || two === undefined)
        return one === undefined && same !== undefined
          ? []
          : [`${title}, route "${route}": whether it is taken ${asks} (the example of ${topic.name})`];
      // What is not even twice the same for one event has other reasons.
      const unsteady = new Set(same === undefined ? [] : differing(one.data, same.data));
      const paths = differing(one.data, two.data).filter((path) => !unsteady.has(path));
      return paths.length === 0 ? [] : [`${title}, route "${route}": data: ${paths.join(", ")} ${asks} (the example of ${topic.name})`];
    });
    return { problems: [], warnings };
  } catch (error) {
    return { problems: [`${messageOf(error)} (the example of ${topic.name}, with stand-ins for its secrets)`], warnings: [] };
  }
}

const asks =
  "depends on the length, a part or the text of a secret() field, for which a stand-in stands when it is planned: pass it on whole, or use it in a handler";

function withStandIns(topic: AnyTopic, standIn: (number: number) => string): BusEvent {
  const event: BusEvent = eventOf(topic);
  const place = topic.marks?.places[topic.version - 1];
  if (place === undefined) return event;
  const sealed: Record<string, SealedSecrets[string]> = {};
  const data = replaceMarked(place, event.data, ({ mark, path, value }) => {
    if (mark.kind !== "secret") return value;
    const own = standIn(Object.keys(sealed).length);
    sealed[own] = { kid: "check", ct: "", path };
    return own;
  });
  return { ...event, data, sealed };
}

const at = (value: object, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key];

/** The paths at which two values differ. Pure. */
function differing(one: unknown, two: unknown, path = ""): readonly string[] {
  if (Object.is(one, two)) return [];
  if (typeof one !== "object" || one === null || typeof two !== "object" || two === null) return [path === "" ? "all of it" : path];
  const keys = new Set([...Object.keys(one), ...Object.keys(two)]);
  return [...keys].flatMap((key) => differing(at(one, key), at(two, key), path === "" ? key : `${path}.${key}`));
}
