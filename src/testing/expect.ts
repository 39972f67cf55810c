import { AssertionError } from "node:assert";
import { inspect } from "node:util";
import { BusbarError } from "../base/errors.ts";
import type { Topics } from "../define/catalog.ts";
import type {
  Assertions,
  DeliveryPattern,
  EndedDelivery,
  EndedPattern,
  Found,
  SentDelivery,
  SentPattern,
  SkipPattern,
} from "./assertions.ts";
import type { DeliveryState, History, SeenDelivery, SkippedRoute, UnroutableEvent } from "./history.ts";
import { checkPattern, holds, holdsText, isText } from "./matching.ts";
import { eventsOverview, overview } from "./overview.ts";
import type { TestMessage } from "./test-message.ts";

export interface AssertionsOptions {
  readonly history: History;
  readonly drain: () => Promise<unknown>;
  /** The newest e-mail of a delivery. */
  readonly messageOf: (deliveryId: string) => TestMessage | undefined;
  /** The bus delivers nothing. */
  readonly recording: boolean;
  /** Told of an unroutable event that was expected. */
  readonly expected: (fact: UnroutableEvent) => void;
}

type Nouns = readonly [one: string, several: string];

const sentNouns: Nouns = ["sent delivery", "sent deliveries"];
const deliveryWords = ["channel", "to", "subscriber", "route"];

/** The assertions about one bus. */
export function assertionsOf<T extends Topics>({ history, drain, messageOf, recording, expected }: AssertionsOptions): Assertions<T> {
  const begin = async (name: string, pattern: object, { words, record = recording }: Beginning): Promise<void> => {
    checkPattern(name, pattern, words);
    if (record !== recording) throw otherBus(name, recording);
    await drain();
  };
  const there = (): string => overview(history, messageOf);
  const inState = (state: DeliveryState, pattern: DeliveryPattern): readonly SeenDelivery[] =>
    history.deliveries().filter((seen) => seen.state === state && isLike(seen, pattern));

  const sentLike = ({ subject, text, ...pattern }: SentPattern): readonly SentDelivery[] =>
    inState("sent", pattern)
      .map(({ delivery, subscriber, route, why }) => ({ delivery, subscriber, route, provider: why, message: messageOf(delivery.id) }))
      .filter(({ message }) => isText(message?.subject, subject) && holdsText(message?.text, text));

  const ended = (name: string, state: "dead" | "suppressed" | "expired" | "cancelled") =>
    async function check<const P extends EndedPattern>(pattern: P = {} as P): Promise<Found<P, EndedDelivery>> {
      await begin(name, pattern, { words: [...deliveryWords, "reason", "times"], record: false });
      const found = inState(state, pattern)
        .filter(({ why }) => holdsText(why, pattern.reason))
        .map(({ delivery, subscriber, route, why }) => ({ delivery, subscriber, route, reason: why }));
      return expectOne(found, pattern, { name, nouns: [`${state} delivery`, `${state} deliveries`], there });
    };

  return {
    async expectSent<const P extends SentPattern>(pattern: P = {} as P) {
      await begin("expectSent", pattern, { words: [...deliveryWords, "subject", "text", "times"], record: false });
      return expectOne(sentLike(pattern), pattern, { name: "expectSent", nouns: sentNouns, there });
    },

    async expectNotSent(pattern = {}) {
      await begin("expectNotSent", pattern, { words: [...deliveryWords, "subject", "text"], record: false });
      const { length } = sentLike(pattern);
      if (length > 0) throw failure("expectNotSent", `${matching(length, sentNouns, pattern)}.\n${there()}`);
    },

    expectDead: ended("expectDead", "dead"),
    expectSuppressed: ended("expectSuppressed", "suppressed"),
    expectExpired: ended("expectExpired", "expired"),
    expectCancelled: ended("expectCancelled", "cancelled"),

    async expectRecorded(pattern = {} as never) {
      await begin("expectRecorded", pattern, { words: [...deliveryWords, "data", "times"], record: true });
      const found = inState("recorded", pattern)
        .filter(({ delivery }) => pattern.data === undefined || holds(delivery.data, pattern.data))
        .map(({ delivery }) => delivery);
      return expectOne(found, pattern, { name: "expectRecorded", nouns: ["planned delivery", "planned deliveries"], there });
    },

    async expectSkipped(pattern = {} as never) {
      await begin("expectSkipped", pattern, { words: ["subscriber", "route", "reason", "times"] });
      const found = history.skipped().filter((skip) => isSkip(skip, pattern));
      return expectOne(found, pattern, { name: "expectSkipped", nouns: ["skipped route", "skipped routes"], there });
    },

    async expectUnroutable(pattern = {} as never) {
      await begin("expectUnroutable", pattern, { words: ["subscriber", "reason", "times"] });
      const { subscriber, reason } = pattern;
      const found = history.unroutable().filter((fact) => isText(fact.subscriber, subscriber) && holdsText(fact.reason, reason));
      const result = expectOne(found, pattern, { name: "expectUnroutable", nouns: ["unroutable event", "unroutable events"], there });
      found.forEach(expected);
      return result;
    },

    async expectPublished(topic, data, options = {} as never) {
      await begin("expectPublished", options, { words: ["times"] });
      const found = history.events().filter((event) => event.type === topic && (data === undefined || holds(event.data, data)));
      const pattern = { ...options, ...(data === undefined ? {} : { data }) };
      return expectOne(found, pattern, {
        name: "expectPublished",
        nouns: [`event of ${topic}`, `events of ${topic}`],
        there: () => eventsOverview(history),
      }) as never;
    },
  };
}

interface Beginning {
  /** What a pattern may say. */
  readonly words: readonly string[];
  /** Whether it makes sense of a bus that records, or of one that delivers; undefined: of both. */
  readonly record?: boolean;
}

function otherBus(name: string, recording: boolean): BusbarError {
  return new BusbarError(
    "INVALID_CONFIGURATION",
    recording
      ? `${name}: this test bus sends nothing (deliver: "record"): use expectRecorded, or a bus that delivers.`
      : `${name}: this test bus delivers: use expectSent, or a bus with deliver: "record".`,
  );
}

function isLike({ delivery, subscriber, route }: SeenDelivery, wanted: DeliveryPattern): boolean {
  const { channel, to } = delivery;
  return isText(channel, wanted.channel) && isText(to, wanted.to) && isText(subscriber, wanted.subscriber) && isText(route, wanted.route);
}

function isSkip({ subscriber, route, reason }: SkippedRoute, wanted: SkipPattern): boolean {
  return isText(subscriber, wanted.subscriber) && isText(route, wanted.route) && holdsText(reason, wanted.reason);
}

interface Expectation {
  /** The assertion's name. */
  readonly name: string;
  /** What is looked for: one, and several. */
  readonly nouns: Nouns;
  /** What there is instead. */
  readonly there: () => string;
}

function expectOne<P extends { readonly times?: number }, One>(
  found: readonly One[],
  pattern: P,
  { name, nouns, there }: Expectation,
): Found<P, One> {
  const { times, ...rest } = pattern;
  const { length } = found;
  if (length === (times ?? 1)) return (times === undefined ? found[0] : found) as Found<P, One>;
  const advice = length > 1 && times === undefined ? ": say more of the one that is meant, or how many times" : "";
  throw failure(name, `${matching(length, nouns, rest)}${times === undefined ? advice : `, not ${times}`}.\n${there()}`);
}

function matching(count: number, [one, several]: Nouns, pattern: object): string {
  return `${count === 0 ? "no" : count} ${count > 1 ? `${several} match` : `${one} matches`} ${shown(pattern)}`;
}

function failure(operator: string, message: string): AssertionError {
  return new AssertionError({ message: `${operator}: ${message}`, operator });
}

/** A pattern on one line, whatever stands in it. */
function shown(pattern: object): string {
  const named = Object.fromEntries(Object.entries(pattern).filter(([, value]) => value !== undefined));
  return inspect(named, { breakLength: Infinity, depth: 6 });
}
